/** The page of the writes that wait: what they are, why they wait, and sending or discarding them by hand. */
import type { MouseEvent } from "react";
import { linkPath } from "../../shared/links/deep-link.ts";
import type { OutboxEntryView } from "../../shared/protocol/outbox-api.ts";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { formatAgo, formatRough } from "../activity/elapsed.ts";
import { PlainText } from "../detail/text-part.tsx";
import { AwayMachines } from "../machines/away-machines.tsx";
import { useMachine } from "../machines/use-machine.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Button } from "../parts/button.tsx";
import { StateIcon, type Tone } from "../parts/state-icon.tsx";
import controls from "../settings/controls.module.css";
import styles from "../settings/pages.module.css";
import { useAim } from "../shell/aim.ts";
import { useSession } from "../stores/app-store.ts";
import { useNow } from "../stores/clock.ts";
import { closeOverlay, selectSession, showCall } from "../stores/view-store.ts";
import { useOutbox } from "./use-outbox.ts";

const TONES: Record<OutboxEntryView["state"], Tone> = {
  queued: "queued",
  sending: "running",
  dead: "failed",
  unknown: "unknown",
  held: "needs-you",
};

const LABELS: { [state in OutboxEntryView["state"]]?: string } = { unknown: "Send again", held: "Send anyway" };

export function OutboxPage() {
  const { entries, fault, damaged, missing, retry, discard } = useOutbox();
  const now = useNow("slow");
  if (fault !== undefined) return <p className={styles.text}>This daemon keeps no outbox. {visible(fault.message)}</p>;
  if (entries === undefined) return null;
  return (
    <>
      <p className={styles.text}>
        Writes whose server could not be reached are kept on disk and sent in order when it answers again.
      </p>
      {damaged.map((path) => (
        <p key={path} className={styles.text} role="alert">
          The outbox was damaged and set aside as {oneLine(path, 300)}. Writes that waited in it were not delivered.
          Remove the file when you do not need them.
        </p>
      ))}
      <AwayMachines ids={missing} lacks="so writes that wait there are not listed" className={styles.text} />
      {entries.length === 0 && <p className={styles.text}>Nothing waits.</p>}
      <ul className={styles.devices} aria-label="Outbox">
        {entries.map((entry) => (
          <EntryRow
            key={`${entry.machine ?? ""} ${entry.id}`}
            entry={entry}
            now={now}
            onRetry={() => void retry(entry)}
            onDiscard={() => void discard(entry)}
          />
        ))}
      </ul>
    </>
  );
}

interface RowProps {
  entry: OutboxEntryView;
  now: number;
  onRetry: () => void;
  onDiscard: () => void;
}

function EntryRow({ entry, now, onRetry, onDiscard }: RowProps) {
  const row = useAim<HTMLLIElement>((aim) => aim.at === "write" && aim.id === entry.id);
  const session = useSession(entry.shown?.session);
  const machine = useMachine(entry.machine);
  return (
    <li ref={row} className={styles.device}>
      <StateIcon tone={TONES[entry.state]} />
      <span className={controls.settingTexts}>
        <span className={controls.settingName}>
          {oneLine(entry.tool, 80)} · {oneLine(entry.server, 60)}
          {machine !== undefined && ` on ${machine}`}
        </span>
        <span className={controls.hint}>{status(entry, now)}</span>
        <span className={controls.hint}>
          {session === undefined ? "Its session was deleted." : `From session “${oneLine(session.label, 60)}”.`}
        </span>
      </span>
      <span className={controls.buttons}>
        {session !== undefined && <ShowCall entry={entry} />}
        {entry.state !== "sending" && (
          <>
            <Button onClick={onRetry}>{LABELS[entry.state] ?? "Send now"}</Button>
            <AskFirst
              label={`Discard ${oneLine(entry.tool, 60)}`}
              question={`Discard this write to ${oneLine(entry.server, 60)}?`}
              answer="Discard write"
              consequence={<WhatIsLost entry={entry} />}
              onAnswer={onDiscard}
            >
              Discard…
            </AskFirst>
          </>
        )}
      </span>
    </li>
  );
}

/** One cannot judge a write that one does not see. */
function WhatIsLost({ entry }: { entry: OutboxEntryView }) {
  return (
    <>
      <p>{oneLine(entry.tool, 80)} will not be delivered, and the write cannot be restored.</p>
      {entry.args !== undefined && <PlainText text={entry.args} label="What it would write" />}
    </>
  );
}

/** Also for who may only watch: it changes nothing. */
function ShowCall({ entry: { tool, shown } }: { entry: OutboxEntryView }) {
  if (shown === undefined) return null;
  const { session, call } = shown;
  const path = linkPath(call === undefined ? { session } : { session, call });
  const show = (event: MouseEvent) => {
    event.preventDefault();
    if (call !== undefined) return showCall(session, call);
    closeOverlay();
    selectSession(session);
  };
  const name = call === undefined ? "Show session" : "Show call";
  return (
    <a className={styles.link} href={path} aria-label={`${name} of ${oneLine(tool, 60)}`} onClick={show}>
      {name}
    </a>
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
    case "held":
      return `Held back${reason}. Send it only if that is right. ${age}`;
    case "queued": {
      const wait = entry.next_at === undefined ? 0 : Date.parse(entry.next_at) - now;
      return `Waiting${reason}.${wait > 0 ? ` Next attempt in ${formatRough(wait)}.` : ""} ${age}`;
    }
  }
}
