/** Measures time as this process had it: what a busy machine took away from it does not count. */

const TICK_MS = 10;

/** Gives the milliseconds since it was called, without those in which no timer of ours could run when it was due. */
export function ownTime(): () => number {
  const began = performance.now();
  let expected = began + TICK_MS;
  let lost = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    lost += Math.max(0, now - expected);
    expected = now + TICK_MS;
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    return performance.now() - began - lost;
  };
}
