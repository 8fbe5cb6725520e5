/** Owns the cards from which an agent is chosen; one that is missing says how to get it. */
import { Check, Ellipsis, Minus, SquareTerminal } from "lucide-react";
import { useState } from "react";
import type { AgentId } from "../../shared/protocol/app-frames.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button, join } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { copyText } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import styles from "./new-session.module.css";

interface PickerProps {
  /** Undefined while they are looked for. */
  agents: AgentView[] | undefined;
  value: AgentId;
  /** Programs that the person pointed at. */
  files: Partial<Record<AgentId, string>>;
  onChange: (agent: AgentId) => void;
  onFile: (agent: AgentId, file: string) => void;
}

const CUSTOM: AgentView = { id: "custom", name: "Other command", found: true };

export function AgentPicker({ agents, value, files, onChange, onFile }: PickerProps) {
  const { host } = useServices();
  const [explained, setExplained] = useState<AgentView>();
  const cards = [...(agents ?? []).filter((agent) => agent.id !== "demo" && agent.id !== "custom"), CUSTOM];
  cards.sort((a, b) => rank(a) - rank(b));

  async function chooseFile(agent: AgentView): Promise<void> {
    const file = await host.chooseFile?.();
    if (file === undefined || file === null) return;
    onFile(agent.id, file);
    onChange(agent.id);
    setExplained(undefined);
  }

  return (
    <fieldset className={form.field} aria-busy={agents === undefined}>
      <legend className={form.label}>Agent</legend>
      <div className={styles.cards}>
        {agents === undefined && [1, 2, 3].map((key) => <div key={key} className={styles.ghost} />)}
        {(agents === undefined ? [] : cards).map((agent) => {
          const usable = agent.found || files[agent.id] !== undefined;
          return (
            <label key={agent.id} className={join(styles.card, !usable && styles.missing)}>
              <input
                type="radio"
                name="agent"
                className="visually-hidden"
                checked={usable && value === agent.id}
                onChange={() => (usable ? onChange(agent.id) : setExplained(agent))}
                onClick={() => !usable && setExplained(agent)}
                aria-describedby={`agent-${agent.id}`}
              />
              <CardIcon agent={agent} usable={usable} />
              <span className={styles.cardTexts}>
                <span className={styles.cardName}>{agent.name}</span>
                <span className={styles.cardHint} id={`agent-${agent.id}`}>
                  {files[agent.id] ?? hint(agent)}
                </span>
              </span>
            </label>
          );
        })}
      </div>
      {explained !== undefined && (
        <div className={styles.explained}>
          <p>
            <code>{explained.id}</code> wasn't found on PATH.
          </p>
          {explained.install !== undefined && <code className={styles.install}>{explained.install}</code>}
          <div className={styles.explainedActions}>
            {explained.install !== undefined && (
              <Button onClick={() => void copyText(explained.install ?? "", "Command")}>Copy</Button>
            )}
            {host.chooseFile !== undefined && <Button onClick={() => void chooseFile(explained)}>Choose file</Button>}
          </div>
        </div>
      )}
    </fieldset>
  );
}

function CardIcon({ agent, usable }: { agent: AgentView; usable: boolean }) {
  const props = { "aria-hidden": true, size: 16, strokeWidth: 1.75, className: styles.cardIcon };
  if (agent.id === "custom") return <Ellipsis {...props} />;
  if (agent.id === "shell") return <SquareTerminal {...props} />;
  return usable ? <Check {...props} /> : <Minus {...props} />;
}

function hint(agent: AgentView): string {
  if (agent.id === "custom") return "any program";
  if (!agent.found) return "not found · how to install";
  if (agent.id === "shell") return agent.path?.split("/").at(-1) ?? "shell";
  return oneLine(agent.version ?? agent.path ?? "found", 60);
}

/** What can be started first, then the shell, then what is missing, and any other command last. */
function rank(agent: AgentView): number {
  if (agent.id === "custom") return 3;
  if (!agent.found) return 2;
  return agent.id === "shell" ? 1 : 0;
}
