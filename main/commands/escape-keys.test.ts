/** Proves that no keystroke is swallowed but the one sequence that leaves. */
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

it.each<[what: string, typed: string[]]>([
  ["kitty reports every key", ["\x1b[126;2u", "\x1b[46u"]],
  ["kitty tells the shifted key", ["\x1b[96:126;2u\x1b[46u"]],
  ["kitty tells the text", ["\x1b[96;2;126u", "\x1b[46;;46u"]],
  ["kitty tells only the key", ["\x1b[96;2u", "\x1b[46u"]],
  ["kitty tells releases and modifiers", ["\x1b[57441;2u\x1b[126;2u\x1b[126;2:3u\x1b[57441;1:3u\x1b[46u"]],
  ["a lock is on", ["\x1b[126;66u\x1b[46;65u"]],
  ["modifyOtherKeys reports every key", ["\x1b[27;2;126~\x1b[27;1;46~"]],
  ["the window gets and loses focus, and the mouse moves", ["\x1b[I", "~\x1b[O\x1b[<35;1;1M", "."]],
  ["the line before ended in kitty's way", ["a\x1b[13u", "~."]],
])("leaves also where %s", (_what, typed) => {
  const read = createEscapeKeys();
  const all = typed.map((keys) => read(Buffer.from(keys)));
  expect(all.at(-1)?.leave).toBe(true);
  expect(Buffer.concat(all.map(({ send }) => send)).toString()).not.toMatch(/126|~/);
});

it.each([
  "a~.",
  "\x1b[97u\x1b[126;2u\x1b[46u",
  "\x1b[126;4u\x1b[46u",
  "\x1b[126;6u.",
  "~a.",
  "\x1b[126;2u\x1b[97u\x1b[46u",
  "\x1b[200~~.\r~.\x1b[201~",
  "\x1b[A~.",
])("types %j as it is, in its order", (typed) => {
  expect(createEscapeKeys()(Buffer.from(typed))).toEqual({ send: Buffer.from(typed), leave: false });
});

it("a tilde that turns out to be one is typed with what came behind it", () => {
  const read = createEscapeKeys();
  expect(read(Buffer.from("\x1b[126;2u\x1b[126;2:3u")).send.toString()).toBe("");
  expect(read(Buffer.from("\x1b[97u")).send.toString()).toBe("\x1b[126;2u\x1b[126;2:3u\x1b[97u");
});
