/** The dialogs that end a session's program, and that start it again, with another command if wanted. */
import { type FormEvent, useRef, useState } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { splitCommand } from "../../shared/text/split-command.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Question } from "../parts/ask-first.tsx";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import form from "../parts/form.module.css";
import { stopProgram } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { closeOverlay } from "../stores/view-store.ts";
import { FaultNote } from "./fault-note.tsx";
import { isRunning } from "./session-tone.ts";

const HOW = "It gets SIGTERM, and SIGKILL when it still runs after 3 seconds.";

export function StopDialog({ session }: { session: SessionView }) {
  const services = useServices();
  const name = oneLine(session.agent_name, 60);
  return (
    <Question
      question={`Stop ${name}?`}
      answer="Stop program"
      consequence={
        <p>
          {HOW} What it is doing is broken off. The session stays, with its screen and its calls, and can be restarted.
        </p>
      }
      onCancel={closeOverlay}
      onAnswer={() => {
        closeOverlay();
        void stopProgram(services, session);
      }}
    />
  );
}

export function RestartDialog({ session }: { session: SessionView }) {
  const services = useServices();
  const name = oneLine(session.agent_name, 60);
  const [command, setCommand] = useState(session.command);
  const [fault, setFault] = useState<Fault>();
  const [busy, setBusy] = useState(false);
  const cancel = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const running = isRunning(session);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const words = splitCommand(command);
    if (words.length === 0) {
      setFault({ code: "no-command", message: "Say which command to run." });
      return;
    }
    setBusy(true);
    const free = !running || (await stopProgram(services, session));
    const changed = command.trim() === session.command.trim() ? {} : { words };
    const restarted = free ? await services.client.restartSession(session.id, changed) : undefined;
    setBusy(false);
    if (restarted?.ok === true) closeOverlay();
    else setFault(restarted?.fault);
  }

  return (
    <Dialog
      title={running ? `${name} is running. Stop and restart?` : `Restart ${name}`}
      onClose={closeOverlay}
      width={520}
      initialFocus={running ? cancel : field}
    >
      <form className={form.form} onSubmit={(event) => void submit(event)}>
        {running && <p>{HOW} What it is doing is broken off.</p>}
        {session.agent !== "demo" && (
          <label className={form.field}>
            <span className={form.label}>Command</span>
            <input
              ref={field}
              className={form.input}
              value={command}
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
              onChange={(event) => {
                setCommand(event.target.value);
                setFault(undefined);
              }}
            />
          </label>
        )}
        <div className={form.actions}>
          <Button kind={running ? "danger" : "primary"} type="submit" busy={busy}>
            {running ? "Stop and restart" : "Restart"}
          </Button>
          <Button ref={cancel} onClick={closeOverlay}>
            Cancel
          </Button>
        </div>
        <FaultNote fault={fault} />
      </form>
    </Dialog>
  );
}
