/** Owns how long to wait before the next attempt to connect. */

const FIRST_MS = 500;
const FACTOR = 1.6;
const LONGEST_MS = 30_000;
/** A connection that held this long counts as good, and the waiting starts from the beginning. */
export const STABLE_MS = 10_000;
/** A person who watches a countdown should not see 0 s twice a second. */
const SHORTEST_MS = 250;

/** Milliseconds before attempt `attempt` (from 0): 0.5 s × 1.6 each, at most 30 s, full jitter. `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** attempt);
  return Math.max(SHORTEST_MS, Math.round(ceiling * random));
}
