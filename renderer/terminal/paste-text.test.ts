/** Proves that what is handed to a program's prompt is never sent by it and acts on nothing. */
import { expect, it } from "vitest";
import { pasteText } from "./paste-text.ts";

it("is one paste for a program that asks for pastes, whose end nothing in it can bring about", () => {
  expect(pasteText("a\r\nb\x1b[201~\rrm -rf\u0003\u009b201~", true)).toBe("\x1b[200~a\rb[201~\rrm -rf201~\x1b[201~");
});

it("has no Enter and no Tab for a program that does not ask", () => {
  expect(pasteText("a\n\tb\rc\x04", false)).toBe("a b c");
});
