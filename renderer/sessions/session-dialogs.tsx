/** The dialogs about one session: a new name, the question before it is deleted, and which one to show beside it. */
import { type FormEvent, useRef, useState } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import form from "../parts/form.module.css";
import { Empty } from "../parts/notice.tsx";
import { StateIcon } from "../parts/state-icon.tsx";
import { useServices } from "../shell/services.ts";
import { useApp, useSessions } from "../stores/app-store.ts";
import { closeOverlay, showBeside, useView } from "../stores/view-store.ts";
import styles from "./new-session.module.css";
import { deleteWithUndo, renameSession } from "./session-actions.ts";
import picks from "./session-dialogs.module.css";
import { sessionLine, sessionTone } from "./session-tone.ts";

export function RenameDialog({ session }: { session: SessionView }) {
  const services = useServices();
  const [label, setLabel] = useState(session.label);
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    closeOverlay();
    if (label.trim() !== "" && label !== session.label) void renameSession(services, session, label.trim());
  };
  return (
    <Dialog title="Rename session" onClose={closeOverlay} width={420} initialFocus={input}>
      <form className={form.form} onSubmit={submit}>
        <input
          ref={input}
          className={form.input}
          aria-label="Name"
          value={label}
          maxLength={120}
          onChange={(event) => setLabel(event.target.value)}
          onFocus={(event) => event.target.select()}
        />
        <div className={form.actions}>
          <Button kind="primary" type="submit" disabled={label.trim() === ""}>
            Rename
          </Button>
          <Button onClick={closeOverlay}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function DeleteDialog({ session }: { session: SessionView }) {
  const services = useServices();
  const remove = () => {
    closeOverlay();
    deleteWithUndo(services, session);
  };
  return (
    <Dialog title={`Delete “${oneLine(session.label, 60)}”?`} onClose={closeOverlay} width={420}>
      <div className={form.form}>
        <p>
          {oneLine(session.agent_name, 60)} is still running and will be ended. Its recorded calls are removed. Files in
          the folder stay as they are.
        </p>
        <div className={form.actions}>
          <Button kind="danger" onClick={remove}>
            Delete session
          </Button>
          <Button onClick={closeOverlay}>Cancel</Button>
        </div>
      </div>
    </Dialog>
  );
}

export function BesideDialog() {
  const selected = useView((view) => view.session);
  const panes = useView((view) => view.panes);
  const home = useApp((store) => store.app?.home_dir ?? "");
  const others = useSessions().filter((session) => session.id !== selected && panes?.includes(session.id) !== true);
  return (
    <Dialog title="Show side by side" onClose={closeOverlay} width={420}>
      {others.length === 0 ? (
        <Empty
          text={panes === undefined ? "There is no other session yet." : "Every other session is shown already."}
        />
      ) : (
        <ul className={picks.picks}>
          {others.map((session) => (
            <li key={session.id}>
              <button
                type="button"
                className={picks.pick}
                onClick={() => {
                  showBeside(session.id);
                  closeOverlay();
                }}
              >
                <StateIcon tone={sessionTone(session)} />
                <span>
                  <strong>{oneLine(session.label, 60)}</strong>
                  <span className={styles.cardHint}>{sessionLine(session, home)}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
