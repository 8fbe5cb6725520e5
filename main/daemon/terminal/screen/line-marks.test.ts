/** Proves that the line in which a call began is found by its place in the output: after more output, a new width, and for who comes later. */
import { expect, it } from "vitest";
import { house } from "../../../../test/support/house-of-terminals.ts";
import { openTwin } from "../../../../test/support/open-twin.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\r\n`).join("");

it("keeps the line at which a mark was set, whatever is printed behind it", async () => {
  const twin = openTwin({ cols: 40, rows: 10 });
  twin.add(bytes(`${lines(1, 3)}here`));
  twin.mark(30);
  twin.add(bytes(`\r\n${lines(4, 50)}`));
  const { marks, rows } = await twin.snapshot();
  // "here" and lines 4 to 50 stand above the empty last line.
  expect(marks).toEqual([[30, 49]]);
  expect(rows).toBe(10);
  twin.close();
});

it("follows the line through a change of width", async () => {
  const twin = openTwin({ cols: 20, rows: 6 });
  twin.add(bytes(`${"x".repeat(60)}\r\n${lines(1, 5)}here`));
  twin.mark(99);
  twin.add(bytes(`\r\n${"y".repeat(60)}\r\n${lines(6, 20)}`));
  twin.resize(60, 6);
  expect((await twin.snapshot()).marks).toEqual([[99, 18]]);
  twin.resize(20, 6);
  expect((await twin.snapshot()).marks).toEqual([[99, 20]]);
  twin.close();
});

it("keeps the lines in which a shell said that it prompts, and no other of its marks", async () => {
  const twin = openTwin({ cols: 40, rows: 10 });
  twin.add(bytes(`${lines(1, 3)}\u001b]133;A;aid=7\u0007$ \u001b]133;B\u0007make\r\n\u001b]133;C\u0007${lines(4, 8)}`));
  twin.add(bytes("\u001b]133;D;0\u0007\u001b]133;A\u001b\\$ \u001b]133;A;k=s\u0007"));
  expect((await twin.snapshot()).prompts).toEqual([7, 1]);
  twin.close();
});

it("forgets lines that have left the scrollback, and those of a whole screen", async () => {
  const twin = openTwin({ cols: 40, rows: 10 });
  twin.add(bytes("old"));
  twin.mark(3);
  twin.add(bytes(`\r\n${lines(1, 11_000)}recent`));
  twin.mark(100_000);
  twin.add(bytes("\u001b[?1049h whole screen"));
  twin.mark(100_030);
  expect((await twin.snapshot()).marks).toEqual([[100_000, 1]]);
  twin.close();
});

it("a viewer hears of a call at its place among the output, and one who comes later gets it with the screen", async () => {
  const { start, connect, terminals } = await house();
  expect(start("a", "sh", ["-c", "printf 'before\\n'; read go; printf 'after\\n'; read end"]).ok).toBe(true);
  const viewer = await connect("a", { cols: 80, rows: 24 });
  await viewer.frame("snapshot");
  await viewer.text(/before/);
  const offset = terminals.mark("a");
  expect(terminals.mark("a")).toBe(offset);
  viewer.type("\r");
  await viewer.text(/after/);
  const marked = viewer.received.findIndex((item) => "type" in item && item.type === "mark");
  expect(viewer.received[marked]).toEqual({ type: "mark", offset });
  const text = (from: number, to?: number) =>
    Buffer.concat(viewer.received.slice(from, to).filter((item) => Buffer.isBuffer(item))).toString();
  expect(text(0, marked)).not.toContain("after");
  expect(text(marked)).toContain("after");
  const late = await connect("a", { cols: 80, rows: 24 });
  const snapshot = await late.frame("snapshot");
  // The line behind "before", the echo of Return, "after", and what is empty below.
  expect(snapshot).toMatchObject({ marks: [[offset, 23]], began_at: expect.stringMatching(/^\d{4}-/) });
});
