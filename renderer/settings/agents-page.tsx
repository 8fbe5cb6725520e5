/** The page of the agents that can be started: those found here, and the person's own. */
import { useCallback, useEffect, useState } from "react";
import type { AgentTemplate } from "../../shared/protocol/agent-templates.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Button } from "../parts/button.tsx";
import { FaultNote } from "../sessions/fault-note.tsx";
import { useAgents } from "../sessions/use-agents.ts";
import { copyText } from "../shell/actions.ts";
import { Dot } from "../shell/dot.tsx";
import { useServices } from "../shell/services.ts";
import { toastFault, toastUndo } from "../stores/toasts.ts";
import { AgentTemplateForm } from "./agent-template-form.tsx";
import controls from "./controls.module.css";
import styles from "./pages.module.css";

export function AgentsPage() {
  const { found, fault } = useAgents();
  const own = useTemplates();
  const [editing, setEditing] = useState<AgentTemplate | "new">();
  const known = (found?.agents ?? []).filter(({ id }) => id !== "demo" && id !== "custom");
  const templates = own.templates ?? [];

  async function keep(template: AgentTemplate): Promise<Fault | undefined> {
    const others = templates.filter(({ id }) => id !== template.id);
    const problem = await own.save([...others, template]);
    if (problem === undefined) setEditing(undefined);
    return problem;
  }

  async function remove(template: AgentTemplate): Promise<void> {
    const problem = await own.save(templates.filter(({ id }) => id !== template.id));
    if (problem !== undefined) toastFault(problem);
    else toastUndo(`Removed ${oneLine(template.name, 40)}`, () => void own.save(templates));
  }

  return (
    <>
      <FaultNote fault={fault} />
      <ul className={styles.devices} aria-label="Agents found here">
        {known.map((agent) => (
          <Found key={agent.id} agent={agent} />
        ))}
      </ul>
      <h4 className={styles.subtitle}>Your own</h4>
      <p className={styles.text}>
        Any program that speaks MCP can be an agent. Say how it is started, and how it learns of Signalbox's endpoint.
      </p>
      <FaultNote fault={own.fault} />
      {templates.length > 0 && (
        <ul className={styles.devices} aria-label="Your own agents">
          {templates.map((template) => (
            <li key={template.id} className={styles.device}>
              <span className={controls.settingTexts}>
                <span className={controls.settingName}>{oneLine(template.name, 60)}</span>
                <code className={styles.command}>
                  {oneLine([template.command, ...(template.args ?? [])].join(" "), 160)}
                </code>
              </span>
              <Button aria-label={`Change ${oneLine(template.name, 60)}`} onClick={() => setEditing(template)}>
                Change
              </Button>
              <AskFirst
                label={`Remove ${oneLine(template.name, 60)}`}
                question={`Remove the agent ${oneLine(template.name, 60)}?`}
                answer="Remove agent"
                consequence="Its entry is deleted. Sessions that it started keep running, and their history stays."
                onAnswer={() => void remove(template)}
              >
                Remove…
              </AskFirst>
            </li>
          ))}
        </ul>
      )}
      {editing === undefined ? (
        <Button disabled={own.templates === undefined} onClick={() => setEditing("new")}>
          Add an agent…
        </Button>
      ) : (
        <AgentTemplateForm
          key={editing === "new" ? "new" : editing.id}
          template={editing === "new" ? undefined : editing}
          taken={templates.map(({ id }) => id)}
          onSave={keep}
          onCancel={() => setEditing(undefined)}
        />
      )}
    </>
  );
}

function Found({ agent }: { agent: AgentView }) {
  const { install } = agent;
  return (
    <li className={styles.device}>
      <Dot tone={agent.found ? "good" : "idle"} />
      <span className={controls.settingTexts}>
        <span className={controls.settingName}>
          {agent.name}
          {agent.version !== undefined && <span className={controls.hint}> {oneLine(agent.version, 40)}</span>}
        </span>
        {agent.found ? (
          <code className={styles.command}>{oneLine(agent.path ?? "", 160)}</code>
        ) : (
          <span className={controls.hint}>
            Not found on PATH.{install !== undefined && ` Install it with ${install}`}
          </span>
        )}
      </span>
      {!agent.found && install !== undefined && (
        <Button
          aria-label={`Copy the command that installs ${oneLine(agent.name, 60)}`}
          onClick={() => void copyText(install, "Command")}
        >
          Copy
        </Button>
      )}
    </li>
  );
}

function useTemplates() {
  const { client } = useServices();
  const [templates, setTemplates] = useState<AgentTemplate[]>();
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    let gone = false;
    void client.agentTemplates().then((answer) => {
      if (gone) return;
      if (answer.ok) setTemplates(answer.value.templates);
      else setFault(answer.fault);
    });
    return () => {
      gone = true;
    };
  }, [client]);
  const save = useCallback(
    async (next: AgentTemplate[]): Promise<Fault | undefined> => {
      const saved = await client.saveAgentTemplates({ templates: next });
      if (!saved.ok) return saved.fault;
      setTemplates(next);
      return undefined;
    },
    [client],
  );
  return { templates, fault, save };
}
