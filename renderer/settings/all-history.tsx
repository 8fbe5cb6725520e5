/** Takes all history along as one file, and deletes it after a question. */
import { useState } from "react";
import { Button } from "../parts/button.tsx";
import { useServices } from "../shell/services.ts";
import { useSessions } from "../stores/app-store.ts";
import { toastDone, toastFault } from "../stores/toasts.ts";
import { selectSession, useView } from "../stores/view-store.ts";
import styles from "./controls.module.css";
import { SettingRow } from "./controls.tsx";
import { deletable, exportAll } from "./every-session.ts";

const count = (sessions: number): string => `${sessions} ${sessions === 1 ? "session" : "sessions"}`;

export function AllHistory() {
  const { client, streams, terminals } = useServices();
  const sessions = useSessions();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const ended = deletable(sessions);

  async function save(): Promise<void> {
    setBusy(true);
    const file = await exportAll(client, sessions);
    setBusy(false);
    if (!file.ok) {
      toastFault(file.fault);
      return;
    }
    const address = URL.createObjectURL(file.value);
    const link = document.createElement("a");
    link.href = address;
    link.download = "signalbox-history.jsonl";
    link.click();
    URL.revokeObjectURL(address);
  }

  async function remove(): Promise<void> {
    setBusy(true);
    setAsked(false);
    let deleted = 0;
    for (const { id } of ended) {
      const answer = await client.deleteSession(id);
      if (!answer.ok) {
        toastFault(answer.fault);
        break;
      }
      deleted += 1;
      if (useView.getState().session === id) selectSession(undefined);
      streams.close(id);
      terminals.close(id);
    }
    setBusy(false);
    if (deleted > 0) toastDone(`Deleted the history of ${count(deleted)}`);
  }

  return (
    <>
      <SettingRow label="Export all history" hint="One file, an event a line, with secrets hidden.">
        {() => (
          <Button busy={busy} disabled={sessions.length === 0} onClick={() => void save()}>
            Export {count(sessions.length)}
          </Button>
        )}
      </SettingRow>
      <SettingRow
        label="Delete all history"
        hint={
          asked
            ? `The calls and recordings of ${count(ended.length)} are removed for good. Files in their folders stay.`
            : "Running sessions are kept."
        }
      >
        {() =>
          asked ? (
            <span className={styles.buttons}>
              <Button kind="danger" onClick={() => void remove()}>
                Delete {count(ended.length)}
              </Button>
              <Button onClick={() => setAsked(false)}>Cancel</Button>
            </span>
          ) : (
            <Button kind="remove" busy={busy} disabled={ended.length === 0} onClick={() => setAsked(true)}>
              Delete…
            </Button>
          )
        }
      </SettingRow>
    </>
  );
}
