/** Bounds what calls cost that were refused before any server saw them: an agent that repeats one is shown, and floods nothing. */
import type { RefusalCode } from "../../../shared/events/refusal.ts";

/** Rows of their own in this time; what is beyond is counted with the last of them. */
const MAX_ROWS = 30;
const WINDOW_MS = 60_000;
/** The count is reported this often at most. */
const TELL_MS = 1_000;

export interface Refusal {
  code: RefusalCode;
  /** One sentence for a person. */
  message: string;
}

export interface RefusedCalls {
  /** `row` publishes a call of its own and gives a way to tell its end again, with other words. */
  add(why: Refusal, row: () => (message: string) => void): void;
}

/** `clock` in milliseconds that never jump. */
export function createRefusedCalls(clock: () => number): RefusedCalls {
  let since = Number.NEGATIVE_INFINITY;
  let rows = 0;
  let more = 0;
  let last: { why: Refusal; again: (message: string) => void } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const tell = () => {
    clearTimeout(timer);
    timer = undefined;
    if (last === undefined || more === 0) return;
    const were = more === 1 ? "One more call was" : `${more} more calls were`;
    last.again(`${last.why.message} ${were} refused after it within a minute, without a row of their own.`);
  };
  return {
    add(why, row) {
      if (clock() - since >= WINDOW_MS) {
        tell();
        since = clock();
        rows = 0;
        more = 0;
      }
      if (rows < MAX_ROWS) {
        rows += 1;
        last = { why, again: row() };
        return;
      }
      more += 1;
      timer ??= setTimeout(tell, TELL_MS).unref();
    },
  };
}
