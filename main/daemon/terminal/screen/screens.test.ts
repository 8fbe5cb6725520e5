/** Proves that terminals survive the loss of the thread that keeps their screens. */
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { silentLog } from "../../../home/create-log.ts";
import type { Snapshot } from "./screen-messages.ts";
import { createScreens, type Screen, startScreenThread } from "./screens.ts";

const snapshotOf = (screen: Screen) => new Promise<Snapshot>((resolve) => screen.snapshot(resolve));

it("a thread that dies is replaced: whoever waited for a screen gets one, and output goes on", async () => {
  let started = 0;
  const dying = () =>
    new Worker("require('node:worker_threads').parentPort.once('message', () => { throw 1 })", { eval: true });
  const screens = createScreens(silentLog(), () => (started++ === 0 ? dying() : startScreenThread()));
  const listener = { onTitle() {}, onNotice() {}, onProgress() {}, onCaughtUp() {}, onAnswer() {} };
  const screen = screens.open(40, 10, listener);
  screen.write(Buffer.from("lost with the thread"));
  const first = await snapshotOf(screen);
  expect(first).toMatchObject({ cols: 40, rows: 10 });
  expect(started).toBe(2);
  screen.resize(50, 12);
  screen.write(Buffer.from("and it goes on"));
  expect(await snapshotOf(screen)).toMatchObject({
    cols: 50,
    rows: 12,
    data: expect.stringContaining("and it goes on"),
  });
  expect(screen.backlog()).toBe(0);
  await screens.dispose();
});

it("when no thread lives, terminals go on without screens", async () => {
  let started = 0;
  const dying = () => {
    started += 1;
    return new Worker("throw 1", { eval: true });
  };
  const screens = createScreens(silentLog(), dying);
  const screen = screens.open(40, 10, { onTitle() {}, onNotice() {}, onProgress() {}, onCaughtUp() {}, onAnswer() {} });
  for (let n = 0; n < 100; n += 1) screen.write(Buffer.alloc(100_000));
  expect(await snapshotOf(screen)).toMatchObject({ data: "", cols: 40, rows: 10 });
  expect(await snapshotOf(screen)).toMatchObject({ data: "" });
  expect(screen.backlog()).toBe(0);
  expect(started).toBe(5);
  await screens.dispose();
});

it("output of any size and resizes reach a screen in order, through a ring that is smaller", async () => {
  const screens = createScreens(silentLog());
  const screen = screens.open(80, 5, { onTitle() {}, onNotice() {}, onProgress() {}, onCaughtUp() {}, onAnswer() {} });
  for (let n = 0; n < 300; n += 1) {
    screen.write(Buffer.from(`${"x".repeat(9_997)}${n}\r\n`));
    if (n % 50 === 0) screen.resize(80 + n, 5);
  }
  screen.write(Buffer.from("last"));
  expect(screen.backlog()).toBeGreaterThan(1024 * 1024);
  const { data, cols } = await snapshotOf(screen);
  expect(cols).toBe(330);
  expect(data).toMatch(/x299\r\nlast/);
  await screens.dispose();
});
