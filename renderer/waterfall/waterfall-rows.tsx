/** The rows of the waterfall: a turn's axis and a call's bar. */
import { memo } from "react";
import { CallName } from "../activity/call-name.tsx";
import { callTone, useCall } from "../activity/call-row.tsx";
import { evidence } from "../activity/divider-rows.tsx";
import { formatElapsed, formatRough, formatSecond } from "../activity/elapsed.ts";
import { figures, stateWord } from "../activity/progress-truth.ts";
import { join } from "../parts/button.tsx";
import { StateIcon } from "../parts/state-icon.tsx";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { useNow } from "../stores/clock.ts";
import type { Turn } from "../stores/turns.ts";
import { type TimeScale, tickStep } from "./time-scale.ts";
import styles from "./waterfall.module.css";

interface AxisProps {
  turn: Turn;
  scale: TimeScale;
  zoom: number;
  top: number;
  height: number;
}

export function AxisRow({ turn, scale, zoom, top, height }: AxisProps) {
  const step = tickStep(scale.length, 4 * zoom);
  // Between idle stretches an axis is not even: its marks are then left out rather than be wrong.
  const ticks =
    scale.idle.length > 0 ? [] : Array.from({ length: Math.floor(scale.length / step) }, (_, at) => (at + 1) * step);
  return (
    <div role="row" tabIndex={-1} className={styles.axis} style={{ transform: `translateY(${top}px)`, height }}>
      <div role="gridcell" className={styles.label} title={evidence(turn)}>
        Turn {turn.number}
      </div>
      <div role="gridcell" className={styles.lane}>
        {ticks.map((ms) => (
          <span key={ms} className={styles.tick} style={{ left: `${(ms / scale.length) * 100}%` }}>
            {formatElapsed(ms).replace(".0 s", " s")}
          </span>
        ))}
        {scale.idle.map((idle) => (
          <span
            key={idle.from}
            className={styles.idle}
            style={{ left: `${idle.from * 100}%`, width: `${(idle.to - idle.from) * 100}%` }}
            title={`Nothing ran for ${formatRough(idle.ms)}`}
          >
            {formatRough(idle.ms)}
          </span>
        ))}
      </div>
    </div>
  );
}

interface BarProps {
  store: CallLogStore;
  id: string;
  domId: string;
  scale: TimeScale;
  top: number;
  height: number;
  current: boolean;
  onOpen: (id: string) => void;
}

export const BarRow = memo(function BarRow({ store, id, domId, scale, top, height, current, onOpen }: BarProps) {
  const call = useCall(store, id);
  const now = useNow("fast", call?.state === "running");
  if (call === undefined) return null;
  const from = scale.at(Date.parse(call.startedAt));
  const to = call.endedAt === undefined ? 1 : scale.at(Date.parse(call.endedAt));
  return (
    <div
      id={domId}
      role="row"
      tabIndex={-1}
      aria-selected={current}
      data-call={id}
      className={join(styles.row, current && styles.current)}
      style={{ transform: `translateY(${top}px)`, height }}
      onClick={() => onOpen(id)}
    >
      <div role="gridcell" className={styles.label}>
        <StateIcon tone={callTone(call)} />
        <CallName call={call} store={store} withoutServer />
        <span className="visually-hidden">{stateWord(call)}</span>
      </div>
      <div role="gridcell" className={styles.lane}>
        <span
          className={join(styles.bar, styles[call.state])}
          style={{ left: `${from * 100}%`, width: `max(3px, ${(to - from) * 100}%)` }}
        />
        <span
          className={styles.figures}
          title={formatSecond(call.startedAt)}
          style={{ left: `calc(${to * 100}% + 2px)` }}
        >
          {figures(call, now)}
        </span>
      </div>
    </div>
  );
});
