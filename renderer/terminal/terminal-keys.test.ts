import { expect, it } from "vitest";
import { rowKeyBytes, withCtrl } from "./terminal-keys.ts";

it("lets a phone interrupt, suspend and end input", () => {
  expect([..."cCzd[ "].map(withCtrl)).toEqual(["\u0003", "\u0003", "\u001a", "\u0004", "\u001b", "\u0000"]);
  expect(withCtrl("5")).toBe("5");
  expect(withCtrl("pasted")).toBe("pasted");
  expect([withCtrl("\u001b[D"), withCtrl("\u001bOC")]).toEqual(["\u001b[1;5D", "\u001b[1;5C"]);
});

it("sends arrows as the program asked for them", () => {
  expect(rowKeyBytes("up", false)).toBe("\u001b[A");
  expect(rowKeyBytes("left", true)).toBe("\u001bOD");
});
