/** Proves that a snapshot is the screen: cell by cell, at every byte. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feed, openFromSnapshot, openScreen } from "../../../../test/support/open-screen.ts";
import { openTwin } from "../../../../test/support/open-twin.ts";
import { screenState } from "../../../../test/support/screen-state.ts";
import { FIXTURE_SIZE, TERMINAL_FIXTURES } from "../../../../test/support/terminal-fixtures.ts";

const { cols, rows } = FIXTURE_SIZE;
const bytesOf = (text: string) => Buffer.from(text);

async function stateOf(bytes: Uint8Array): Promise<ReturnType<typeof screenState>> {
  const terminal = openScreen(cols, rows);
  await feed(terminal, bytes);
  return screenState(terminal);
}

describe("a viewer that attaches at any byte sees what one that was there from the start sees", () => {
  for (const [name, text] of Object.entries(TERMINAL_FIXTURES)) {
    it(name, async () => {
      const bytes = bytesOf(text);
      const expected = await stateOf(bytes);
      const screen = openTwin();
      const watching = openScreen(cols, rows);
      for (let at = 0; at <= bytes.length; at += 1) {
        const viewer = await openFromSnapshot(await screen.snapshot());
        expect(screenState(viewer), `attached at byte ${at}`).toEqual(screenState(watching));
        await feed(viewer, bytes.subarray(at));
        expect(screenState(viewer), `from byte ${at} on`).toEqual(expected);
        screen.add(bytes.subarray(at, at + 1));
        await feed(watching, bytes.subarray(at, at + 1));
        viewer.dispose();
      }
      screen.close();
    });
  }
});

it("a screen that would be too long to send keeps its newest lines", async () => {
  const screen = openTwin({ cols: 300, rows: 50 });
  const line = Array.from({ length: 300 }, (_, x) => `\x1b[38;2;${x % 256};9;${(x * 7) % 256}mx`).join("");
  for (let n = 0; n < 1_500; n += 100) await screen.write(bytesOf(`${line}\r\n`.repeat(100)));
  await screen.write(bytesOf("\x1b[mthe newest"));
  const snapshot = await screen.snapshot();
  expect(Buffer.byteLength(JSON.stringify(snapshot.data))).toBeLessThan(16_000_000);
  const { normal } = screenState(await openFromSnapshot(snapshot));
  expect(normal.at(-1)).toBe("the newest");
  expect(normal.length).toBeGreaterThanOrEqual(500);
  expect(normal.length).toBeLessThan(1_500);
});

it("a viewer sees the same after any mixture of output", async () => {
  const csi = (...finals: string[]) =>
    fc
      .tuple(fc.array(fc.integer({ min: 0, max: 24 }), { maxLength: 2 }), fc.constantFrom(...finals))
      .map(([numbers, final]) => `\x1b[${numbers.join(";")}${final}`);
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.string({ maxLength: 30 }) },
    { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
    { weight: 2, arbitrary: fc.constantFrom("漢", "👨‍👩‍👧", "e\u0301", "\u0301", "🇩", "─", "\u200d") },
    {
      weight: 4,
      arbitrary: fc.constantFrom("\r\n", "\n", "\r", "\t", "\b", "\x1bM", "\x1bD", "\x1bE", "\x1b7", "\x1b8"),
    },
    {
      weight: 6,
      arbitrary: csi("A", "B", "C", "D", "H", "G", "J", "K", "X", "P", "@", "L", "M", "S", "T", "d", "E", "F", "b"),
    },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom("1", "2", "22", "7", "0", "31", "44", "38;5;9", "48;2;9;9;9", "4:3", "58:5:3", "53")
        .map((code) => `\x1b[${code}m`),
    },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom("?1049h", "?1049l", "?6h", "?6l", "4h", "4l", "?25l", "2;5r", "r", "!p")
        .map((code) => `\x1b[${code}`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "\x1b(0",
        "\x1b(B",
        "\x1b]8;;http://x.test\x07",
        "\x1b]8;;\x07",
        "\x1b[3",
        "\x1b]0;open",
        "\x1bc",
      ),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), fc.array(piece, { maxLength: 8 }), async (before, after) => {
      const first = bytesOf(before.join(""));
      const second = bytesOf(after.join(""));
      const screen = openTwin();
      await screen.write(first);
      const viewer = await openFromSnapshot(await screen.snapshot());
      expect(screenState(viewer)).toEqual(await stateOf(first));
      await feed(viewer, second);
      expect(screenState(viewer)).toEqual(await stateOf(Buffer.concat([first, second])));
      screen.close();
      viewer.dispose();
    }),
    {
      numRuns: Number(process.env.SIGNALBOX_TEST_RUNS ?? 60),
      ...(process.env.SIGNALBOX_TEST_RUNS ? {} : { seed: 20_261_120 }),
    },
  );
});
