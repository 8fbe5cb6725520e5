/** Owns the dialogs about one session: a new name, and the question before it is deleted. */
import { type FormEvent, useRef, useState } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { deleteSession, renameSession } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import styles from "./new-session.module.css";

export type SessionDialogKind = "rename" | "delete" | undefined;

interface DialogsProps {
  kind: SessionDialogKind;
  session: SessionView;
  onClose: () => void;
}

export function SessionDialogs({ kind, session, onClose }: DialogsProps) {
  if (kind === "rename") return <RenameDialog session={session} onClose={onClose} />;
  return kind === "delete" ? <DeleteDialog session={session} onClose={onClose} /> : null;
}

function RenameDialog({ session, onClose }: Omit<DialogsProps, "kind">) {
  const services = useServices();
  const [label, setLabel] = useState(session.label);
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (label.trim() !== "" && label !== session.label) void renameSession(services, session.id, label.trim());
    onClose();
  };
  return (
    <Dialog title="Rename session" onClose={onClose} width={420} initialFocus={input}>
      <form className={styles.form} onSubmit={submit}>
        <input
          ref={input}
          className={styles.input}
          aria-label="Name"
          value={label}
          maxLength={120}
          onChange={(event) => setLabel(event.target.value)}
          onFocus={(event) => event.target.select()}
        />
        <div className={styles.actions}>
          <Button kind="primary" type="submit" disabled={label.trim() === ""}>
            Rename
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}

function DeleteDialog({ session, onClose }: Omit<DialogsProps, "kind">) {
  const services = useServices();
  const running = session.terminal.state === "running";
  return (
    <Dialog title={`Delete “${oneLine(session.label, 60)}”?`} onClose={onClose} width={420}>
      <div className={styles.form}>
        <p>
          {running ? `${session.agent_name} is still running and will be ended. ` : ""}
          Its recorded calls are removed. Files in the folder stay as they are.
        </p>
        <div className={styles.actions}>
          <Button
            kind="danger"
            onClick={() => {
              onClose();
              void deleteSession(services, session.id);
            }}
          >
            Delete session
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </div>
    </Dialog>
  );
}
