/** Proves that a replay shows everything that happened, in its order, and makes nobody wait where nothing did. */
import { expect, it } from "vitest";
import { createTimeline, IDLE_MS } from "./timeline.ts";

const HOUR = 3_600_000;

it("skips what is idle at the beginning, between and at the end, and says how long it was", () => {
  const line = createTimeline([1_000, 1_500, HOUR, HOUR + 1_000], 2 * HOUR, true);
  expect(line.length).toBe(1_500 + IDLE_MS + 1_000 + IDLE_MS);
  expect(line.toPlayed(1_500)).toBe(1_500);
  expect(line.toPlayed(HOUR)).toBe(1_500 + IDLE_MS);
  expect(line.idleAt(HOUR / 2)).toBe(HOUR - 1_500);
  expect(line.idleAt(HOUR + 500)).toBeUndefined();
});

it("comes back from a played moment to the recorded one, everywhere", () => {
  const line = createTimeline([500, 40_000, 41_000, 90_000], 100_000, true);
  for (let ms = 0; ms <= 100_000; ms += 250) expect(line.toRecorded(line.toPlayed(ms))).toBeCloseTo(ms, 6);
  let before = -1;
  for (let played = 0; played <= line.length; played += 50) {
    const ms = line.toRecorded(played);
    expect(ms).toBeGreaterThan(before);
    before = ms;
  }
});

it("is the recorded time when nothing shall be skipped", () => {
  const line = createTimeline([0], HOUR, false);
  expect([line.length, line.toPlayed(1_234), line.toRecorded(HOUR)]).toEqual([HOUR, 1_234, HOUR]);
  expect(line.idleAt(1_234)).toBeUndefined();
});
