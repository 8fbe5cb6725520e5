import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createTicker } from "./clock.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("an elapsed time that is shown again tells the present at once, not when it was last shown", () => {
  const ticker = createTicker(1_000);
  ticker.subscribe(() => {})();
  vi.advanceTimersByTime(60_000);
  const leave = ticker.subscribe(() => {});
  expect(ticker.now()).toBe(Date.now());
  leave();
});

it("elapsed times tick while anybody looks, and nothing runs once nobody does", () => {
  const ticker = createTicker(1_000);
  const told: number[] = [];
  const leave = [ticker.subscribe(() => told.push(ticker.now())), ticker.subscribe(() => {})];
  const begun = Date.now();
  vi.advanceTimersByTime(2_500);
  expect(told).toEqual([begun + 1_000, begun + 2_000]);
  for (const each of leave) each();
  expect(vi.getTimerCount()).toBe(0);
});
