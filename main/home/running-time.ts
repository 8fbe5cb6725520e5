/** A limit in time that this process has had: what it stood still for, stopped or on a machine that slept, does not count. */

const TICK_MS = 100;

/** Calls `act` once, after about so many milliseconds in which this process ran. Given back with `clearInterval`. */
export function afterRunning(ms: number, act: () => void): NodeJS.Timeout {
  let left = Math.ceil(ms / TICK_MS);
  // However late a tick comes, it is one.
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    act();
  }, TICK_MS);
  return timer;
}
