/** Proves that Option types characters unless its person wants Meta of it, on one side or both. */
import { expect, it } from "vitest";
import { type OptionIsMeta, optionIsMeta } from "./option-key.ts";

it.each<[OptionIsMeta, boolean, boolean, boolean]>([
  ["off", false, false, false],
  ["left", true, false, false],
  ["right", false, true, false],
  ["both", true, true, true],
])("%s: left is Meta %s, right %s, one of unknown side %s", (wanted, left, right, unknown) => {
  expect(optionIsMeta(wanted, new Set(["AltLeft"]))).toBe(left);
  expect(optionIsMeta(wanted, new Set(["AltRight"]))).toBe(right);
  expect(optionIsMeta(wanted, new Set())).toBe(unknown);
});
