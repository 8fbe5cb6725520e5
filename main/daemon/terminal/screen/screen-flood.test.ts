/** Proves that a screen which leaves out what nobody could see becomes what it would have become. */
import { describe, expect, it, vi } from "vitest";
import { feed, openFromSnapshot, openScreen } from "../../../../test/support/open-screen.ts";
import { openTwin } from "../../../../test/support/open-twin.ts";
import { screenState } from "../../../../test/support/screen-state.ts";
import { FIXTURE_SIZE } from "../../../../test/support/terminal-fixtures.ts";

const { cols, rows } = FIXTURE_SIZE;
const bytesOf = (text: string) => Buffer.from(text);

describe("a screen that is far behind a flood becomes what it would have become", () => {
  const lines = (count: number, line: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => line(n)).join("");
  const build = (n: number) =>
    `\x1b[3${n % 8}mmodule ${n}\x1b[0m${n % 9 === 0 ? ": 漢字 and a line that wraps" : ""}\x1b[K\r\n`;
  const FLOODS: Record<string, string> = {
    "lines that scroll": `\x1b[?25l\x1b[1m${lines(90_000, build)}end`,
    "a bar that is redrawn, then lines": `${lines(3_000, (n) => `${n} %\x1b[K\r`)}${lines(40_000, build)}`,
    "a screen that is redrawn": lines(15_000, (n) => `\x1b[${1 + (n % rows)};1H\x1b[4${n % 8}mrow ${n}\x1b[K`),
    "lines, a full-screen program, lines": `${lines(30_000, build)}\x1b[?1049h\x1b[Hvim\x1b[?1049l${lines(30_000, build)}`,
    "output without line ends": "x漢".repeat(150_000),
  };
  for (const [name, text] of Object.entries(FLOODS)) {
    it(name, async () => {
      const bytes = bytesOf(text);
      const screen = openTwin();
      const everything = openScreen(cols, rows);
      const half = Math.floor(bytes.length / 2) + 1;
      for (const [from, to] of [
        [0, half],
        [half, bytes.length],
      ] as const) {
        for (let at = from; at < to; at += 100_000) screen.add(bytes.subarray(at, Math.min(to, at + 100_000)));
        await feed(everything, bytes.subarray(from, to));
        const viewer = await openFromSnapshot(await screen.snapshot());
        expect(screenState(viewer)).toEqual(screenState(everything));
      }
    });
  }

  it("and tells what was said in lines that nobody saw", async () => {
    const flood = lines(40_000, (n) => `a line, ${n} of many\r\n`);
    const screen = openTwin();
    await screen.write(bytesOf(`\x1b]2;building\x07\x1b]9;half done\x07${flood}`));
    expect(screen.told.sort()).toEqual(["says half done", "title building"]);
  });

  it("also when nobody asks for it", async () => {
    const screen = openTwin();
    screen.add(bytesOf(`${lines(40_000, (n) => `a line, ${n} of many\r\n`)}\x1b]2;done\x07`));
    await vi.waitFor(() => expect(screen.told).toEqual(["title done"]));
  });
});
