/** Owns the table of what follows a crash of the page. */
import { expect, it } from "vitest";
import { decideRecovery } from "./decide-recovery.ts";

it.each([
  ["crashed", undefined, 0, "reload"],
  ["oom", 0, 59_000, "explain"],
  ["killed", 0, 61_000, "reload"],
  ["clean-exit", 0, 1, "leave"],
] as const)("%s, last crash at %s, now %s: %s", (reason, last, now, decision) => {
  expect(decideRecovery(reason, last, now)).toBe(decision);
});
