/** Proves that leaving out what scrolled out of sight leaves the same screen. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { openScreen } from "../../../../test/support/open-screen.ts";
import { screenState } from "../../../../test/support/screen-state.ts";
import { skipScrolled } from "./plain-scroll.ts";
import { isInSequence, scrollsPlainly } from "./screen-core.ts";

const COLS = 12;
const ROWS = 4;
const SCROLLBACK = 6;
/** As the twin counts them, for a scrollback that a test can fill. */
const LINES = SCROLLBACK + 2 * ROWS;

interface Seen {
  state: ReturnType<typeof screenState>;
  told: string[];
}

const write = (terminal: ReturnType<typeof openScreen>, bytes: Uint8Array) =>
  new Promise<void>((resolve) => terminal.write(bytes, resolve));

function leaveOut(bytes: Buffer, known: number, may = true): { left: Buffer; plain: number; skipped: number } {
  const skip = may ? skipScrolled(bytes, LINES, known) : undefined;
  if (skip === undefined) return { left: bytes, plain: known, skipped: 0 };
  return { left: Buffer.concat([skip.keep, bytes.subarray(skip.bytes)]), plain: skip.plain, skipped: skip.bytes };
}

/** What `before` and then `after` leave behind; with `skip`, as a screen that is behind by `after` prints it. */
async function seen(before: Buffer, after: Buffer, skip: boolean): Promise<Seen & { skipped: number }> {
  const terminal = openScreen(COLS, ROWS, SCROLLBACK);
  const told: string[] = [];
  await write(terminal, before);
  terminal.onTitleChange((title) => told.push(title));
  const may = skip && !isInSequence(terminal) && scrollsPlainly(terminal);
  // As it comes: what is left of the first half is looked at again with the second, but not what was seen to be plain.
  const half = Math.floor(after.length / 2);
  const first = leaveOut(after.subarray(0, may ? half : 0), 0);
  const second = leaveOut(Buffer.concat([first.left, after.subarray(may ? half : 0)]), first.plain, may);
  await write(terminal, second.left);
  const state = screenState(terminal);
  terminal.dispose();
  return { state, told: told.slice(-1), skipped: first.skipped + second.skipped };
}

const lines = (count: number, line: (n: number) => string) => Array.from({ length: count }, (_, n) => line(n)).join("");

const LASTING: Record<string, string> = {
  "a colour": "\x1b[32m",
  "a colour after a reset": "\x1b[1;31m\x1b[0;48;2;1;2;3m",
  "colours that add up": "\x1b[1m\x1b[4:3m\x1b[58:5:9m\x1b[38;5;200m",
  "a hidden cursor": "\x1b[?25l",
  "modes of keys, mouse and paste": "\x1b[?1;1002;1006h\x1b[?2004h\x1b[?1004h",
  "a mode that is set and taken back": "\x1b[?25l\x1b[?2004h\x1b[?25h",
  "a title": "\x1b]0;first\x07\x1b]2;second\x1b\\",
  "an open link": "\x1b]8;;https://a.test\x07a\x1b]8;;\x07\x1b]8;id=2;https://b.test\x07",
  "a character set": "\x1b(0\x1b)0\x0e",
  "the usual reset of tput": "\x1b[31m\x1b(B\x1b[m",
  "a character that is not finished": "\xe2",
};

for (const [name, sequence] of Object.entries(LASTING)) {
  it(`is kept, although its line is left out: ${name}`, async () => {
    const flood = Buffer.from(`${sequence}start\r\n${lines(60, (n) => `line ${n} of many\r\n`)}end`, "latin1");
    const full = await seen(Buffer.from("old"), flood, false);
    const { skipped, ...short } = await seen(Buffer.from("old"), flood, true);
    expect(skipped).toBeGreaterThan(400);
    expect(short).toEqual({ state: full.state, told: full.told });
  });
}

const PLACED: Record<string, string> = {
  "the cursor is sent up": "\x1b[3A",
  "the cursor is sent to a place": "\x1b[2;3Hhere",
  "the screen is erased": "\x1b[2J",
  "lines are inserted": "\x1b[2L",
  "a part of the screen scrolls": "\x1b[2;3r",
  "the alternate screen is shown": "\x1b[?1049h",
  "the cursor is saved": "\x1b7",
  "a character is repeated": "x\x1b[3b",
  "the terminal is reset": "\x1bc",
  "a mode of places hides among others": "\x1b[?25;6h",
  "an 8-bit control asks for it": "\u009b2A",
  "a sequence is not finished": "\x1b[3",
  "a title is not finished": "\x1b]0;tit",
};

