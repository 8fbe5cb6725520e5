/** Owns the proof that a snapshot is the screen: cell by cell, at every byte. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { feed, openFromSnapshot, openScreen, screenState } from "../../../test/support/screen-state.ts";
import { isAutomaticReply } from "./read-viewer-message.ts";
import type { Snapshot } from "./screen-messages.ts";
import { createScreenTwin } from "./screen-twin.ts";

const COLS = 20;
const ROWS = 6;

const twin = (cols = COLS, rows = ROWS) => {
  const told: string[] = [];
  const screen = createScreenTwin({
    cols,
    rows,
    onTitle: (title) => told.push(`title ${title}`),
    onNotice: (notice) => told.push("text" in notice ? `says ${notice.text}` : notice.kind),
    onProgress: (progress) =>
      told.push(progress === undefined ? "no bar" : `${progress.state} ${progress.percent ?? "-"}`),
  });
  return {
    ...screen,
    told,
    add: (bytes: Uint8Array) => screen.write(bytes, () => {}),
    /** Resolves when the bytes are on the screen. */
    write(bytes: Uint8Array) {
      screen.write(bytes, () => {});
      return new Promise<Snapshot>((resolve) => screen.snapshot(resolve));
    },
    snapshot: () => new Promise<Snapshot>((resolve) => screen.snapshot(resolve)),
  };
};

const FIXTURES: Record<string, string> = {
  "text, tabs and line ends": "one\ttwo\r\nthree\nfour\rFIVE\b\b!",
  "a line longer than the screen is wide": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ",
  "a line that just fills the row": "abcdefghijklmnopqrst",
  "a full row, and an accent to come": "abcdefghijklmnopqrse\u0301x",
  "more lines than the screen has": Array.from({ length: 15 }, (_, n) => `line ${n}`).join("\r\n"),
  "colours of every kind": "\x1b[31mred\x1b[1;92mb\x1b[38;5;1mp\x1b[48;5;200mq\x1b[38;2;1;2;3;48;2;4;5;6mr\x1b[0mz",
  "bold with dim, then dim alone": "\x1b[1;2mboth\x1b[22m\x1b[2mdim\x1b[1mboth\x1b[22;1mbold",
  "every attribute": "\x1b[3ma\x1b[4mb\x1b[5mc\x1b[7md\x1b[8me\x1b[9mf\x1b[53mg\x1b[23;24;25;27;28;29;55mh",
  "underline styles and colours": "\x1b[4:3;58:2::10:20:30mcurly\x1b[4:2;58:5:9mdouble\x1b[59;4:4mdot\x1b[0mz",
  hyperlinks: "\x1b]8;id=1;https://a.test/x\x07link\x1b]8;;\x07 and \x1b]8;;https://b.test/\x1b\\more\x1b]8;;\x1b\\.",
  "erased in colour": "\x1b[44mblue\x1b[K\r\n\x1b[41m\x1b[5X\x1b[3Cx\x1b[0m\x1b[2;10H\x1b[42m\x1b[1Ky",
  "scrolled in colour": "\x1b[45m1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\x1b[0m9",
  "wide characters": "漢字かな漢字かな漢字かな漢\r\nx漢字かな漢字かな漢字かな\r\nend",
  "grapheme clusters": "e\u0301 👨‍👩‍👧‍👦 🇩🇪🇫🇷 👍🏽 ❤️ ก็ 각",
  "clusters that must not join": "🇩\x1b[1C\x1b[1D🇪 a\x1b[0m\u0301b \u1100\x1b[m\u1161",
  "a wrapped line erased at its edges": "abcdefghijklmnopqrstuvwxyz\x1b[1;18H\x1b[K\x1b[2;1H\x1b[X\x1b[3;1Hz",
  "a wrapped line with a wide character left over": "abcdefghijklmnopqrs漢b\x1b[1;20H\x1b[41m\x1b[X",
  "the cursor anywhere": "abc\x1b[4;7Hhere\x1b[2;3H",
  "the alternate screen, and back": "shell$ \x1b[44mvi\x1b[?1049h\x1b[2J\x1b[Hvim\x1b[6;1H\x1b[7m-- INSERT --\x1b[3;4H",
  "out of the alternate screen": "\x1b[31mshell$ \x1b[?1049h\x1b[Hvim\x1b[0m\x1b[?1049lback",
  "the old alternate screen": "abc\x1b[?47hdef\x1b[3;3H",
  modes: "\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[?1002h\x1b[?1006h\x1b[?25l\x1b[5 q\x1b[?45h",
  "no wrap, and insert": "\x1b[?7labcdefghijklmnopqrstuvwxyz\r\n\x1b[4hxyz\x1b[2Dq",
  "scroll region with origin": "\x1b[2;4r\x1b[?6habc\x1b[2;3Hq\r\n\r\n\r\n\r\nlast",
  "saved cursor": "abc\x1b[31m\x1b[3;5H\x1b7\x1b[0m\x1b[1;1Hx",
  "line drawing": "\x1b(0lqqk\x1b(Bx\x1b)0\x0eqq\x0fq",
  "line drawing still on": "\x1b(0lqqk",
  "tab stops": "\x1b[3g\x1b[5G\x1bH\x1b[11G\x1bH\rab\tc\td",
  titles: "\x1b]0;a title\x07text\x1b]2;another ✓\x1b\\",
  "device controls": "a\x1bP+q544e\x1b\\b\x1b_private\x1b\\c\x1b^pm\x1b\\d\x1bXsos\x1b\\e",
  "8-bit controls in UTF-8": "a\u009b31mred\u009d2;title\u009cb\u0090q\u009cz",
  "broken UTF-8": "caf\u00e9",
  "reverse index and insert lines": "1\r\n2\r\n3\x1b[2;1H\x1b[2L\x1bM\x1b[3;1H\x1b[P\x1b[@x",
  "synchronised output": "\x1b[?2026habc\x1b[?2026ldef",
};

