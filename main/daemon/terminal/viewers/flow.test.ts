/** Proves that a slow viewer stops the program for a bounded time only. */
import { expect, it } from "vitest";
import {
  HOLD_MS,
  LAST_LOOK_MS,
  newFlow,
  patience,
  STALL_MS,
  untilDropped,
  updateBacklog,
  updateHolding,
} from "./flow.ts";

it("stops above the high watermark and goes on below the low one, not between", () => {
  const flow = newFlow(0);
  updateBacklog(flow, 100_000, 0);
  expect(flow.blocked).toBe(false);
  updateBacklog(flow, 100_001, 0);
  expect(flow.blocked).toBe(true);
  updateBacklog(flow, 5_000, 1);
  expect(flow.blocked).toBe(true);
  updateBacklog(flow, 4_999, 2);
  expect(flow.blocked).toBe(false);
});

it("waits for a slow viewer as long as it makes progress, and a second for one that makes none", () => {
  const flow = newFlow(0);
  updateBacklog(flow, 200_000, 0);
  updateHolding(flow, false, 0);
  expect(patience(flow, 400)).toBe(STALL_MS - 400);
  updateBacklog(flow, 190_000, 900);
  expect(patience(flow, 1_000)).toBe(900);
  expect(patience(flow, 1_900)).toBe(0);
});

it("drops nobody whose answers could not be read yet because the machine stood still", () => {
  const flow = newFlow(0);
  updateBacklog(flow, 200_000, 0);
  expect(untilDropped(flow, 100)).toBe(STALL_MS - 100);
  // Nothing ran for a minute; then what the viewer had said is read.
  expect(untilDropped(flow, 60_000)).toBe(LAST_LOOK_MS);
  updateBacklog(flow, 150_000, 60_010);
  expect(untilDropped(flow, 60_010)).toBe(STALL_MS);
  // One that says nothing then either is dropped.
  expect(untilDropped(flow, 62_000)).toBe(LAST_LOOK_MS);
  expect(untilDropped(flow, 62_000 + LAST_LOOK_MS)).toBe(0);
  // And one that comes below the watermark begins anew.
  updateBacklog(flow, 0, 62_100);
  updateBacklog(flow, 200_000, 90_000);
  expect(untilDropped(flow, 90_000)).toBe(STALL_MS);
});

it("lets a slow viewer hold the others back for a second at once and a tenth of the time in the long run", () => {
  const flow = newFlow(0);
  let held = 0;
  // It is always behind and always makes progress; whenever its patience ends it is dropped, and comes back 500 ms later.
  for (let now = 0; now < 60_000; ) {
    updateBacklog(flow, 200_000 + (60_000 - now), now);
    updateHolding(flow, true, now);
    const left = patience(flow, now);
    if (left > 0) {
      const step = Math.min(left, 100);
      held += step;
      now += step;
      continue;
    }
    updateBacklog(flow, 0, now);
    updateHolding(flow, false, now);
    now += 500;
  }
  expect(held).toBeLessThan(HOLD_MS + 60_000 * 0.1 + 200);
  expect(held).toBeGreaterThan(HOLD_MS);
});
