/** One row of the activity list; it repaints only when its own call changed, or time passed that it shows. */
import { memo, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Call } from "../../shared/events/call.ts";
import { cameLate } from "../../shared/events/left-words.ts";
import { join } from "../parts/button.tsx";
import { StateIcon, type Tone } from "../parts/state-icon.tsx";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { useNow } from "../stores/clock.ts";
import { CallName } from "./call-name.tsx";
import styles from "./call-row.module.css";
import { formatSecond } from "./elapsed.ts";
import { ProgressBar } from "./progress-bar.tsx";
import { figures, note, progressBar, spoken, stateWord } from "./progress-truth.ts";

const TONES: Record<Call["state"], Tone> = {
  running: "running",
  finished: "done",
  failed: "failed",
  cancelled: "cancelled",
  queued: "queued",
  delivered: "done",
  discarded: "failed",
  unknown: "unknown",
};
export const callTone = (call: Call): Tone => (cameLate(call) ? "unknown" : TONES[call.state]);

/** Green for so long after it finished, then a neutral tick. */
const FRESH_MS = 2_000;

/**
 * A call, told when its state changes; its progress is read when the clock ticks (`useNow`), which is as often as figures
 * can be read. What should move with every update (`ProgressBar`) listens for itself.
 */
export function useCall(store: CallLogStore, id: string): Call | undefined {
  useSyncExternalStore(
    useCallback((told: () => void) => store.subscribeCall(id, told), [store, id]),
    () => {
      const call = store.log.calls.get(id);
      return call === undefined
        ? ""
        : `${call.state} ${progressBar(call)?.kind} ${call.left?.afterMs} ${call.uncertain} ${store.isPartial(id)}`;
    },
  );
  return store.log.calls.get(id);
}

interface RowProps {
  store: CallLogStore;
  id: string;
  domId: string;
  index: number;
  height: number;
  top: number;
  current: boolean;
  /** It ran at the same time as a neighbour. */
  bracket?: boolean;
  onOpen: (id: string) => void;
}

export const CallRow = memo(function CallRow({
  store,
  id,
  domId,
  index,
  height,
  top,
  current,
  bracket = false,
  onOpen,
}: RowProps) {
  const call = useCall(store, id);
  const live = call?.state === "running";
  const now = useNow("fast", live);
  const fresh = useFresh(call);
  const reading = useReading(call, now, current);
  const name = useName(call, store);
  if (call === undefined) return null;
  const bar = progressBar(call);
  const second = note(call, now);
  const bad = call.state === "failed" || call.state === "discarded";
  return (
    <div
      id={domId}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={current}
      aria-label={reading}
      tabIndex={-1}
      className={join(styles.row, current && styles.current, bracket && styles.bracket)}
      style={{ height, transform: `translateY(${top}px)` }}
      data-call={id}
      onClick={() => onOpen(id)}
    >
      <div role="gridcell" className={styles.cell}>
        <span className={styles.icon}>
          <StateIcon tone={callTone(call)} fresh={fresh} />
        </span>
        {name}
        <span className="visually-hidden">{stateWord(call)}</span>
        <span className={join(styles.figures, bad && styles.bad)}>
          <time className={styles.time} dateTime={call.startedAt}>
            {formatSecond(call.startedAt)}
          </time>
          {figures(call, now)}
        </span>
        {bar !== undefined && <ProgressBar store={store} call={call} bar={bar} />}
        {second !== undefined && height > 40 && (
          <span className={join(styles.note, bad && styles.bad)} title={second.length > 60 ? second : undefined}>
            {second}
          </span>
        )}
      </div>
    </div>
  );
});

/** The call's name, drawn again only when something in it changed: what a call is about is costly to find, and a tick changes figures alone. */
function useName(call: Call | undefined, store: CallLogStore) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are all that the name shows; the call itself is another object with each step.
  return useMemo(
    () => call !== undefined && <CallName call={call} store={store} />,
    [store, call?.id, call?.tool, call?.server, call?.about, call?.args, call?.agent?.within],
  );
}

/**
 * What is read aloud of the row that the keys have come to. It is worked out when they come and when the state changes, not
 * with each tick: a name that changes is read again, and percentages are never read by themselves.
 */
function useReading(call: Call | undefined, now: number, current: boolean): string | undefined {
  const about = current && call !== undefined ? `${call.id} ${stateWord(call)}` : "";
  const [reading, setReading] = useState({ about: "", text: "" });
  if (reading.about !== about) {
    setReading({ about, text: about === "" || call === undefined ? "" : spoken(call, now) });
  }
  return reading.text === "" ? undefined : reading.text;
}

/** True for two seconds after a call that was seen running has finished. */
function useFresh(call: Call | undefined): boolean {
  const [seenRunning, setSeenRunning] = useState(call?.state === "running");
  const [fresh, setFresh] = useState(false);
  const state = call?.state;
  const late = call !== undefined && cameLate(call);
  useEffect(() => {
    if (state === "running") setSeenRunning(true);
    if (state !== "finished" || late || !seenRunning) return;
    setFresh(true);
    const timer = setTimeout(() => setFresh(false), FRESH_MS);
    return () => clearTimeout(timer);
  }, [state, late, seenRunning]);
  return fresh;
}
