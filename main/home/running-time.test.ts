/** Proves that a limit counts only the time in which this process ran. */
import { expect, it, vi } from "vitest";
import { afterRunning } from "./running-time.ts";

it("a clean end is not cut short because the machine stood still meanwhile", async () => {
  let over = false;
  afterRunning(500, () => {
    over = true;
  });
  const until = performance.now() + 700;
  while (performance.now() < until);
  // What is due has had its turn: timers come before this.
  await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(over).toBe(false);
  await vi.waitFor(() => expect(over).toBe(true));
});

it("an end that hangs is cut short in time, and once", () => {
  vi.useFakeTimers();
  try {
    const act = vi.fn();
    afterRunning(1_900, act);
    vi.advanceTimersByTime(1_899);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10_000);
    expect(act).toHaveBeenCalledTimes(1);
    clearInterval(afterRunning(100, act));
    vi.advanceTimersByTime(10_000);
    expect(act).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});
