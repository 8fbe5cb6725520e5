/** Owns the proof that what a program says is heard, and that nothing of it comes back as input. */
import { expect, it } from "vitest";
import { feed, openScreen } from "../../../test/support/open-screen.ts";
import { openTwin } from "../../../test/support/open-twin.ts";
import { FIXTURE_SIZE } from "../../../test/support/terminal-fixtures.ts";
import { isAutomaticReply } from "./read-viewer-message.ts";
import { createScreenTwin } from "./screen-twin.ts";

const { cols, rows } = FIXTURE_SIZE;
const bytesOf = (text: string) => Buffer.from(text);

it("A24: questions that a program prints are never answered by the screen, whatever they ask for", async () => {
  const terminal = openTwin();
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
  const page = openScreen(cols, rows);
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
  const screen = openTwin();
  await screen.write(bytesOf("\x1b]52;c;ZXZpbA==\x07before\x1b]52;c;?\x07after"));
  expect((await screen.snapshot()).data).not.toContain("52;c");
});

it("tells titles once, short and harmless, and who asks for attention", async () => {
  const { write, told } = openTwin();
  await write(bytesOf("\x1b]2;one\x07\x1b]2;one\x07\x1b]0;t\u202ewo\x07\x07"));
  await write(
    bytesOf(
      "\x1b]9;5;50\x07\x1b]9;build done\x07\x1b]777;notify;a;b\x07\x1b]777;other\x07\x1b]777;signalbox;waiting\x07\x1b]777;signalbox;x\x07",
    ),
  );
  expect(told).toEqual(["title one", "title t\uFFFDwo", "bell", "says build done", "says a: b", "waiting"]);
  const long = openTwin();
  await long.write(bytesOf(`\x1b]2;${"x".repeat(500_000)}\x07\x1b]2;${"y".repeat(5_000_000)}\x07`));
  expect(long.told.every((line) => line.length <= 6 + 256)).toBe(true);
});

it("tells the progress that a program shows of itself, and when it takes it away", async () => {
  const { write, told } = openTwin();
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
  const { write, told } = openTwin();
  const words = ["777;signalbox;working", "777;signalbox;idle", "7501;state=working:app=codex"];
  const more = ["7501;state=blocked:app=codex:kind=permission", "7501;state=done:app=codex", "7501;state=clear"];
  const none = ["7501;state=toString", "7501;app=codex", "7501;", "777;signalbox;constructor"];
  await write(bytesOf([...words, ...more, ...none].map((word) => `\x1b]${word}\x1b\\`).join("")));
  expect(told).toEqual(["working", "idle", "working", "waiting", "finished", "idle"]);
});