for (const [name, sequence] of Object.entries(PLACED)) {
  it(`nothing behind it is left out before it was printed: ${name}`, async () => {
    const behind = Buffer.from(`${sequence}${lines(60, (n) => `line ${n}\r\n`)}`);
    expect(skipScrolled(behind, LINES)).toBeUndefined();
    const before = Buffer.from(`${lines(60, (n) => `line ${n}\r\n`)}`);
    expect(skipScrolled(Buffer.concat([before, behind]), LINES)?.bytes).toBe(skipScrolled(before, LINES)?.bytes);
  });
}

it("with fewer lines than could be seen nothing is left out", () => {
  const exactly = Buffer.from(lines(LINES, (n) => `line ${n}\r\n`));
  const skip = skipScrolled(exactly, LINES);
  expect(skip?.bytes).toBe("line 0".length);
  expect(skipScrolled(exactly.subarray("line 0".length), LINES)).toBeUndefined();
  expect(skipScrolled(Buffer.alloc(0), LINES)).toBeUndefined();
});

it("the sequences that are kept do not grow with the output", () => {
  const line = (n: number) => `\x1b]0;${n}\x07\x1b[3${n % 8}mline\x1b[0m\x1b]8;;x:${n}\x07\x1b]8;;\x07\x07\x1b[K\r\n`;
  const skip = skipScrolled(Buffer.from(lines(20_000, line)), LINES);
  expect(skip?.bytes).toBeGreaterThan(500_000);
  expect(skip?.keep.length).toBeLessThan(100);
});

it("whatever is printed, the screen is the one of a terminal that saw everything", async () => {
  const text = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: "grapheme", maxLength: 8 }),
    fc.constantFrom("漢字", "e\u0301", "👨‍👩‍👧", "🇩🇪", "─│", "\t", "\b\b", "\r", "\n", "\x0b"),
  );
  const styled = fc.constantFrom(
    ..."0 1 2;3 31 44 38;5;9 48;2;9;9;9 4:3 0;7 22".split(" ").map((code) => `\x1b[${code}m`),
    ...Object.values(LASTING),
    ..."K 1K 2K 3G 2C 2D 3X 2P 2@".split(" ").map((code) => `\x1b[${code}`),
    "\x1b]8;;http://x.test\x07",
    "\x1b]8;;\x07",
  );
  const placed = fc.constantFrom(...Object.values(PLACED), "\x1b[?1049l", "\x1b[r", "\x1b8", "\x1b[?45h", "\x1b[4h");
  const piece = fc.oneof(
    { weight: 12, arbitrary: fc.tuple(text, fc.constantFrom("\r\n", "\r\n", "")).map((pair) => pair.join("")) },
    { weight: 4, arbitrary: styled },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString("latin1")) },
  );
  const output = fc
    .tuple(
      fc.array(fc.oneof({ weight: 40, arbitrary: piece }, { weight: 1, arbitrary: placed }), {
        minLength: 40,
        maxLength: 160,
      }),
      fc.boolean(),
    )
    .map(([pieces, raw]) => Buffer.from(pieces.join(""), raw ? "latin1" : "utf8"));
  const beginning = fc.array(fc.oneof(piece, placed), { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join("")));
  let skips = 0;
  await fc.assert(
    fc.asyncProperty(beginning, output, async (before, after) => {
      const full = await seen(before, after, false);
      const { skipped, ...short } = await seen(before, after, true);
      if (skipped > 0) skips += 1;
      expect(short).toEqual({ state: full.state, told: full.told });
    }),
    {
      numRuns: Number(process.env.SIGNALBOX_TEST_RUNS ?? 400),
      ...(process.env.SIGNALBOX_TEST_RUNS ? {} : { seed: 20_261_121 }),
    },
  );
  // Otherwise this would have compared terminals that did the same.
  expect(skips).toBeGreaterThan(50);
});
