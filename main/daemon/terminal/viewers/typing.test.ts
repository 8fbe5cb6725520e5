/** Proves that only what a person typed, pasted or clicked ends "needs you" and takes the size; and that programs get the rest all the same. */
import { expect, it, vi } from "vitest";
import { house } from "../../../../test/support/house-of-terminals.ts";

/** Asks for a decision, and prints each thing that it gets as JSON: the system may hand over several at once, or one in pieces. */
const ASKS = `
  process.stdin.setRawMode(true);
  const one = /^(?:\\x1b\\[200~[^]*?\\x1b\\[201~|\\x1b\\][^]*?\\x1b\\\\|\\x1b\\[[0-9;<?]*[A-Za-z]|[^\\x1b])/;
  let rest = "";
  process.stdin.on("data", (data) => {
    rest += data.toString("latin1");
    for (let got; (got = one.exec(rest)?.[0]); rest = rest.slice(got.length))
      process.stdout.write("got " + JSON.stringify(got) + "\\r\\n");
  });
  process.stdout.write("\\x1b[?1003h\\x1b[?1006h\\x1b[?1004h\\x1b]777;signalbox;waiting\\x07asked");
`;

async function twoViewers() {
  const { terminals, start, connect } = await house();
  start("a", process.execPath, ["-e", ASKS]);
  const first = await connect("a", { cols: 120, rows: 40 });
  await first.text("asked");
  const second = await connect("a", { cols: 60, rows: 20 });
  await second.frame("snapshot");
  first.type("x");
  await first.text('got "x"');
  return { first, second, info: () => terminals.info("a") };
}

const needsYou = async () => {
  const { terminals, start, connect } = await house();
  start("a", process.execPath, ["-e", ASKS]);
  const viewer = await connect("a", { cols: 80, rows: 24 });
  await vi.waitFor(() => expect(terminals.info("a")?.attention).toBe(true));
  return { viewer, attention: () => terminals.info("a")?.attention };
};

it.each([
  ["the pointer moves", "\x1b[<35;10;10M"],
  ["the wheel turns", "\x1b[<65;10;10M"],
  ["a button is let go", "\x1b[<0;10;10m"],
  ["the window gets the focus", "\x1b[I"],
  ["the terminal says what it is", "\x1b[?1;2c"],
  ["the terminal says a colour", "\x1b]11;rgb:0000/0000/0000\x1b\\"],
])("a person is still needed when %s, and the program gets it", async (_, report) => {
  const { viewer, attention } = await needsYou();
  viewer.type("");
  viewer.type(report);
  await viewer.text(`got ${JSON.stringify(report)}`);
  expect(attention()).toBe(true);
});

it("a person is still needed when the wheel is turned where it stands for arrows, or a report comes in pieces", async () => {
  const { viewer, attention } = await needsYou();
  viewer.send({ type: "wheel" });
  viewer.type("\x1b[A\x1b[A");
  await viewer.text(/(got "\\u001b\[A"\s+){2}/);
  for (const piece of ["\x1b[<35;1", "0;1", "0M"]) viewer.type(piece);
  await viewer.text('got "\\u001b[<35;10;10M"');
  expect(attention()).toBe(true);
  viewer.type("\x1b[A");
  await vi.waitFor(() => expect(attention()).toBe(false));
});

it.each([
  ["presses a key", "y"],
  ["presses an arrow", "\x1b[B"],
  ["pastes", "\x1b[200~yes\x1b[201~"],
  ["clicks", "\x1b[<0;10;10M"],
  ["moves and clicks", "\x1b[<35;9;9M\x1b[<0;10;10M"],
])("nobody is needed any more once somebody %s", async (_, typed) => {
  const { viewer, attention } = await needsYou();
  viewer.type(typed);
  await vi.waitFor(() => expect(attention()).toBe(false));
});

it("who only points or scrolls leaves the size to who types, and answers nothing for them", async () => {
  const { first, second, info } = await twoViewers();
  second.type("");
  second.type("\x1b[<35;3;3M\x1b[?1;2c");
  second.send({ type: "wheel" });
  second.type("\x1b[A");
  // The answer of the one who does not type is left out; the pointer and the wheel are not.
  await first.text('got "\\u001b[<35;3;3M"');
  await first.text('got "\\u001b[A"');
  expect(info()).toMatchObject({ cols: 120, rows: 40 });
  second.type("\x1b[<0;3;3M");
  await vi.waitFor(() => expect(info()).toMatchObject({ cols: 60, rows: 20 }));
});
