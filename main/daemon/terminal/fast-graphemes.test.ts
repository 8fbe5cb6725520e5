/** Owns the proof that the short way for ASCII gives what the page's addon gives. */
import headless from "@xterm/headless";
import { expect, it } from "vitest";
import { FAST_VERSION, loadGraphemes, registered } from "./fast-graphemes.ts";

it("every character has the width and joins as in the page, whatever stands before it", () => {
  const terminal = new headless.Terminal({ allowProposedApi: true });
  loadGraphemes(terminal);
  expect(terminal.unicode.activeVersion).toBe(FAST_VERSION);
  const fast = registered(terminal, FAST_VERSION);
  const addon = registered(terminal, "15-graphemes");
  if (fast === undefined || addon === undefined) throw new Error("xterm hides its providers");
  const before = [..."a~ é\u0301漢👨\u200d🇩ก็\u1100"].map((character) => character.codePointAt(0) ?? 0);
  const preceding = new Set([0]);
  for (const state of [...preceding]) for (const code of before) preceding.add(addon.charProperties(code, state));
  for (const state of [...preceding]) for (const code of before) preceding.add(addon.charProperties(code, state));
  expect(preceding.size).toBeGreaterThan(8);
  for (const state of preceding) {
    for (const code of [...Array(0x180).keys(), ...before]) {
      expect(fast.charProperties(code, state)).toBe(addon.charProperties(code, state));
      expect(fast.wcwidth(code)).toBe(addon.wcwidth(code));
    }
  }
});
