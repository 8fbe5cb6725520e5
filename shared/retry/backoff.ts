/** Says how long to wait before the next attempt to connect. */

const FIRST_MS = 500;
const FACTOR = 1.6;
const LONGEST_MS = 30_000;
/** A connection that lasted this long was a good one: the next failure starts again from the first wait. */
export const STABLE_MS = 10_000;

/**
 * Full jitter (a wait anywhere up to the bound), so that many clients of one server never return together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). `attempt` counts from 0; `random` gives
 * 0 ≤ x < 1. Milliseconds, `shortest` at least: a person who watches a countdown should not see 0 s twice a second.
 */
export function backoff(attempt: number, random: () => number, shortest = 0): number {
  const bound = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** Math.min(attempt, 50));
  return Math.max(shortest, Math.round(bound * random()));
}
