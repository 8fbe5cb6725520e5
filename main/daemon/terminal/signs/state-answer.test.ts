/** Proves that a program that asks for OSC 7501 gets one answer, always the same and before any other, whoever looks on. */
import { expect, it } from "vitest";
import { STATE_ANSWER } from "../../../../shared/protocol/agent-words.ts";
import { COMPAT_SUBPROTOCOL } from "../../../../shared/protocol/wire.ts";
import { house } from "../../../../test/support/house-of-terminals.ts";

/** For each `?` asks as Claude Code does, with what every terminal answers behind it; says in hexadecimal what it has heard since. */
const ASKING = `
  process.stdin.setRawMode(true);
  let got = "";
  let round = 0;
  process.stdin.on("data", (data) => {
    for (const char of data.toString("latin1")) {
      if (char !== "?" || got.endsWith("\\x1b[") || got.endsWith(";")) got += char;
      else process.stdout.write("\\x1b]7501;?\\x1b\\\\\\x1b[c"), got = "", round += 1;
    }
    console.log("round " + round + " " + Buffer.from(got, "latin1").toString("hex") + ".");
  });
  console.log("ready");
`;
const DEVICE = "\x1b[?1;2c";
const hex = (text: string) => Buffer.from(text, "latin1").toString("hex");
const heard = (round: number) => `round ${round} ${hex(STATE_ANSWER + DEVICE)}.`;

it("A24: one answer, before any other: a page, a terminal that answers itself, a watcher, an older client", async () => {
  const { start, connect } = await house();
  start("a", process.execPath, ["-e", ASKING]);
  const page = await connect("a");
  await page.text("ready");
  // What is typed behind the question is an answer to it; a terminal that knows OSC 7501 answers that as well.
  for (const [index, own] of [DEVICE, STATE_ANSWER + DEVICE, `\x1b]7501;?v=2\x07${DEVICE}`].entries()) {
    page.type("?");
    await page.until(() => page.live().toString("latin1").split("\x1b[c").length > index + 1, "the question");
    page.type(own);
    await page.text(heard(index + 1));
  }
  // One that watches cannot answer: the screen answers the other question.
  await page.close();
  const watcher = await connect("a", { watches: true });
  await watcher.frame("snapshot");
  watcher.type("?");
  await watcher.text(heard(4));
  const typist = await connect("a", { protocol: COMPAT_SUBPROTOCOL });
  typist.type("?");
  await watcher.until(() => watcher.live().toString("latin1").split("\x1b[c").length > 2, "the question");
  typist.type(DEVICE);
  await watcher.text(heard(5));
  expect(watcher.live().toString("latin1")).not.toContain(hex(STATE_ANSWER + STATE_ANSWER));
});
