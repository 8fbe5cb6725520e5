/** Proves that what a program says of itself is heard. */
import { expect, it } from "vitest";
import { openTwin } from "../../../../test/support/open-twin.ts";

const bytesOf = (text: string) => Buffer.from(text);

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
  const none = ["7501;state=toString", "7501;app=codex", "7501;", "7501;?", "777;signalbox;constructor"];
  await write(bytesOf([...words, ...more, ...none].map((word) => `\x1b]${word}\x1b\\`).join("")));
  expect(told).toEqual(["working", "idle", "working", "waiting", "finished", "idle"]);
});

it("an agent's reason is heard as one short harmless line, and its children's states are not its own", async () => {
  const { write, told } = openTwin();
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const words = [
    `7501;state=blocked:app=claude-code:kind=permission:msg=${base64("trust this folder")}`,
    `7501;state=error:app=claude-code:msg=${base64("rate\u202e\x1b[31m limit\nreached")}`,
    `7501;state=error:msg=${base64("x".repeat(2_000))}`,
    "7501;state=error:msg=%%%",
    `7501;state=working:msg=${base64("thinking")}`,
    "7501;state=blocked:id=child-1",
    "7501;state=clear:id=child-1",
    "777;signalbox;prompt",
    "777;signalbox;failed",
  ];
  for (const word of words) await write(bytesOf(`\x1b]${word}\x1b\\`));
  expect(told.slice(0, 2)).toEqual(["waiting trust this folder", "failed rate\uFFFD\u241b[31m limit reached"]);
  expect(told[2]?.length).toBeLessThan(140);
  expect(told.slice(3)).toEqual(["failed", "working", "working begins", "failed"]);
});
