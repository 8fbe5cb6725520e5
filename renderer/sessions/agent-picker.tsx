/** The cards from which an agent is chosen; one that is missing says how to get it. */
import { Check, Ellipsis, Minus, SquareTerminal } from "lucide-react";
import { useState } from "react";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button, join } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { copyText } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { openOverlay } from "../stores/view-store.ts";
import { agentKey } from "./agent-key.ts";
import styles from "./new-session.module.css";

interface PickerProps {
  /** Undefined while they are looked for. */
  agents: AgentView[] | undefined;
  /** As `agentKey` names it. */
  value: string;
  /** Programs that the person pointed at, by agent. */
  files: Readonly<Record<string, string>>;
  onChange: (agent: string) => void;
  onFile: (agent: string, file: string) => void;
}

/** As many as there are cards for who has no agents of their own: what stands below stays where it is when they come. */
const GHOSTS = [1, 2, 3, 4, 5, 6];
const CUSTOM: AgentView = { id: "custom", name: "Other command", found: true };

export function AgentPicker({ agents, value, files, onChange, onFile }: PickerProps) {
  const { host } = useServices();
  const [explained, setExplained] = useState<AgentView>();
  const known = (agents ?? []).filter(
    ({ id, template }) => id !== "demo" && (id !== "custom" || template !== undefined),
  );
  const cards = [...known, CUSTOM];
  cards.sort((a, b) => rank(a) - rank(b));

  function choose(key: string): void {
    setExplained(undefined);
    onChange(key);
  }

  async function chooseFile(agent: AgentView): Promise<void> {
    const file = await host.chooseFile?.();
    if (file === undefined || file === null) return;
    onFile(agentKey(agent), file);
    onChange(agentKey(agent));
    setExplained(undefined);
  }

  return (
    <fieldset className={form.field} aria-busy={agents === undefined}>
      <legend className={form.label}>Agent</legend>
      <div className={styles.cards}>
        {agents === undefined && GHOSTS.map((key) => <div key={key} className={styles.ghost} />)}
        {(agents === undefined ? [] : cards).map((agent) => {
          const key = agentKey(agent);
          const usable = agent.found || files[key] !== undefined;
          return (
            <label
              key={key}
              className={join(styles.card, !usable && styles.missing)}
              // The keys go through all agents; a pointer means this one, and what it is to run comes next.
              onPointerUp={() => agent === CUSTOM && setTimeout(() => document.getElementById("command")?.focus())}
            >
              <input
                type="radio"
                name="agent"
                className="visually-hidden"
                checked={usable && value === key}
                onChange={() => (usable ? choose(key) : setExplained(agent))}
                onClick={() => !usable && setExplained(agent)}
                aria-describedby={`agent-${key}`}
              />
              <CardIcon agent={agent} usable={usable} />
              <span className={styles.cardTexts}>
                <span className={styles.cardName}>{oneLine(agent.name, 60)}</span>
                <span className={styles.cardHint} id={`agent-${key}`}>
                  {files[key] ?? hint(agent)}
                </span>
              </span>
            </label>
          );
        })}
      </div>
      <p className={styles.told}>{told(value)}</p>
      {explained !== undefined && (
        <div className={styles.explained}>
          <p>
            <code>{explained.template ?? explained.id}</code> wasn't found on PATH.
          </p>
          {explained.install !== undefined && <code className={styles.install}>{explained.install}</code>}
          <div className={styles.explainedActions}>
            {explained.install !== undefined && (
              <Button onClick={() => void copyText(explained.install ?? "", "Command")}>Copy</Button>
            )}
            {explained.template !== undefined && (
              <Button onClick={() => openOverlay("settings", "agents")}>Change it in the settings</Button>
            )}
            {explained.template === undefined && host.chooseFile !== undefined && (
              <Button onClick={() => void chooseFile(explained)}>Choose file</Button>
            )}
          </div>
        </div>
      )}
    </fieldset>
  );
}

function CardIcon({ agent, usable }: { agent: AgentView; usable: boolean }) {
  const props = { "aria-hidden": true, size: 16, strokeWidth: 1.75, className: styles.cardIcon };
  if (agent === CUSTOM) return <Ellipsis {...props} />;
  if (agent.id === "shell") return <SquareTerminal {...props} />;
  return usable ? <Check {...props} /> : <Minus {...props} />;
}

function hint(agent: AgentView): string {
  if (agent === CUSTOM) return "any program";
  if (!agent.found) return agent.template === undefined ? "not found · how to install" : "not found";
  if (agent.id === "shell") return agent.path?.split("/").at(-1) ?? "shell";
  return oneLine(agent.version ?? agent.path ?? "found", 60);
}

/** What a person may wonder about who sees no tool calls. */
function told(key: string): string {
  if (key === "shell") return "A shell calls no tools. An MCP client in it finds them at $SIGNALBOX_MCP_URL.";
  if (key === "custom") return "The command finds its tools at $SIGNALBOX_MCP_URL.";
  return "It is given its tools for this run; its own configuration stays as it is.";
}

/** What can be started first, then the shell, then what is missing, and any other command last. */
function rank(agent: AgentView): number {
  if (agent === CUSTOM) return 3;
  if (!agent.found) return 2;
  return agent.id === "shell" ? 1 : 0;
}
