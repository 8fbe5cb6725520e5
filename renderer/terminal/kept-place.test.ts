/** Proves that a person who reads further up in a terminal reads on there after a lost connection. */
import { Terminal } from "@xterm/headless";
import { expect, it } from "vitest";
import { placeOf, resizeInPlace, returnTo } from "./kept-place.ts";

const write = (terminal: Terminal, text: string) => new Promise<void>((done) => terminal.write(text, done));

async function open(text: string, cols = 40, scrollback = 1_000): Promise<Terminal> {
  const terminal = new Terminal({ cols, rows: 10, scrollback, allowProposedApi: true });
  await write(terminal, text);
  return terminal;
}

const top = ({ buffer: { active } }: Terminal) => active.getLine(active.viewportY)?.translateToString(true);
const lines = (from: number, to: number, end = "\r\n") =>
  Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}${end}`).join("");

async function readAgain(before: Terminal, row: number, after: Terminal): Promise<void> {
  before.scrollToLine(row);
  const place = placeOf(before);
  if (place === undefined) throw new Error("nobody has scrolled up");
  returnTo(after, place);
}

it("at the same lines, however much has come since", async () => {
  const before = await open(lines(1, 100));
  for (const more of [100, 101, 500]) {
    const after = await open(lines(1, more));
    await readAgain(before, 41, after);
    expect(top(after)).toBe("line 42");
  }
});

it("at the same lines where the oldest have gone", async () => {
  const after = await open(lines(1, 150), 40, 100);
  await readAgain(await open(lines(1, 100)), 71, after);
  expect(top(after)).toBe("line 72");
});

it("at the oldest line that is kept, where those lines have gone themselves", async () => {
  const after = await open(lines(1, 500), 40, 50);
  await readAgain(await open(lines(1, 100)), 41, after);
  expect(after.buffer.active.viewportY).toBe(0);
});

it("at the next line, where the one at the top has just gone", async () => {
  const before = await open(lines(1, 100));
  const after = await open(lines(45, 100));
  await readAgain(before, 41, after);
  expect(top(after)).toBe("line 45");
});

it("at the right one of many lines that are the same", async () => {
  const same = `${"same\r\n".repeat(30)}${lines(1, 3)}`;
  const before = await open(same.repeat(5));
  const after = await open(`${same.repeat(5)}${"more\r\n".repeat(50)}`);
  await readAgain(before, 70, after);
  expect(after.buffer.active.viewportY).toBe(70);
});

it("in the middle of a long line, also at another width", async () => {
  const long = `${"word ".repeat(100)}end`;
  const text = `${lines(1, 30)}${long}\r\n${lines(31, 90)}`;
  const before = await open(text, 40);
  const after = await open(text, 80);
  await readAgain(before, 36, after);
  expect(after.buffer.active.viewportY).toBe(33);
});

it("and who reads the newest line stays with it", async () => {
  expect(placeOf(await open(lines(1, 100)))).toBeUndefined();
  const alternate = await open(`${lines(1, 100)}\x1b[?1049h`);
  expect(placeOf(alternate)).toBeUndefined();
});

it("at the same lines when a bar beside the terminal takes rows of it, or the window changes", async () => {
  const terminal = await open(lines(1, 100));
  terminal.scrollToLine(41);
  for (const [cols, rows] of [
    [40, 6],
    [40, 10],
    [5, 10],
    [30, 20],
    [40, 3],
  ] as const) {
    resizeInPlace(terminal, cols, rows);
    expect(top(terminal)).toBe(cols < 7 ? "line " : "line 42");
  }
  terminal.scrollToBottom();
  resizeInPlace(terminal, 40, 12);
  expect(terminal.buffer.active.viewportY).toBe(terminal.buffer.active.baseY);
});
