/** The rows between calls: the head of a turn, and the gap where events are missing. */
import { memo, useSyncExternalStore } from "react";
import type { Gap } from "../../shared/events/fold.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { useNow } from "../stores/clock.ts";
import type { Turn } from "../stores/turns.ts";
import styles from "./divider-rows.module.css";
import { formatElapsed, formatMinute } from "./elapsed.ts";
import { gapText } from "./gap-text.ts";

interface PlaceProps {
  index: number;
  height: number;
  top: number;
}

interface TurnProps extends PlaceProps {
  store: CallLogStore;
  turn: Turn;
  /** How many of its calls the list holds. */
  shown: number;
  /** It is the one that says for all that they are guessed. */
  doubt: boolean;
}

export const TurnRow = memo(function TurnRow({ store, turn, shown, doubt, index, height, top }: TurnProps) {
  useSyncExternalStore(store.subscribeShape, store.shapeVersion);
  const running = turn.open.size > 0;
  const now = useNow("slow", running);
  const length = Math.max(0, (running ? now : turn.lastAt) - turn.startedAt);
  const count =
    shown === turn.count ? `${turn.count} ${turn.count === 1 ? "call" : "calls"}` : `${shown} of ${turn.count} calls`;
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 1}
      className={styles.turn}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" className={styles.turnCell} title={evidence(turn)}>
        <span className={styles.turnName}>Turn {turn.number}</span>
        <span>
          {count} · {length < 1_000 ? formatElapsed(length) : `${roundLength(length)}`}
        </span>
        {doubt && <span className={styles.guess}>Turns are estimated from pauses</span>}
      </div>
    </div>
  );
});

/** What the grouping rests on: the agent's word, or a guess that says so. */
export const evidence = (turn: Turn): string =>
  turn.reported === undefined
    ? "Estimated from pauses: calls that overlap, or follow within 20 s, stand together. The agent doesn't report its turns."
    : `The agent said at ${formatMinute(new Date(turn.reported).toISOString())} that its turn began.`;

/** Whole seconds are enough for a turn. */
const roundLength = (ms: number): string => (ms < 59_950 ? `${Math.round(ms / 1_000)} s` : formatElapsed(ms));

export const GapRow = memo(function GapRow({ gap, index, height, top }: PlaceProps & { gap: Gap }) {
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 1}
      className={styles.gap}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" className={styles.gapCell}>
        {gapText(gap)}
      </div>
    </div>
  );
});
