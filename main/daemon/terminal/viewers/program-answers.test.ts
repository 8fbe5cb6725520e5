/** Proves that a program's questions are answered once: by the viewer that is there, else by the screen. */
import { expect, it, vi } from "vitest";
import { DARK_TERMINAL } from "../../../../shared/protocol/terminal-colours.ts";
import { house } from "../../../../test/support/house-of-terminals.ts";
import { feed, openScreen } from "../../../../test/support/open-screen.ts";
import { openTwin } from "../../../../test/support/open-twin.ts";

import { FIXTURE_SIZE } from "../../../../test/support/terminal-fixtures.ts";
import { isAutomaticReply } from "./read-viewer-message.ts";

const { cols, rows } = FIXTURE_SIZE;
const bytesOf = (text: string) => Buffer.from(text);
const DARK_GROUND = "\x1b]11;rgb:0b0b/0d0d/1010\x1b\\";
const ASK_GROUND = "\x1b]11;?\x1b\\";

/** What the screen answers to this, having been told to. */
async function answersTo(text: string, screen = openTwin()): Promise<string[]> {
  screen.answers(true);
  await screen.write(bytesOf(text));
  return screen.told.splice(0).flatMap((line) => (line.startsWith("answers ") ? [JSON.parse(line.slice(8))] : []));
}

it("agents and editors that ask for colours, attributes and places before anybody looks are answered", async () => {
  expect(await answersTo(`\x1b]10;?\x07${ASK_GROUND}\x1b]12;?\x07`)).toEqual([
    "\x1b]10;rgb:e6e6/e9e9/efef\x1b\\",
    DARK_GROUND,
    "\x1b]12;rgb:e6e6/e9e9/efef\x1b\\",
  ]);
  expect(await answersTo("\x1b]10;?;?\x07")).toHaveLength(2);
  expect(await answersTo("\x1b]4;1;?;16;?;196;?;255;?\x07")).toEqual([
    "\x1b]4;1;rgb:ffff/7b7b/7272\x1b\\",
    "\x1b]4;16;rgb:0000/0000/0000\x1b\\",
    "\x1b]4;196;rgb:ffff/0000/0000\x1b\\",
    "\x1b]4;255;rgb:eeee/eeee/eeee\x1b\\",
  ]);
  expect(await answersTo("ab\x1b[c\x1b[>c\x1b[6n\x1b[5n\x1b[?2026$p\x1bP$qr\x1b\\")).toEqual([
    "\x1b[?1;2c",
    "\x1b[>0;276;0c",
    "\x1b[1;3R",
    "\x1b[0n",
    "\x1b[?2026;2$y",
    "\x1bP1$r1;6r\x1b\\",
  ]);
});

it("a program that asks for keys or a name that this terminal has not is told so by the answer to what it asks next, without waiting", async () => {
  expect(await answersTo("\x1b[?u\x1b[>q\x1b[>0q\x1b[c")).toEqual(["\x1b[?1;2c"]);
});

it("a program's own colours are answered until it takes them back, and whoever comes later sees them", async () => {
  const screen = openTwin();
  screen.colours({ ...DARK_TERMINAL, background: "#ffffff" });
  expect(await answersTo(ASK_GROUND, screen)).toEqual(["\x1b]11;rgb:ffff/ffff/ffff\x1b\\"]);
  expect((await screen.snapshot()).data).not.toContain("\x1b]11");
  const set = "\x1b]11;rgb:10/20/30\x07\x1b]4;5;#010203\x07";
  expect(await answersTo(`${set}${ASK_GROUND}\x1b]4;5;?\x07`, screen)).toEqual([
    "\x1b]11;rgb:1010/2020/3030\x1b\\",
    "\x1b]4;5;rgb:0101/0202/0303\x1b\\",
  ]);
  const { data } = await screen.snapshot();
  expect(data).toContain("\x1b]112\x07\x1b]11;#102030\x07\x1b]4;5;#010203\x07");
  expect(await answersTo(`\x1b]111\x07${ASK_GROUND}\x1b]104;5\x07\x1b]4;5;?\x07`, screen)).toEqual([
    "\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b]4;5;rgb:c3c3/9b9b/f0f0\x1b\\",
  ]);
});

it("A24: what a terminal answers by itself holds nothing that a program chose, nor does what the screen answers", async () => {
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
  const screen = openTwin();
  screen.answers(true);
  await screen.write(bytesOf(`${before}${questions.join("")}`));
  const { told } = screen;
  expect(told.filter((line) => line.startsWith("answers")).length).toBeGreaterThan(answers.length);
  answers.push(...told.flatMap((line) => (line.startsWith("answers ") ? [JSON.parse(line.slice(8))] : [])));
  // It does answer: otherwise this would prove nothing.
  expect(answers.length).toBeGreaterThan(5);
  for (const answer of answers) {
    expect(answer).not.toMatch(/evil|rm|[\r\n]/);
    expect(isAutomaticReply(Buffer.from(answer)), JSON.stringify(answer)).toBe(true);
  }
});

/** Asks for its ground at once, and again for each `?`; says what it hears. */
const ASKING = `
  process.stdin.setRawMode(true);
  const ask = () => process.stdout.write(${JSON.stringify(ASK_GROUND)});
  let got = "";
  process.stdin.on("data", (data) => {
    for (const char of data.toString("latin1")) {
      if (char === "?") ask();
      else got += char;
      if (!got.endsWith("\\x1b\\\\")) continue;
      console.log("heard " + JSON.stringify(got));
      got = "";
    }
  });
  ask();
`;

it("a question gets one answer: the screen's while nobody is there who may type, else the viewer's", async () => {
  const { terminals, start, connect } = await house();
  const white = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\";
  const heard = (text: string) => `heard ${JSON.stringify(text)}`;
  start("a", process.execPath, ["-e", ASKING]);
  // It has been answered before anybody came.
  const told = ASK_GROUND.length + heard(DARK_GROUND).length;
  await vi.waitFor(() => expect(terminals.offset("a")).toBeGreaterThan(told));
  const viewer = await connect("a");
  await viewer.text(heard(DARK_GROUND));
  // To a page, coming later asks nothing.
  const asked: string[] = [];
  const page = openScreen(80, 24);
  page.onData((data) => asked.push(data));
  for (const { data } of viewer.frames("snapshot")) await feed(page, data);
  expect(asked).toEqual([]);
  viewer.type("?");
  await viewer.until(() => viewer.live().includes(ASK_GROUND), "the question");
  viewer.type(white);
  await viewer.text(heard(white));
  const watcher = await connect("a", { watches: true, cols: 50, rows: 10 });
  await watcher.frame("snapshot");
  await viewer.close();
  // It is alone now, and has the size.
  await watcher.frame("resized");
  watcher.type("?");
  await watcher.until(() => watcher.live().includes(heard(DARK_GROUND)), "an answer");
  const all = (await watcher.screenText()).match(/heard [^\n]*/g);
  expect(
    all
      ?.join("")
      .split("heard ")
      .map((text) => text.replaceAll(/\s/g, ""))
      .slice(1),
  ).toEqual([DARK_GROUND, white, DARK_GROUND].map((text) => JSON.stringify(text)));
});
