/** The pages with a call's progress steps and its raw events. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";
import type { Call } from "../../shared/events/call.ts";
import type { LogEntry } from "../../shared/events/tool-event.ts";
import { oneLine, visibleLines } from "../../shared/text/visible.ts";
import { formatElapsed, formatMillisecond } from "../activity/elapsed.ts";
import { formatCount } from "../activity/progress-truth.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import styles from "./event-tabs.module.css";
import notes from "./notes.module.css";
import { useEntries } from "./use-entries.ts";

interface TabProps {
  store: CallLogStore;
  session: string;
  call: Call;
}

export function ProgressTab({ store, session, call }: TabProps) {
  const steps = useEntries(store, session, call).filter(
    ({ event }) => event.kind === "progress" || event.kind === undefined,
  );
  if (steps.length === 0) return <p className={notes.none}>The tool has reported no progress.</p>;
  const start = Date.parse(call.startedAt);
  return (
    <Rows entries={steps} height={26} label="Progress steps">
      {({ event, at }) => {
        if (event.kind === "gap") return null;
        const total = event.total === undefined ? "" : ` / ${formatCount(event.total)}`;
        return (
          <>
            <span className={styles.stepTime}>+{formatElapsed(Date.parse(event.timestamp ?? at) - start)}</span>
            <span className={styles.stepValue}>
              {event.progress === undefined ? "–" : formatCount(event.progress)}
              {total}
            </span>
            <span className={styles.stepText}>{event.message === undefined ? "" : oneLine(event.message, 300)}</span>
          </>
        );
      }}
    </Rows>
  );
}

export function RawTab({ store, session, call }: TabProps) {
  const entries = useEntries(store, session, call);
  return (
    <Rows entries={entries} height={undefined} label="Raw events">
      {({ seq, at, event }) => (
        <>
          <span className={styles.stepTime}>
            {seq} · {formatMillisecond(at)}
          </span>
          <code className={styles.raw}>{visibleLines(JSON.stringify(event, null, 2).slice(0, 4_000))}</code>
        </>
      )}
    </Rows>
  );
}

interface RowsProps {
  entries: readonly LogEntry[];
  /** Undefined: as high as their text. */
  height: number | undefined;
  label: string;
  children: (entry: LogEntry) => ReactNode;
}

function Rows({ entries, height, label, children }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height ?? 60,
    getItemKey: (index) => entries[index]?.seq ?? index,
    overscan: 10,
  });
  return (
    <div ref={scroller} className={styles.steps} role="region" aria-label={label} tabIndex={0}>
      <ol className={styles.stepList} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const entry = entries[index];
          return (
            <li
              key={key}
              ref={height === undefined ? rows.measureElement : undefined}
              data-index={index}
              className={height === undefined ? styles.rawRow : styles.step}
              style={{ transform: `translateY(${start}px)`, height }}
            >
              {entry === undefined ? null : children(entry)}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
