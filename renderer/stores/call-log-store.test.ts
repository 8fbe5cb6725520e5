import { expect, it } from "vitest";
import type { ToolEvent } from "../../shared/events/tool-event.ts";
import { createCallLogStore } from "./call-log-store.ts";

const NOW = "2026-11-20T14:00:00Z";

function start() {
  let flush: (() => void) | undefined;
  const store = createCallLogStore((run) => {
    flush = run;
  });
  let seq = 0;
  return {
    store,
    /** One frame of several events, as a busy stream sends them. */
    receive(...events: ToolEvent[]) {
      store.receive({ events: events.map((event) => ({ seq: ++seq, at: NOW, event })) }, NOW);
    },
    frame() {
      const run = flush;
      flush = undefined;
      run?.();
      return run !== undefined;
    },
  };
}

it("tells a row once per frame, however many events came for it, and other rows not at all", () => {
  const { store, receive, frame } = start();
  receive({ tool: "a", call: "a", kind: "started" }, { tool: "b", call: "b", kind: "started" });
  frame();
  let a = 0;
  let b = 0;
  store.subscribeCall("a", () => {
    a += 1;
  });
  store.subscribeCall("b", () => {
    b += 1;
  });
  for (let progress = 1; progress <= 500; progress += 1) receive({ tool: "a", call: "a", kind: "progress", progress });
  expect([a, b]).toEqual([0, 0]);
  frame();
  expect([a, b]).toEqual([1, 0]);
  expect(store.log.calls.get("a")?.progress).toBe(500);
});

it("asks for no frame while nothing happens", () => {
  const { receive, frame } = start();
  receive({ tool: "a", call: "a", kind: "started" });
  expect(frame()).toBe(true);
  expect(frame()).toBe(false);
});

it("keeps the arguments and the newest steps of a call whose steps are countless", () => {
  const { store, receive } = start();
  receive({ tool: "a", call: "a", kind: "started", args: { path: "x" } });
  for (let progress = 1; progress <= 1_000; progress += 1)
    receive({ tool: "a", call: "a", kind: "progress", progress });
  const entries = store.entries("a");
  expect(entries.length).toBeLessThanOrEqual(200);
  expect(entries[0]?.event).toMatchObject({ kind: "started", args: { path: "x" } });
  expect(entries.at(-1)?.event).toMatchObject({ progress: 1_000 });
});

it("counts every call that did not end well, and what happens to writes that wait", () => {
  const { store, receive } = start();
  receive(
    { tool: "a", call: "a", kind: "started" },
    { tool: "a", call: "a", kind: "failed", error: { message: "no" } },
  );
  receive({ tool: "b", call: "b", kind: "queued" }, { tool: "b", call: "b", kind: "discarded" });
  expect([...store.errors]).toEqual(["a", "b"]);
  expect(store.outboxChanges()).toBe(2);
});

it("keeps the results of the newest thousand ended calls only, and knows of the others that they are to be read again", () => {
  const { store, receive } = start();
  for (let n = 0; n < 1_500; n += 1) {
    const call = `c${n}`;
    receive({ tool: "a", call, kind: "started", args: n }, { tool: "a", call, kind: "finished", result: "x" });
  }
  const withResult = [...store.log.calls.values()].filter(({ result }) => result !== undefined);
  expect(withResult).toHaveLength(1_000);
  expect([store.isPartial("c499"), store.isPartial("c500")]).toEqual([true, false]);
  expect([store.entries("c499").length, store.entries("c500").length]).toEqual([0, 2]);
  store.complete("c0", { args: 0, result: "again", cut: undefined });
  expect(store.log.calls.get("c0")).toMatchObject({ args: 0, result: "again" });
  expect(store.isPartial("c500")).toBe(true);
});
