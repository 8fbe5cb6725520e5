/** Owns how long to wait before the next attempt. */

const FIRST_MS = 500;
const FACTOR = 1.6;
const CAP_MS = 30_000;
/** A connection that lasted this long was a good one: the next failure starts again from the first wait. */
export const STABLE_MS = 10_000;

/**
 * Full jitter (a wait anywhere between 0 and the bound), so that many clients of one daemon never return together.
 * `attempt` counts from 0; `random` gives 0 ≤ x < 1. Milliseconds.
 */
export function backoff(attempt: number, random: () => number): number {
  return Math.round(Math.min(CAP_MS, FIRST_MS * FACTOR ** Math.min(attempt, 50)) * random());
}
