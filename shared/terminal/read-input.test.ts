/** Proves that what a person typed is told from what a terminal reports, in every form that terminals have. */
import { expect, it } from "vitest";
import { type InputKind, readInput } from "./read-input.ts";

const kinds = (text: string): InputKind[] => readInput(text).parts.map(({ kind }) => kind);

it.each([
  ["letters", "yes\r"],
  ["letters beyond ASCII", "한ü😀"],
  ["Ctrl+C", "\x03"],
  ["Escape", "\x1b"],
  ["Escape twice", "\x1b\x1b"],
  ["Alt and a letter", "\x1bb"],
  ["Alt and what a sequence begins with", "\x1b["],
  ["the same, followed by letters", "\x1b]a\x1bPq\x1b_x"],
  ["arrows", "\x1b[A\x1bOB\x1b[1;5C"],
  ["Home, End, Delete, Page Up", "\x1b[H\x1b[F\x1b[3~\x1b[5~"],
  ["function keys", "\x1bOP\x1b[15~\x1b[1;2P\x1b[[A"],
  ["Shift+Tab", "\x1b[Z"],
  ["Shift+Enter", "\x1b\r"],
  ["keys of kitty's protocol", "\x1b[97u\x1b[27;2u\x1b[97;1:1u\x1b[97;5:2u"],
  ["keys of modifyOtherKeys", "\x1b[27;5;99~"],
  ["keys of rxvt", "\x1b[a\x1b[3^\x1b[3$"],
  ["keys of Windows' records", "\x1b[65;30;97;1;0;1_"],
  ["a paste", "\x1b[200~rm -rf\n\x1b[201~"],
  ["a pressed button", "\x1b[<0;10;10M"],
  ["the right button with Ctrl", "\x1b[<18;10;10M"],
  ["a pressed button, older", "\x1b[M !!"],
  ["a pressed button, urxvt", "\x1b[32;10;10M"],
])("%s: typing", (_, text) => expect(kinds(text)).toEqual(["typing"]));

it.each([
  ["the pointer without a button", "\x1b[<35;10;10M"],
  ["the pointer with a button", "\x1b[<32;10;10M"],
  ["the pointer with Shift and Ctrl", "\x1b[<55;10;10M"],
  ["a button let go", "\x1b[<0;10;10m"],
  ["the wheel", "\x1b[<64;10;10M\x1b[<65;10;10M"],
  ["the wheel sideways", "\x1b[<66;1;1M\x1b[<67;1;1M"],
  ["the wheel with Alt", "\x1b[<72;1;1M"],
  ["the pointer, older", "\x1b[MC!!"],
  ["a button let go, older", "\x1b[M#!!"],
  ["the wheel, older", "\x1b[M`!!"],
  ["the pointer, urxvt", "\x1b[67;10;10M"],
  ["the wheel, urxvt", "\x1b[96;10;10M"],
  ["a key of kitty's protocol let go", "\x1b[97;1:3u\x1b[1;1:3A\x1b[3;1:3~"],
  ["a key of Windows' records let go", "\x1b[65;30;97;0;0;1_"],
])("%s: motion", (_, text) => expect(kinds(text)).toEqual(["motion"]));

it.each([
  ["focus", "\x1b[I\x1b[O"],
  ["device attributes", "\x1b[?1;2c\x1b[>0;276;0c\x1bP!|00000000\x1b\\"],
  ["places", "\x1b[12;40R\x1b[?12;40;1R"],
  ["status", "\x1b[0n\x1b[?997;1n"],
  ["modes", "\x1b[?2026;2$y\x1b[4;2$y\x1b[?1u\x1b[>4;2m"],
  ["windows", "\x1b[8;24;80t\x1b[48;24;80;400;800t"],
  ["colours", "\x1b]11;rgb:0b0b/0d0d/1010\x1b\\\x1b]4;1;rgb:ff/ff/ff\x07\x1b]10;rgba:1/2/3/4\x07"],
  ["a clipboard", "\x1b]52;c;aGVsbG8=\x07"],
  ["versions and settings", "\x1bP>|xterm.js(6.0.0)\x1b\\\x1bP1$r0m\x1b\\\x1bP0+r544e\x1b\\\x1bP1+r544e=78\x1b\\"],
  ["a picture", "\x1b_Gi=31;OK\x1b\\"],
  ["what nobody knows", "\x1b[1;2;3y\x1b[5;6w\x1b[1;2&w"],
])("%s: an answer", (_, text) => expect(kinds(text)).toEqual(["answer"]));

it("what comes together is told apart, and nothing of it is lost", () => {
  const text = "\x1b[<35;1;1M\x1b[<35;2;1Mok\x1b[I\x1b[<0;3;3M\x1b[?1;2c";
  const { parts, rest } = readInput(text);
  expect(parts.map(({ kind }) => kind)).toEqual(["motion", "typing", "answer", "typing", "answer"]);
  expect(parts.map((part) => part.text).join("") + rest).toBe(text);
});

it("a report that comes in pieces waits for its end, wherever it is cut", () => {
  for (const text of ["\x1b[<35;10;10M", "\x1b]11;rgb:0b0b/0d0d/1010\x1b\\", "\x1bP>|xterm\x1b\\", "\x1b[M#!!"]) {
    for (let cut = 3; cut < text.length; cut += 1) {
      const { parts, rest } = readInput(text.slice(0, cut));
      expect([parts, rest]).toEqual([[], text.slice(0, cut)]);
      expect(kinds(rest + text.slice(cut))).not.toContain("typing");
    }
  }
});

it("what only looks like the beginning of a report keeps no key back for long", () => {
  expect(kinds(`\x1b]11;${"a".repeat(2_000)}`)).toEqual(["typing"]);
  expect(kinds(`\x1b[${"1".repeat(100)}`)).toEqual(["typing"]);
  expect(kinds("\x1b]11;no\rls\r")).toEqual(["typing"]);
  expect(kinds("\x1b[12\x03")).toEqual(["typing"]);
});
