/** The dialog that resumes the sessions whose daemon ended under them: all at once, each in its own way, with what went wrong beside it. */
import { type FormEvent, useState } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { sortInterrupted } from "../../shared/sessions/interrupted.ts";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import form from "../parts/form.module.css";
import { Empty } from "../parts/notice.tsx";
import { shortFolder } from "../sessions/session-groups.ts";
import { useServices } from "../shell/services.ts";
import { useApp, useSessions } from "../stores/app-store.ts";
import { toastDone } from "../stores/toasts.ts";
import { closeOverlay } from "../stores/view-store.ts";
import styles from "./resume.module.css";

export function ResumeDialog() {
  const { client } = useServices();
  const { resumable, others } = sortInterrupted(useSessions());
  /** What the person took out: those that come later are in. */
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [failed, setFailed] = useState<ReadonlyMap<string, string>>(new Map());
  const [busy, setBusy] = useState(false);
  const chosen = resumable.filter(({ id }) => !left.has(id));

  async function resume(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setFailed(new Map());
    let done = 0;
    // One after the other: agents that all start at once slow each other down.
    for (const { id } of chosen) {
      const answer = await client.restartSession(id, { resume: true });
      if (answer.ok) done += 1;
      else {
        const { message, hint } = answer.fault;
        setFailed((before) => new Map(before).set(id, hint === undefined ? message : `${message} ${hint}`));
      }
    }
    setBusy(false);
    if (done > 0) toastDone(`Resumed ${done} ${done === 1 ? "session" : "sessions"}`);
    if (done === chosen.length) closeOverlay();
  }

  if (resumable.length + others.length === 0)
    return (
      <Dialog title="Resume sessions" onClose={closeOverlay} width={560}>
        <Empty text="No session was interrupted." hint="Sessions that run when the daemon ends are listed here." />
      </Dialog>
    );
  return (
    <Dialog title="Resume sessions" onClose={closeOverlay} width={560}>
      <form className={form.form} onSubmit={(event) => void resume(event)}>
        <p className={styles.text}>These sessions ran when their daemon ended.</p>
        {resumable.length > 0 && (
          <fieldset className={styles.sessions}>
            <legend>Each goes on with its conversation, in its folder and with its tools</legend>
            {resumable.map((session) => (
              <label key={session.id} className={styles.session}>
                <input
                  type="checkbox"
                  checked={!left.has(session.id)}
                  disabled={busy}
                  onChange={({ target }) => {
                    const next = new Set(left);
                    if (target.checked) next.delete(session.id);
                    else next.add(session.id);
                    setLeft(next);
                  }}
                />
                <Named session={session} />
                {failed.has(session.id) && (
                  <span role="alert" className={styles.failed}>
                    {visible(failed.get(session.id) ?? "")}
                  </span>
                )}
              </label>
            ))}
          </fieldset>
        )}
        {others.length > 0 && (
          <section aria-label="Not resumable">
            <p className={styles.text}>
              These have no conversation to go on with. Restart them where you want them to begin again.
            </p>
            {others.map((session) => (
              <div key={session.id} className={styles.session}>
                <Named session={session} />
              </div>
            ))}
          </section>
        )}
        <div className={form.actions}>
          {resumable.length > 0 && (
            <Button kind="primary" type="submit" disabled={busy || chosen.length === 0}>
              {busy ? "Resuming…" : chosen.length === 1 ? "Resume 1 session" : `Resume ${chosen.length} sessions`}
            </Button>
          )}
          <Button onClick={closeOverlay}>{resumable.length > 0 ? "Cancel" : "Close"}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Named({ session }: { session: SessionView }) {
  const home = useApp((store) => store.app?.home_dir ?? "");
  return (
    <span className={styles.named}>
      <span>{oneLine(session.label, 60)}</span>
      <span className={styles.hint}>
        {oneLine(session.agent_name, 40)} · {oneLine(shortFolder(session.cwd, home), 60)}
      </span>
    </span>
  );
}
