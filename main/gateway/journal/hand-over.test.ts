/** Proves what the journal's thread is given and when: all of it, in order, within bounds, and in a burst not before live delivery. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLogRing } from "../bridge/session-log.ts";
import { type Batch, bytesIn } from "./batch.ts";
import { createHandOver } from "./hand-over.ts";

const MB = 1024 * 1024;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A journal's thread that answers when it is told to, and a log whose entries go to it. */
function start(ringBytes?: number, keepsWaiting = true) {
  const sent: (Batch | string)[] = [];
  const held: Batch[] = [];
  let idle = 0;
  const handOver = createHandOver(
    (batch) => {
      sent.push(batch);
      held.push(batch);
    },
    () => {
      idle += 1;
    },
  );
  const ring = createLogRing(ringBytes, keepsWaiting ? handOver.queued : undefined);
  const log = ring.open("s");
  const event = JSON.stringify({ tool: "t", message: "x".repeat(4_000) });
  /** About so many megabytes, as much at a time as is published at once. */
  const come = (megabytes: number) => {
    for (let i = 0; i < megabytes * 4; i += 1) {
      const chunks = log.append(Array(64).fill(event), "2026-11-20T10:00:00.000Z");
      handOver.append("s", chunks, `e-${log.last()}`);
    }
  };
  const numbers = () =>
    sent.flatMap((item) =>
      typeof item === "string" ? [] : item.parts.flatMap(({ runs }) => runs.map(({ first, last }) => [first, last])),
    );
  const finish = () => {
    const batch = held.shift();
    if (batch !== undefined) handOver.done(bytesIn(batch), batch.memory);
    ring.shrink();
    return batch !== undefined;
  };
  return { handOver, ring, log, sent, held, come, numbers, finish, idle: () => idle };
}

it("a few entries are written within 50 ms, however many follow them", () => {
  const { handOver, sent, come } = start();
  come(0.5);
  vi.advanceTimersByTime(49);
  expect(sent).toHaveLength(0);
  vi.advanceTimersByTime(1);
  expect(sent).toHaveLength(1);
  expect(handOver.queued()).toBeGreaterThan(0.4 * MB);
});

it("a burst is live first: it is handed over when it pauses, or after half a second", () => {
  const { sent, come } = start();
  for (let ms = 0; ms < 200; ms += 10) {
    come(1);
    vi.advanceTimersByTime(10);
  }
  expect(sent).toHaveLength(0);
  vi.advanceTimersByTime(40);
  expect(sent.length).toBeGreaterThan(0);

  const endless = start();
  for (let ms = 0; ms < 550 && endless.sent.length === 0; ms += 10) {
    endless.come(0.5);
    vi.advanceTimersByTime(10);
  }
  expect(endless.sent.length).toBeGreaterThan(0);
});

it("whatever comes, the thread gets all of it once and in order, a bounded part at a time, and memory is asked for no more than that", () => {
  const { handOver, log, held, come, numbers, finish, idle } = start();
  const memories = new Set<unknown>();
  let most = 0;
  for (let round = 0; round < 12; round += 1) {
    come(round % 3 === 0 ? 20 : 1);
    for (const { memory } of held) memories.add(memory.bytes);
    most = Math.max(most, held.length);
    finish();
  }
  vi.advanceTimersByTime(1_000);
  while (finish()) for (const { memory } of held) memories.add(memory.bytes);
  expect(most).toBe(8);
  expect(memories.size).toBe(8);
  expect(handOver.queued()).toBe(0);
  expect(idle()).toBe(0);
  vi.advanceTimersByTime(30_000);
  expect(idle()).toBe(1);
  let next = 1;
  for (const [first, last] of numbers()) {
    expect(first).toBe(next);
    next = (last ?? 0) + 1;
  }
  expect(next).toBe(log.last() + 1);
});

it("a question comes behind everything that was there before it, and an answer does not wait for a pause", () => {
  const { handOver, sent, come, finish } = start();
  come(20);
  handOver.before(() => sent.push("question"));
  come(1);
  expect(sent).not.toContain("question");
  while (finish());
  const place = sent.indexOf("question");
  const before = sent.slice(0, place).reduce((sum, item) => sum + (typeof item === "string" ? 0 : bytesIn(item)), 0);
  expect(before).toBeGreaterThan(20 * MB * 0.95);
  expect(handOver.queued()).toBeLessThan(1.5 * MB);
});

it("above its bound the daemon is not read until half of it is written", async () => {
  const { handOver, come, finish } = start();
  come(60);
  expect(handOver.room()).toBeUndefined();
  come(10);
  let roomy = false;
  const room = handOver.room()?.then(() => {
    roomy = true;
  });
  expect(room).toBeDefined();
  while (handOver.queued() > 33 * MB) finish();
  await Promise.resolve();
  expect(roomy).toBe(false);
  while (handOver.queued() > 32 * MB) finish();
  await room;
  expect(roomy).toBe(true);
});

it("what waits stays in the ring beyond its limit, so that no reader asks the journal for it, and is gone once it is written", () => {
  const { handOver, ring, log, come, finish } = start(MB);
  come(30);
  // What was published last is in the ring before it waits: the ring is behind by as much, and by what a chunk costs beside its bytes.
  expect(ring.bytes).toBeGreaterThan(28 * MB);
  expect(log.find(2 * 256)?.first).toBeLessThanOrEqual(2 * 256);
  handOver.before(() => {});
  while (finish()) expect(ring.bytes).toBeLessThanOrEqual(Math.max(MB, handOver.queued()));
  expect(ring.bytes).toBeLessThanOrEqual(MB);
});

it("what is gone from the ring keeps its bytes until they are handed over, also when the thread is gone", () => {
  const { handOver, log, sent, come, finish } = start(MB, false);
  come(30);
  expect(log.floor()).toBeGreaterThan(1);
  handOver.before(() => {});
  while (finish());
  const texts = sent.flatMap((item) => {
    if (typeof item === "string") return [];
    const { memory, parts } = item;
    return parts.flatMap(({ runs }) =>
      runs.map(({ from, to }) => Buffer.from(memory.bytes.subarray(from, to)).toString("latin1")),
    );
  });
  expect(JSON.parse(`[${texts.at(-1)}]`).at(-1)).toMatchObject({ seq: log.last(), event: { tool: "t" } });
  come(2);
  handOver.giveUp();
  expect(handOver.queued()).toBe(0);
});
