import { expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

it("waits longer with each failure, and never above 30 s, so that a gateway that comes back is not stormed", () => {
  const ceilings = [0, 1, 2, 8, 9, 50].map((attempt) => backoffMs(attempt, 0.999_999));
  expect(ceilings).toEqual([500, 800, 1280, 21475, 30000, 30000]);
});

it("P21: spreads clients over the whole interval", () => {
  expect(backoffMs(6, 0)).toBe(250);
  expect(backoffMs(6, 0.5)).toBe(4194);
});
