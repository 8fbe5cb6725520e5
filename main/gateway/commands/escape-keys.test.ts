/** Owns the proof that no keystroke is swallowed but the one sequence that leaves. */
import { expect, it } from "vitest";
import { createEscapeKeys } from "./escape-keys.ts";

function type(text: string, at: number): { sent: string; left: boolean } {
  const read = createEscapeKeys();
  const parts = [Buffer.from(text.slice(0, at)), Buffer.from(text.slice(at))].map(read);
  return { sent: Buffer.concat(parts.map(({ send }) => send)).toString(), left: parts.some(({ leave }) => leave) };
}

it("passes everything on, in any pieces", () => {
  for (const text of ["ls ~/x\r", "echo ~.\r", "\x1b[A~", "~x\r~~~\r", "é~.\x03\x1b"]) {
    for (let at = 0; at <= text.length; at += 1) {
      const expected = text.replace("\r~~~", "\r~~");
      expect(type(text, at)).toEqual({ sent: expected, left: false });
    }
  }
});

it("leaves at ~. where a line begins", () => {
  for (const text of ["~.", "ls\r~.", "ls\n~."]) {
    for (let at = 0; at <= text.length; at += 1) expect(type(text, at).left).toBe(true);
  }
});
