/** Counts wrong tokens, so that guessing is answered with less and less. */

const WINDOW_MS = 60_000;
const MAX_FAILURES = 30;

export interface GuessLimit {
  /** Notes a wrong token. True when there were too many within a minute. */
  failed(): boolean;
}

/**
 * One budget for everybody: whoever may connect here has millions of addresses (127.0.0.0/8), so counting by address
 * limits nobody. Only wrong tokens are refused with 429: with 256 bits nothing can be guessed, and a program that guesses
 * on this machine must not be able to lock its owner out. `now` in milliseconds, from a clock that only goes forward.
 */
export function createGuessLimit(now: () => number): GuessLimit {
  let since = Number.NEGATIVE_INFINITY;
  let count = 0;
  return {
    failed() {
      if (now() - since >= WINDOW_MS) {
        since = now();
        count = 0;
      }
      count += 1;
      return count > MAX_FAILURES;
    },
  };
}