const bytesOf = (text: string) => Buffer.from(text);

async function stateOf(bytes: Uint8Array): Promise<ReturnType<typeof screenState>> {
  const terminal = openScreen(COLS, ROWS);
  await feed(terminal, bytes);
  return screenState(terminal);
}

it("A24: questions that a program prints are never answered by the screen, whatever they ask for", async () => {
  const terminal = twin();
  // Device attributes, cursor and status reports, mode and title reports, colours, clipboard, terminfo.
  const questions =
    "\x1b[c\x1b[>c\x1b[6n\x1b[5n\x1b[?2004$p\x1b[21t\x1b[18t\x1b]10;?\x07\x1b]4;1;?\x07\x1b]52;c;?\x07\x1bP+q544e\x1b\\\x05";
  await terminal.write(bytesOf(`\x1b]2;rm -rf /\r\x07${questions}`));
  // A screen has no way to answer: its only outputs are these.
  expect(terminal.told).toEqual(["title rm -rf /"]);
  expect(
    Object.keys(createScreenTwin({ cols: 2, rows: 2, onTitle() {}, onNotice() {}, onProgress() {} })).sort(),
  ).toEqual(["close", "resize", "snapshot", "write"]);
});

it("A24: what a viewer's terminal answers by itself holds nothing that a program chose", async () => {
  const chosen = "evil'\r;rm";
  // With what it has printed, been titled and coloured before, and with questions that carry text of their own.
  const before = `\x1b]0;${chosen}\x07\x1b]2;${chosen}\x07\x1b]8;;http://${chosen}\x07x\x1b]8;;\x07\x1b[22t${chosen}`;
  const csi = ["c", ">c", "=c", "5n", "6n", "?6n", "21t", "20t", "18t", "14t", "?2004$p", "4$p", "x", ">q", "?u"];
  const dcs = ["$qm", `$q${chosen}`, `$qm${chosen}`, "+q544e", `+q${chosen}`, `@kitty-cmd{"${chosen}"}`];
  const osc = [
    "10;?",
    "11;?",
    "12;?",
    `4;1;?;2;${chosen}`,
    `10;${chosen};?`,
    "52;c;?",
    `99;i=${chosen}:p=?;`,
    "1337;Capabilities",
  ];
  const questions = [
    ...csi.map((text) => `\x1b[${text}`),
    ...dcs.map((text) => `\x1bP${text}\x1b\\`),
    ...osc.map((text) => `\x1b]${text}\x07`),
    `\x1b_Gi=31,s=1;${chosen}\x1b\\\x1bZ\x05`,
  ];
  const page = openScreen(COLS, ROWS);
  const answers: string[] = [];
  page.onData((data) => answers.push(data));
  page.onBinary((data) => answers.push(data));
  await feed(page, `${before}${questions.join("")}`);
  // It does answer: otherwise this would prove nothing.
  expect(answers.length).toBeGreaterThan(5);
  for (const answer of answers) {
    expect(answer).not.toMatch(/evil|rm|[\r\n]/);
    expect(isAutomaticReply(Buffer.from(answer)), JSON.stringify(answer)).toBe(true);
  }
});

it("A23: a snapshot carries no clipboard command that a program printed", async () => {
  const screen = twin();
  await screen.write(bytesOf("\x1b]52;c;ZXZpbA==\x07before\x1b]52;c;?\x07after"));
  expect((await screen.snapshot()).data).not.toContain("52;c");
});

