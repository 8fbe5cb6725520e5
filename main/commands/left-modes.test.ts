/** Proves that a terminal gets back what a program has left it in: all of it, once, and nothing else. */
import { expect, it } from "vitest";
import { createLeftModes } from "./left-modes.ts";

function left(...printed: string[]) {
  const modes = createLeftModes();
  for (const text of printed) modes.see(Buffer.from(text, "utf8"));
  return modes;
}

it.each<[what: string, printed: string, restored: string]>([
  ["mouse and pastes", "\x1b[?1003h\x1b[?1006;2004h", "\x1b[?1003l\x1b[?1006l\x1b[?2004l"],
  ["the colour scheme and size reports", "\x1b[?2031h\x1b[?2048h", "\x1b[?2031l\x1b[?2048l"],
  ["a mode that is not known here", "\x1b[?7777h", "\x1b[?7777l"],
  ["cursor and wrapping", "\x1b[?25l\x1b[?7l", "\x1b[?25h\x1b[?7h"],
  ["insert mode", "\x1b[4h", "\x1b[4l"],
  ["kitty's keyboard, pushed twice", "\x1b[>1u\x1b[>5u", "\x1b[<2u"],
  ["kitty's keyboard, set", "\x1b[=5;1u", "\x1b[=0u"],
  ["kitty's keyboard of both screens", "\x1b[>1u\x1b[?1049h\x1b[>3u", "\x1b[<1u\x1b[?1049l\x1b[<1u"],
  ["modifyOtherKeys and its format", "\x1b[>4;2m\x1b[>4;1f", "\x1b[>4m\x1b[>4f"],
  ["a full screen", "\x1b[?1049h", "\x1b[?1049l"],
  ["an older full screen", "\x1b[?47h", "\x1b[?47l"],
  ["the shape of the cursor", "\x1b[5 q", "\x1b[0 q"],
  ["the keypad", "\x1b=", "\x1b>"],
  ["line drawing", "\x1b(0", "\x1b(B\x1b)B\x0f"],
  ["line drawing in the second set, and its use", "\x1b)0 lq\x0eqk", "\x1b(B\x1b)B\x0f"],
  ["a set that is locked", "\x1bn", "\x1b(B\x1b)B\x0f"],
  ["another coding", "\x1b%@", "\x1b%G"],
  ["margins to the left and right", "\x1b[?69h\x1b[5;20s", "\x1b[?69l\x1b7\x1b[s\x1b8"],
  ["a keyboard that is locked, and input shown twice", "\x1b[2h\x1b[12l", "\x1b[2l\x1b[12h"],
  ["a printer that takes what is printed", "\x1b[5i\x1b[?5i", "\x1b[4i\x1b[?4i"],
  ["protected characters and a status line", '\x1b[1"q\x1b[2$}', '\x1b[0"q\x1b[0$}'],
  ["titles in hexadecimal", "\x1b[>0;1t", "\x1b[>0T\x1b[>1T"],
  ["a wheel that scrolls no pager", "\x1b[?1007l", "\x1b[?1007h"],
  ["held drawing, as it was asked for before", "\x1bP=1s\x1b\\", "\x1bP=2s\x1b\\"],
  ["a scroll region", "\x1b[3;10r", "\x1b7\x1b[r\x1b8"],
  ["colours", "\x1b]11;#102030\x07\x1b]4;5;rgb:1/2/3\x1b\\", "\x1b]111\x1b\\\x1b]104\x1b\\"],
  [
    "a link, a bar, a pointer",
    "\x1b]8;;http://x\x07\x1b]9;4;1;50\x07\x1b]22;hand\x07",
    "\x1b]8;;\x1b\\\x1b]9;4;0\x1b\\\x1b]22;\x1b\\",
  ],
  ["what the agent said of itself", "\x1b]7501;state=working:app=x\x1b\\", "\x1b]7501;state=clear\x1b\\"],
  ["a title kept twice", "\x1b[22;0t\x1b[22t", "\x1b[23;0t\x1b[23;0t"],
  ["colours of text", "\x1b[1;31m", "\x1b[0m"],
  ["held drawing", "\x1b[?2026h", "\x1b[?2026l"],
])("%s", (_what, printed, restored) => {
  const modes = left(printed);
  const given = modes.restore();
  for (const part of restored.split("\x1b").slice(1)) expect(given).toContain(`\x1b${part}`);
  expect(given.length).toBeLessThanOrEqual(restored.length + "\x1b[?2026l".length);
  expect(modes.restore()).toBe("");
  // In any pieces.
  expect(left(...printed).restore()).toBe(given);
});

it("what the program has taken back itself, asked for or only named is nothing", () => {
  const tidy = [
    "\x1b[?1003h\x1b[?1003l\x1b[?1049h\x1b[?1049l\x1b[?25l\x1b[?25h\x1b[4h\x1b[4l",
    "\x1b[>1u\x1b[<u\x1b[>1u\x1b[>1u\x1b[<9u\x1b[=5u\x1b[=0u\x1b[>4;2m\x1b[>4m\x1b[>4;1m\x1b[>m\x1b[?u\x1b[?4m",
    "\x1b]11;?\x07\x1b]4;1;?\x07\x1b]11;#fff\x07\x1b]111\x07\x1b]8;;x\x07\x1b]8;;\x07\x1b]0;title\x07\x1b]7501;?\x07",
    "\x1b[5 q\x1b[0 q\x1b=\x1b>\x1b(0\x1b(B\x1b[2;5r\x1b[r\x1b[1m\x1b[0m\x1b[22t\x1b[23t\x1b[?1048h\x1b[?7$p",
    "text \x1b]52;c;aGk=\x07\x1bP$q q\x1b\\\x1b_Gi=1;\x1b\\ [?1003h",
    "\x1b[?1003h\x1b[?1049h\x1bc",
    "\x1b[?1003\x18h\x1b[?25\x1b[m",
    "\x1b[?1007h\x1b[?1034h\x1b[12h\x1b[s\x1b[u\x1b[0i\x1b%@\x1b%G\x1bP=1s\x1b\\\x1bP=2s\x1b\\\x1b[>2t\x1b[>T",
  ];
  for (const text of tidy) expect(left(text).restore(), JSON.stringify(text)).toBe("");
  expect(left(tidy.join("")).restore()).toBe("");
});

it("one that is left while it runs is taken back thoroughly, each mode once", () => {
  const given = left("\x1b[?1003h\x1b[>1u\x1b[?1049h\x1b[>4;2m").restore(true);
  for (const part of ["1003", "2004", "2031", "1006", "?1049l", "\x1b[<1u", "\x1b[=0u", "\x1b[>4m", "\x1b[0 q"]) {
    expect(given.split(part).length, part).toBe(2);
  }
  expect(left("").restore(true)).not.toContain("1049");
});

it("what a snapshot does not carry is put on again behind it", () => {
  const modes = left("\x1b[>1u\x1b[?1049h\x1b[>3u\x1b[>4;2m\x1b[?2031h\x1b[?2026h");
  expect(modes.again()).toEqual({ before: "\x1b[>1u", after: "\x1b[>3u\x1b[>4;2m\x1b[?2031h" });
  expect(left("").again()).toEqual({ before: "", after: "" });
});

it("keeps little, whatever is printed", () => {
  const modes = createLeftModes();
  for (let mode = 3_000; mode < 60_000; mode += 1) modes.see(Buffer.from(`\x1b[?${mode}h\x1b[>1u\x1b[>${mode};1m`));
  modes.see(Buffer.from(`\x1b]0;${"x".repeat(1_000_000)}`));
  expect(modes.restore().length).toBeLessThan(10_000);
});
