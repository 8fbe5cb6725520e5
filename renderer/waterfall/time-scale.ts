/** The axis of a turn's waterfall: time from the turn's start, with idle stretches drawn short. */

/** Nothing running for longer than this is idle and is compressed… */
export const IDLE_MS = 5_000;
/** …to the width of this much time. */
export const IDLE_DRAWN_MS = 600;

export interface Interval {
  start: number;
  end: number;
}

export interface TimeScale {
  /** Length of the axis in drawn milliseconds. */
  readonly length: number;
  /** Where a moment is drawn, from 0 to 1. */
  at(time: number): number;
  /** Idle stretches as drawn, from 0 to 1, with their true length. */
  readonly idle: readonly { from: number; to: number; ms: number }[];
}

/** `intervals` are when something ran, in milliseconds and any order; the axis begins with the first. */
export function timeScale(intervals: readonly Interval[]): TimeScale {
  const busy = merge(intervals);
  const pieces: { start: number; end: number; drawn: number; offset: number; idle: boolean }[] = [];
  let offset = 0;
  let last: number | undefined;
  const push = (start: number, end: number, drawn: number, idle: boolean) => {
    pieces.push({ start, end, drawn, offset, idle });
    offset += drawn;
  };
  for (const { start, end } of busy) {
    if (last !== undefined && start > last) {
      const pause = start - last;
      push(last, start, pause > IDLE_MS ? IDLE_DRAWN_MS : pause, pause > IDLE_MS);
    }
    push(start, end, end - start, false);
    last = end;
  }
  const length = Math.max(1, offset);
  return {
    length,
    at(time) {
      const piece = pieces.findLast((each) => each.start <= time);
      if (piece === undefined) return 0;
      const share = piece.end === piece.start ? 0 : Math.min(1, (time - piece.start) / (piece.end - piece.start));
      return Math.min(1, (piece.offset + share * piece.drawn) / length);
    },
    idle: pieces
      .filter((piece) => piece.idle)
      .map((piece) => ({
        from: piece.offset / length,
        to: (piece.offset + piece.drawn) / length,
        ms: piece.end - piece.start,
      })),
  };
}

function merge(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => a.start - b.start);
  const merged: Interval[] = [];
  for (const { start, end } of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end: Math.max(start, end) });
  }
  return merged;
}

/** Round steps for `count` marks or fewer over `length` milliseconds. */
export function tickStep(length: number, count: number): number {
  const rough = length / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10;
  return step * power;
}
