/** Chooses agent, folder and name for a new session, on the first page and in the dialog alike. */
import { Play } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { NewSession } from "../../shared/protocol/gateway-api.ts";
import { splitCommand } from "../../shared/text/split-command.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { AwayMachines } from "../machines/away-machines.tsx";
import { useMachines } from "../machines/use-machine.ts";
import { Button } from "../parts/button.tsx";
import styles from "../parts/form.module.css";
import { startDemo, startSession } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { useSettings } from "../stores/settings-store.ts";
import { agentKey, agentOf, startable } from "./agent-key.ts";
import { AgentPicker } from "./agent-picker.tsx";
import { DaemonLine } from "./daemon-line.tsx";
import { FaultNote } from "./fault-note.tsx";
import { FolderField } from "./folder-field.tsx";
import { useAgents } from "./use-agents.ts";

export function NewSessionForm({ withName }: { withName: boolean }) {
  const services = useServices();
  const [chosen, setChosen] = useState<string>();
  const [files, setFiles] = useState<Readonly<Record<string, string>>>({});
  const [folder, setFolder] = useState<string>();
  const [command, setCommand] = useState("");
  const [label, setLabel] = useState("");
  const machines = useMachines();
  const [machine, setMachine] = useState("");
  const { found, fault: agentsFault } = useAgents(machine === "" ? undefined : machine);
  const [fault, setFault] = useState<Fault>();
  const [busy, setBusy] = useState(false);

  // What is typed before the terminal is shown would be lost.
  useEffect(() => void services.terminals.prepare(), [services]);

  const choices = startable(found?.agents ?? []);
  const usual = useSettings((settings) => settings.newAgent);
  const first = choices.find((known) => agentKey(known) === usual) ?? choices[0];
  const agent = chosen ?? (first === undefined ? "shell" : agentKey(first));
  const cwd = folder ?? found?.recentFolders[0] ?? "~";

  const noAgent = found !== undefined && choices.every(({ id }) => id === "shell");

  async function demo(): Promise<void> {
    const created = await startDemo(services, folder);
    if (!created.ok) setFault(created.fault);
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const words = splitCommand(command);
    if (agent === "custom" && words.length === 0) {
      setFault({ code: "no-command", message: "Say which command to run." });
      return;
    }
    const [program, ...args] = words;
    const file = files[agent];
    const request: NewSession = {
      ...agentOf(agent),
      cwd,
      ...(label.trim() === "" ? {} : { label: label.trim() }),
      ...(agent === "custom" && program !== undefined ? { command: program, args } : {}),
      // A file that was chosen lies on this machine.
      ...(file === undefined || machine !== "" ? {} : { command: file }),
      ...(machine === "" ? {} : { machine }),
    };
    setBusy(true);
    const created = await startSession(services, request);
    setBusy(false);
    if (!created.ok) setFault(created.fault);
  }

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      {machines.length > 0 && (
        <label className={styles.field}>
          <span className={styles.label}>Machine</span>
          <select
            className={styles.input}
            value={machine}
            onChange={(event) => {
              setMachine(event.target.value);
              // Agents and folders are those of the machine.
              setChosen(undefined);
              setFolder(undefined);
              setFault(undefined);
            }}
          >
            <option value="">This machine</option>
            {machines.map(({ id, name, state }) => (
              <option key={id} value={id} disabled={state === "away"}>
                {oneLine(name, 40)}
                {state === "away" && " (away)"}
              </option>
            ))}
          </select>
        </label>
      )}
      <AwayMachines className={styles.told} />
      <AgentPicker
        agents={found?.agents}
        value={agent}
        files={files}
        onChange={(id) => {
          setChosen(id);
          setFault(undefined);
        }}
        onFile={(id, file) => setFiles((before) => ({ ...before, [id]: file }))}
      />
      {agent === "custom" && (
        <label className={styles.field}>
          <span className={styles.label}>Command</span>
          <input
            id="command"
            className={styles.input}
            value={command}
            onChange={(event) => {
              setCommand(event.target.value);
              setFault(undefined);
            }}
            placeholder="my-agent --flag"
            spellCheck={false}
            autoCapitalize="off"
          />
        </label>
      )}
      <FolderField
        value={cwd}
        recent={found?.recentFolders ?? []}
        machine={machine === "" ? undefined : machine}
        onChange={(value) => {
          setFolder(value);
          setFault(undefined);
        }}
      />
      {withName && (
        <label className={styles.field}>
          <span className={styles.label}>Name (optional)</span>
          <input
            className={styles.input}
            value={label}
            maxLength={120}
            onChange={(event) => setLabel(event.target.value)}
            placeholder="named after the folder"
          />
        </label>
      )}
      <DaemonLine />
      {!withName && (
        <p className={styles.hint}>
          The daemon keeps terminals and tools running when this window is closed. MCP servers are where an agent's
          tools come from.
        </p>
      )}
      <div className={styles.actions}>
        <Button kind={noAgent ? "plain" : "primary"} type="submit" busy={busy} className={styles.big}>
          {busy ? "Starting…" : "Start session"}
          {!busy && <span aria-hidden="true">⏎</span>}
        </Button>
        <Button kind={noAgent ? "primary" : "plain"} className={styles.big} onClick={() => void demo()}>
          <Play aria-hidden size={14} strokeWidth={1.75} />
          Try the demo
        </Button>
      </div>
      {/* Below the buttons, which stay where they are. */}
      {noAgent && fault === undefined && (
        <p className={styles.hint}>
          No agent was found on this computer. The demo shows a session with nothing installed.
        </p>
      )}
      {(fault ?? agentsFault) !== undefined && <FaultNote fault={fault ?? agentsFault} />}
    </form>
  );
}