it("tells titles once, short and harmless, and who asks for attention", async () => {
  const { write, told } = twin();
  await write(bytesOf("\x1b]2;one\x07\x1b]2;one\x07\x1b]0;t\u202ewo\x07\x07"));
  await write(
    bytesOf(
      "\x1b]9;5;50\x07\x1b]9;build done\x07\x1b]777;notify;a;b\x07\x1b]777;other\x07\x1b]777;signalbox;waiting\x07\x1b]777;signalbox;x\x07",
    ),
  );
  expect(told).toEqual(["title one", "title t\uFFFDwo", "bell", "says build done", "says a: b", "waiting"]);
  const long = twin();
  await long.write(bytesOf(`\x1b]2;${"x".repeat(500_000)}\x07\x1b]2;${"y".repeat(5_000_000)}\x07`));
  expect(long.told.every((line) => line.length <= 6 + 256)).toBe(true);
});

it("tells the progress that a program shows of itself, and when it takes it away", async () => {
  const { write, told } = twin();
  const bars = [
    "4;1;50",
    "4;2",
    "4;2;70",
    "4;3",
    "4;3;0",
    "4;4;12",
    "4;1;999",
    "4;1",
    "4;0;0",
    "4;9;1",
    "4;x",
    "4;1;1x",
  ];
  await write(bytesOf(bars.map((bar) => `\x1b]9;${bar}\x07`).join("")));
  expect(told).toEqual([
    "value 50",
    "error -",
    "error 70",
    "indeterminate -",
    "indeterminate -",
    "paused 12",
    "value 100",
    "value 0",
    "no bar",
  ]);
});

it("hears an agent's own words in the two ways in which agents say them", async () => {
  const { write, told } = twin();
  const words = ["777;signalbox;working", "777;signalbox;idle", "7501;state=working:app=codex"];
  const more = ["7501;state=blocked:app=codex:kind=permission", "7501;state=done:app=codex", "7501;state=clear"];
  const none = ["7501;state=toString", "7501;app=codex", "7501;", "777;signalbox;constructor"];
  await write(bytesOf([...words, ...more, ...none].map((word) => `\x1b]${word}\x1b\\`).join("")));
  expect(told).toEqual(["working", "idle", "working", "waiting", "finished", "idle"]);
});

describe("a viewer that attaches at any byte sees what one that was there from the start sees", () => {
  for (const [name, text] of Object.entries(FIXTURES)) {
    it(name, async () => {
      const bytes = bytesOf(text);
      const expected = await stateOf(bytes);
      const screen = twin();
      const watching = openScreen(COLS, ROWS);
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

describe("a screen that is far behind a flood becomes what it would have become", () => {
  const lines = (count: number, line: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => line(n)).join("");
  const build = (n: number) =>
    `\x1b[3${n % 8}mmodule ${n}\x1b[0m${n % 9 === 0 ? ": 漢字 and a line that wraps" : ""}\x1b[K\r\n`;
  const FLOODS: Record<string, string> = {
    "lines that scroll": `\x1b[?25l\x1b[1m${lines(90_000, build)}end`,
    "a bar that is redrawn, then lines": `${lines(3_000, (n) => `${n} %\x1b[K\r`)}${lines(40_000, build)}`,
    "a screen that is redrawn": lines(15_000, (n) => `\x1b[${1 + (n % ROWS)};1H\x1b[4${n % 8}mrow ${n}\x1b[K`),
    "lines, a full-screen program, lines": `${lines(30_000, build)}\x1b[?1049h\x1b[Hvim\x1b[?1049l${lines(30_000, build)}`,
    "output without line ends": "x漢".repeat(150_000),
  };
  for (const [name, text] of Object.entries(FLOODS)) {
    it(name, { timeout: 60_000 }, async () => {
      const bytes = bytesOf(text);
      const screen = twin();
      const everything = openScreen(COLS, ROWS);
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
    const screen = twin();
    await screen.write(bytesOf(`\x1b]2;building\x07\x1b]9;half done\x07${flood}`));
    expect(screen.told.sort()).toEqual(["says half done", "title building"]);
  });

  it("also when nobody asks for it", async () => {
    const screen = twin();
    screen.add(bytesOf(`${lines(40_000, (n) => `a line, ${n} of many\r\n`)}\x1b]2;done\x07`));
    await vi.waitFor(() => expect(screen.told).toEqual(["title done"]), { timeout: 20_000 });
  });
});

it("a screen that would be too long to send keeps its newest lines", { timeout: 60_000 }, async () => {
  const screen = twin(300, 50);
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

it("a viewer sees the same after any mixture of output", { timeout: 60_000 }, async () => {
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
      const screen = twin();
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
