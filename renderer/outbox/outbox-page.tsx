/** Owns the page of the writes that wait: what they are, why they wait, and sending or discarding them by hand. */
import type { OutboxEntryView } from "../../shared/protocol/outbox-api.ts";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { formatAgo, formatRough } from "../activity/elapsed.ts";
import { Button } from "../parts/button.tsx";
import { StateIcon, type Tone } from "../parts/state-icon.tsx";
import controls from "../settings/controls.module.css";
import styles from "../settings/pages.module.css";
import { useNow } from "../stores/clock.ts";
import { useOutbox } from "./use-outbox.ts";

const TONES: Record<OutboxEntryView["state"], Tone> = {
  queued: "queued",
  sending: "running",
  dead: "failed",
  unknown: "unknown",
};

export function OutboxPage() {
  const { entries, fault, retry, discard } = useOutbox();
  const now = useNow("slow");
  if (fault !== undefined) return <p className={styles.text}>This daemon keeps no outbox. {visible(fault.message)}</p>;
  if (entries === undefined) return null;
  return (
    <>
      <p className={styles.text}>
        Writes whose server could not be reached are kept on disk and sent in order when it answers again.
      </p>
      {entries.length === 0 && <p className={styles.text}>Nothing waits.</p>}
      <ul className={styles.devices} aria-label="Outbox">
        {entries.map((entry) => (
          <li key={entry.id} className={styles.device}>
            <StateIcon tone={TONES[entry.state]} />
            <span className={controls.settingTexts}>
              <span className={controls.settingName}>
                {oneLine(entry.tool, 80)} · {oneLine(entry.server, 60)}
              </span>
              <span className={controls.hint}>{status(entry, now)}</span>
            </span>
            {entry.state !== "sending" && (
              <span className={controls.buttons}>
                <Button onClick={() => void retry(entry.id)}>
                  {entry.state === "unknown" ? "Send again" : "Send now"}
                </Button>
                <Button kind="remove" onClick={() => void discard(entry.id)}>
                  Discard
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function status(entry: OutboxEntryView, now: number): string {
  const age = `Written ${formatAgo(Date.parse(entry.created_at), now)}, ${entry.attempts} ${entry.attempts === 1 ? "attempt" : "attempts"}.`;
  const reason = entry.reason === undefined ? "" : `: ${oneLine(entry.reason, 200)}`;
  switch (entry.state) {
    case "sending":
      return `Being sent. ${age}`;
    case "dead":
      return `The server refused it${reason}. ${age}`;
    case "unknown":
      return `The server may have carried it out; its answer was lost. Sending it again may do it twice. ${age}`;
    case "queued": {
      const wait = entry.next_at === undefined ? 0 : Date.parse(entry.next_at) - now;
      return `Waiting${reason}.${wait > 0 ? ` Next attempt in ${formatRough(wait)}.` : ""} ${age}`;
    }
  }
}
