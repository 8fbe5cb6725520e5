/** The time of a replay: the recorded one, or a shorter one in which nothing lasts longer than two seconds without something to see. */

/** Nothing happened for longer than this, in milliseconds, and it is skipped. As `asciinema play -i 2` does. */
export const IDLE_MS = 2_000;

/** A stretch in which nothing happened, in milliseconds of the recording, and where it begins in played time. */
interface Idle {
  from: number;
  to: number;
  played: number;
}

export interface Timeline {
  /** Of the whole replay, in played milliseconds. */
  readonly length: number;
  /** From recorded to played milliseconds, and back. */
  toPlayed(ms: number): number;
  toRecorded(played: number): number;
  /** How long the stretch around this recorded moment is in which nothing happened, if it is skipped. */
  idleAt(ms: number): number | undefined;
}

/** `moments` are those at which something is to be seen, in recorded milliseconds and any order. */
export function createTimeline(moments: Iterable<number>, length: number, skipIdle: boolean): Timeline {
  const idle = skipIdle ? idleStretches(moments, length) : [];
  const before = (value: number, start: (one: Idle) => number): Idle | undefined => {
    let [low, high] = [0, idle.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = idle[middle];
      if (one !== undefined && start(one) <= value) low = middle + 1;
      else high = middle;
    }
    return idle[low - 1];
  };
  const toPlayed = (ms: number): number => {
    const last = before(ms, ({ from }) => from);
    if (last === undefined) return ms;
    const { from, to, played } = last;
    return ms >= to ? played + IDLE_MS + (ms - to) : played + ((ms - from) / (to - from)) * IDLE_MS;
  };
  return {
    length: toPlayed(length),
    toPlayed,
    toRecorded(at) {
      const last = before(at, ({ played }) => played);
      if (last === undefined) return at;
      const { from, to, played } = last;
      const since = at - played;
      return since >= IDLE_MS ? to + since - IDLE_MS : from + (since / IDLE_MS) * (to - from);
    },
    idleAt(ms) {
      const last = before(ms, ({ from }) => from);
      return last !== undefined && ms < last.to ? last.to - last.from : undefined;
    },
  };
}

function idleStretches(moments: Iterable<number>, length: number): Idle[] {
  const idle: Idle[] = [];
  let [last, skipped] = [0, 0];
  for (const moment of [...moments, length].sort((a, b) => a - b)) {
    if (moment - last > IDLE_MS) {
      idle.push({ from: last, to: moment, played: last - skipped });
      skipped += moment - last - IDLE_MS;
    }
    last = moment;
  }
  return idle;
}
