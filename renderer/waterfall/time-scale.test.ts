import { expect, it } from "vitest";
import { IDLE_DRAWN_MS, tickStep, timeScale } from "./time-scale.ts";

it("draws a long wait short, so that the work beside it can still be seen", () => {
  const scale = timeScale([
    { start: 1_000, end: 2_000 },
    { start: 62_000, end: 63_000 },
  ]);
  expect(scale.length).toBe(2_000 + IDLE_DRAWN_MS);
  expect(scale.idle.map(({ ms }) => ms)).toEqual([60_000]);
  expect(scale.at(2_000)).toBeCloseTo(1_000 / scale.length);
  expect(scale.at(63_000)).toBe(1);
});

it("keeps short pauses and overlaps true to scale", () => {
  const scale = timeScale([
    { start: 0, end: 100 },
    { start: 50, end: 200 },
    { start: 400, end: 500 },
  ]);
  expect(scale.length).toBe(500);
  expect([0, 250, 500].map(scale.at)).toEqual([0, 0.5, 1]);
  expect(scale.idle).toEqual([]);
});

it("survives a turn of one instant and moments outside of it", () => {
  const scale = timeScale([{ start: 10, end: 10 }]);
  expect([0, 10, 99].map(scale.at)).toEqual([0, 0, 0]);
  expect(timeScale([]).at(5)).toBe(0);
});

it("marks the axis at round times", () => {
  expect([tickStep(9_400, 5), tickStep(800, 4), tickStep(120_000, 4)]).toEqual([2_000, 200, 50_000]);
});
