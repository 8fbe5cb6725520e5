import { expect, it } from "vitest";
import type { Call } from "../../shared/events/call.ts";
import type { CallPage } from "../gateway/read-call-page.ts";
import { createCallLogStore } from "./call-log-store.ts";
import { loadHistory } from "./load-history.ts";

const AT = Date.parse("2026-11-20T14:00:00Z");
const at = (seconds: number) => new Date(AT + seconds * 1_000).toISOString();

/** Call `n` begins at entry `2n + 1`, a minute after the one before. */
function call(n: number, change: Partial<Call> = {}): Call {
  return {
    id: `c${n}`,
    tool: "build",
    server: "ci",
    token: undefined,
    state: "finished",
    startedAt: at(n * 60),
    endedAt: at(n * 60 + 1),
    durationMs: 1_000,
    progress: undefined,
    total: undefined,
    message: undefined,
    updatedAt: at(n * 60 + 1),
    updates: 0,
    regressions: 0,
    uncertain: false,
    args: undefined,
    result: undefined,
    cut: undefined,
    error: undefined,
    offset: undefined,
    firstSeq: 2 * n + 1,
    lastSeq: 2 * n + 2,
    ...change,
  };
}

/** A gateway that keeps these calls, and counts what is asked of it. */
function keeping(calls: readonly Call[]) {
  const asked: (number | undefined)[] = [];
  const read = async (before: number | undefined, limit: number): Promise<CallPage> => {
    asked.push(before);
    const found = calls.filter(({ firstSeq }) => before === undefined || firstSeq < before).toReversed();
    const numbers = { last: 2 * calls.length, run: 0, total: calls.length, failed: 0 };
    const open = before === undefined ? calls.filter(({ state }) => state === "running") : [];
    return { calls: found.slice(0, limit), more: found.length >= limit, open, gaps: [], ...numbers };
  };
  return { read, gone: () => false, drawn: async () => {}, asked };
}

const start = () => createCallLogStore((flush) => queueMicrotask(flush));
const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `c${from + i}`);

it("has the newest calls of a long session before it asks for the others, and then all of them in their turns", async () => {
  const all = Array.from({ length: 5_000 }, (_, n) => call(n));
  const source = keeping(all);
  const store = start();
  await loadHistory(store, source);
  expect(store.order).toEqual(ids(4_800, 4_999));
  expect([store.count(), store.log.lastSeq, store.turns.list.length]).toEqual([5_000, 10_000, 200]);

  // What happens meanwhile is not lost.
  store.receive({ events: [{ seq: 10_001, at: at(0), event: { kind: "started", call: "new", tool: "t" } }] }, at(0));
  await expect.poll(() => store.generation()).toBe(1);
  expect(store.order).toEqual([...ids(0, 4_999), "new"]);
  expect([store.older, store.count(), store.since]).toEqual([4_800, 5_001, 0]);
  expect(store.turns.byCall.get("c0")?.number).toBe(1);
  expect(store.turns.byCall.get("c4999")?.number).toBe(5_000);
  expect(source.asked).toHaveLength(6);
});

it("hears of a call that runs since long ago, and gives it its place with the others of its time", async () => {
  const all = Array.from({ length: 1_000 }, (_, n) => call(n, n === 5 ? { state: "running", endedAt: undefined } : {}));
  const store = start();
  await loadHistory(store, keeping(all));
  expect(store.log.running).toBe(1);
  const events = [
    { seq: 2_001, at: at(0), event: { kind: "progress" as const, call: "c5", tool: "build", progress: 3 } },
    { seq: 2_002, at: at(0), event: { kind: "finished" as const, call: "c5", tool: "build", result: { ok: true } } },
  ];
  store.receive({ events }, at(0));
  expect(store.order).not.toContain("c5");
  await expect.poll(() => store.generation()).toBe(1);
  expect(store.order).toEqual(ids(0, 999));
  expect(store.log.calls.get("c5")).toMatchObject({ state: "finished", progress: 3, result: { ok: true } });
  expect(store.log.running).toBe(0);
});

it("adds arguments and result to a call when they are looked at, and keeps what has come since", async () => {
  const store = start();
  await loadHistory(store, keeping([call(0, { state: "running", endedAt: undefined })]));
  expect(store.isPartial("c0")).toBe(true);
  store.receive(
    { events: [{ seq: 3, at: at(0), event: { kind: "finished", call: "c0", tool: "build", result: 7 } }] },
    at(0),
  );
  store.complete("c0", { args: { all: true }, result: undefined, cut: { args: 9 } });
  expect(store.log.calls.get("c0")).toMatchObject({ args: { all: true }, result: 7, cut: { args: 9 } });
  expect(store.isPartial("c0")).toBe(false);
});

it("begins with the stream alone when the gateway gives no history, and stops when nobody looks any more", async () => {
  const store = start();
  await loadHistory(store, { ...keeping([]), read: async () => undefined });
  expect([store.order.length, store.log.lastSeq]).toEqual([0, 0]);
  await loadHistory(store, { ...keeping([call(0)]), gone: () => true });
  expect(store.order).toHaveLength(0);
});

it("groups calls anew when the agent tells of turns that began before them", async () => {
  const store = start();
  await loadHistory(store, keeping([call(0), call(1), call(2)]));
  expect(store.turns.list).toHaveLength(3);
  await store.noteTurnStarts([at(-5)]);
  expect(store.turns.list.map(({ count }) => count)).toEqual([3]);
  expect([store.order.length, store.older, store.generation()]).toEqual([3, 0, 1]);
});
