/** Sends one text to the programs of several sessions. */
import { type FormEvent, useRef, useState } from "react";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import form from "../parts/form.module.css";
import { Empty } from "../parts/notice.tsx";
import { shortFolder } from "../sessions/session-groups.ts";
import { useServices } from "../shell/services.ts";
import { useApp, useSessions } from "../stores/app-store.ts";
import { toastDone, toastFault } from "../stores/toasts.ts";
import { closeOverlay, useView } from "../stores/view-store.ts";
import styles from "./terminal.module.css";

const MAX_TEXT = 100_000;

export function SendDialog() {
  const { sendText } = useServices();
  const home = useApp((store) => store.app?.home_dir ?? "");
  const running = useSessions().filter(({ terminal }) => terminal.state === "running");
  const panes = useView((view) => view.panes);
  const selected = useView((view) => view.session);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(panes ?? (selected ? [selected] : [])));
  const [text, setText] = useState("");
  const [enter, setEnter] = useState(true);
  const [busy, setBusy] = useState(false);
  /** What could not be reached, for another attempt. */
  const [missed, setMissed] = useState<readonly string[]>([]);
  const field = useRef<HTMLTextAreaElement>(null);
  const targets = running.filter(({ id }) => chosen.has(id));

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const sent = await Promise.all(
      targets.map(async ({ id, label }) => ({ id, label, result: await sendText(id, text, enter) })),
    );
    setBusy(false);
    const failed = sent.filter(({ result }) => !result.ok);
    const done = sent.length - failed.length;
    if (done > 0) toastDone(`Sent to ${done} ${done === 1 ? "session" : "sessions"}`);
    if (failed.length === 0) return closeOverlay();
    // Whoever has it gets it no second time.
    setChosen(new Set(failed.map(({ id }) => id)));
    setMissed(
      failed.map(({ id, label, result }) => `${oneLine(label, 60) || id}: ${result.ok ? "" : result.fault.message}`),
    );
    toastFault({
      code: "not-sent",
      message: `Not sent to ${failed.length} of ${sent.length} sessions.`,
      hint: "They stay chosen.",
    });
  }

  return (
    <Dialog title="Send text to several sessions" onClose={closeOverlay} width={560} initialFocus={field}>
      {running.length === 0 ? (
        <Empty text="No program runs that could take a text." hint="Start a session, or restart one." />
      ) : (
        <form className={form.form} onSubmit={(event) => void send(event)}>
          <textarea
            ref={field}
            className={styles.sendText}
            aria-label="Text"
            placeholder="Goes into the prompt of each"
            rows={4}
            maxLength={MAX_TEXT}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <fieldset className={styles.sendTo}>
            <legend>To</legend>
            {running.map(({ id, label, agent_name, cwd }) => (
              <label key={id} className={styles.sendOption}>
                <input
                  type="checkbox"
                  checked={chosen.has(id)}
                  onChange={({ target }) => {
                    const next = new Set(chosen);
                    if (target.checked) next.add(id);
                    else next.delete(id);
                    setChosen(next);
                  }}
                />
                <span>{oneLine(label, 60)}</span>
                <span className={styles.sendHint}>
                  {oneLine(agent_name, 40)} · {oneLine(shortFolder(cwd, home), 60)}
                </span>
              </label>
            ))}
          </fieldset>
          <label className={styles.sendOption}>
            <input type="checkbox" checked={enter} onChange={({ target }) => setEnter(target.checked)} />
            <span>Press Enter after it</span>
          </label>
          {missed.length > 0 && (
            <ul role="alert" className={styles.sendMissed}>
              {missed.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
          <div className={form.actions}>
            <Button kind="primary" type="submit" disabled={busy || targets.length === 0 || (text === "" && !enter)}>
              {targets.length === 1 ? "Send to 1 session" : `Send to ${targets.length} sessions`}
            </Button>
            <Button onClick={closeOverlay}>Cancel</Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
