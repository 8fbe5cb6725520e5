/** The table of what follows a crash of the page: never the same attempt without end. */
import { expect, it } from "vitest";
import { decideRecovery, recentCrashes } from "./decide-recovery.ts";

it.each([
  ["crashed", [], 0, "reload"],
  ["oom", [0], 59_000, "explain"],
  ["killed", [0], 61_000, "reload"],
  ["launch-failed", [0, 10], 20, "ask"],
  ["launch-failed", [0, 10, 20], 30, "ask"],
  ["crashed", [0, 50_000], 61_000, "explain"],
  ["clean-exit", [0, 1], 2, "leave"],
] as const)("%s after crashes at %j, now %s: %s", (reason, crashes, now, decision) => {
  expect(decideRecovery(reason, crashes, now)).toBe(decision);
});

it("forgets crashes of long ago, so that they are not kept without end", () => {
  expect(recentCrashes([0, 30_000, 70_000], 80_000)).toEqual([30_000, 70_000]);
});
