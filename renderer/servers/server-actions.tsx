/** Restarts one server, switches it off and on, and changes its entry as text. */
import { useState } from "react";
import type { ServerStatus } from "../../shared/protocol/daemon-api.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { isOff, readEntry } from "../../shared/servers/read-entry.ts";
import { readJsonText } from "../../shared/text/json-text.ts";
import { REDACTED } from "../../shared/text/redact.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { isInputMethod } from "../keys/input-method.ts";
import { Question } from "../parts/ask-first.tsx";
import { Button } from "../parts/button.tsx";
import { FaultNote } from "../sessions/fault-note.tsx";
import { useServices } from "../shell/services.ts";
import { toastFault } from "../stores/toasts.ts";
import styles from "./server-details.module.css";
import page from "./servers.module.css";

/** Changes one server's entry in the file; undefined from the function leaves it as it is. Gives a fault, if any. */
export type ChangeServer = (name: string, edit: (entry: unknown) => unknown) => Promise<Fault | undefined>;

interface ActionsProps {
  server: ServerStatus;
  onChange: ChangeServer;
}

export function ServerActions({ server, onChange }: ActionsProps) {
  const { client } = useServices();
  const [text, setText] = useState<string>();
  /** As it was opened: only what differs from it can be lost. */
  const [opened, setOpened] = useState<string>();
  const [asked, setAsked] = useState(false);
  const [fault, setFault] = useState<Fault>();
  const off = server.state === "disabled";

  async function restart(): Promise<void> {
    const asked = await client.restartServer(server.name);
    if (!asked.ok) toastFault(asked.fault);
  }

  async function switchOff(disabled: boolean): Promise<void> {
    const problem = await onChange(server.name, (entry) => switched(entry, disabled));
    if (problem !== undefined) toastFault(problem);
  }

  async function edit(): Promise<void> {
    setFault(
      await onChange(server.name, (entry) => {
        const shown = JSON.stringify(entry, null, 2);
        setText(shown);
        setOpened(shown);
        return undefined;
      }),
    );
  }

  async function save(): Promise<void> {
    const json = readJsonText(text ?? "");
    if (!json.ok) {
      setFault({ code: "bad-server", message: `Not saved: line ${json.line}: ${json.reason}.` });
      return;
    }
    const { value, lineOf } = json.value;
    const read = readEntry(value, true);
    if (!read.ok && !isOff(value)) {
      setFault({ code: "bad-server", message: `Not saved: line ${lineOf(read.path)}: ${read.reason}.` });
      return;
    }
    const problem = await onChange(server.name, () => value);
    setFault(problem);
    if (problem === undefined) setText(undefined);
  }

  const leave = () => {
    setText(undefined);
    setFault(undefined);
    setAsked(false);
  };
  const leaveIfUnchanged = () => (text === opened ? leave() : setAsked(true));

  if (text !== undefined) {
    return (
      <div className={styles.edit}>
        <textarea
          className={page.json}
          aria-label={`Configuration of ${oneLine(server.name, 64)}`}
          rows={Math.min(20, Math.max(8, text.split("\n").length))}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            // Escape leaves the text, not the dialog with what was typed into it.
            if (event.key !== "Escape" || isInputMethod(event)) return;
            event.stopPropagation();
            event.preventDefault();
            leaveIfUnchanged();
          }}
        />
        {text.includes(REDACTED) && (
          <p className={page.intro}>Values shown as {REDACTED} are kept unless you replace them.</p>
        )}
        <FaultNote fault={fault} />
        <span className={styles.actions}>
          <Button kind="primary" onClick={() => void save()}>
            Save
          </Button>
          <Button onClick={leaveIfUnchanged}>Cancel</Button>
        </span>
        {asked && (
          <Question
            question="Discard your changes?"
            answer="Discard changes"
            refusal="Keep editing"
            consequence={`What you changed in the configuration of ${oneLine(server.name, 64)} isn't saved.`}
            onAnswer={leave}
            onCancel={() => setAsked(false)}
          />
        )}
      </div>
    );
  }
  return (
    <>
      <FaultNote fault={fault} />
      <span className={styles.actions}>
        <Button onClick={() => void edit()}>Edit…</Button>
        {!off && <Button onClick={() => void restart()}>Restart</Button>}
        <Button onClick={() => void switchOff(!off)}>{off ? "Switch on" : "Switch off"}</Button>
      </span>
    </>
  );
}

/** The word that the entry has for it is kept; `enabled` is how other tools say the same. */
function switched(entry: unknown, off: boolean): unknown {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { disabled: _, enabled, ...rest } = entry as Record<string, unknown>;
  if (enabled !== undefined && enabled !== null) return { ...rest, enabled: !off };
  return off ? { ...rest, disabled: true } : rest;
}
