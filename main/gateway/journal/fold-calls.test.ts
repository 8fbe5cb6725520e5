/** Proves that the journal's fold stays cheap and small however many calls a session has had. */

import fc from "fast-check";
import { expect, it } from "vitest";
import { applyEntry, createCallLog, MAX_RUNNING_CALLS } from "../../../shared/events/fold.ts";
import { readEntry } from "../../../shared/events/read-entry.ts";
import { streamEventSchema } from "../../../shared/events/tool-event.ts";
import { foreignMarks, markOf } from "../../../test/support/gateway/mark-of.ts";
import { packChunks } from "../../../test/support/gateway/pack-chunks.ts";
import { UNMARKED } from "../../wire/event-batch.ts";
import { entriesOf } from "../bridge/chunk.ts";
import type { EntryRun } from "./batch.ts";
import { foldCalls } from "./fold-calls.ts";

const AT = "2026-04-17T10:20:33.000Z";
const NOTHING = { open: [], counts: { total: 0, running: 0, failed: 0, last: undefined }, last: 0, run: 0 };

/** As they lie in a batch. */
function runs(events: readonly object[], first: number, marks?: Float64Array): EntryRun[] {
  const texts = events.map((event) => JSON.stringify(event));
  return packChunks(texts, first, AT, marks).map((chunk) => ({
    first: chunk.first,
    last: chunk.last,
    body: new Uint8Array(entriesOf(chunk, chunk.first, chunk.last)),
    starts: chunk.starts.map((start) => start - (chunk.starts[0] ?? 0)),
    marks: chunk.marks,
  }));
}

/** Two entries a call: started and finished. */
function entries(from: number, to: number): EntryRun[] {
  const all: object[] = [];
  for (let call = from; call < to; call += 1) {
    const common = { call: `call-${call}`, tool: "build", timestamp: AT };
    all.push({ ...common, kind: "started", token: call });
    all.push({ ...common, kind: "finished", duration_ms: 1 });
  }
  return runs(all, 2 * from + 1);
}

it("counts and keeps every call of a burst until it is written, and then forgets the ended ones", () => {
  const fold = foldCalls(NOTHING);
  fold.apply(entries(0, 5_000));
  expect(fold.changed(true)).toHaveLength(5_000);
  fold.written(true);
  fold.apply(entries(5_000, 5_001));
  expect(fold.counts()).toMatchObject({ total: 5_001, running: 0, failed: 0 });
  expect(fold.changed(true).map(({ id }) => id)).toEqual(["call-5000"]);
});

it("records 40,000 calls that come at once in seconds, not in minutes", { timeout: 120_000 }, () => {
  const fold = foldCalls(NOTHING);
  fold.apply(entries(0, 40_000));
  expect(fold.counts().total).toBe(40_000);
});

it("tells calls that begin or end from calls that only move on, and forgets neither before it is written", () => {
  const fold = foldCalls(NOTHING);
  const marksOf = foreignMarks();
  const marked = (events: readonly object[], first: number) =>
    runs(events, first, new Float64Array(events.flatMap((event) => marksOf(JSON.stringify(event)))));
  const call = { call: "a", tool: "t", timestamp: AT };
  const ids = (all: boolean) => fold.changed(all).map(({ id, progress }) => `${id} ${progress}`);
  fold.apply(
    marked(
      [
        { ...call, kind: "started" },
        { ...call, kind: "progress", progress: 1 },
      ],
      1,
    ),
  );
  expect(ids(false)).toEqual(["a 1"]);
  fold.written(false);
  fold.apply(marked([{ ...call, kind: "progress", progress: 2 }], 3));
  expect([ids(false), ids(true), fold.hasMoved()]).toEqual([[], ["a 2"], true]);
  fold.written(false);
  expect(ids(true)).toEqual(["a 2"]);
  fold.apply(marked([{ ...call, kind: "finished" }], 4));
  expect([ids(false), fold.hasMoved()]).toEqual([["a 2"], false]);
  fold.written(true);
  expect(ids(true)).toEqual([]);
});

it("never forgets a call that still runs", () => {
  const fold = foldCalls(NOTHING);
  const running = { call: "long", tool: "deploy", kind: "started", token: 1, timestamp: AT };
  fold.apply(runs([running], 1));
  fold.apply(entries(1, 5_000));
  fold.written(true);
  expect(fold.counts().running).toBe(1);
  fold.apply(runs([{ ...running, kind: "finished" }], 20_000));
  expect(fold.counts()).toMatchObject({ running: 0, total: 5_000 });
});

it("of a daemon that never ends its calls keeps a bounded number, and writes of the others that their outcome is unknown", () => {
  const fold = foldCalls(NOTHING);
  const states = new Map<string, string>();
  for (let from = 0; from < 20_000; from += 5_000) {
    fold.apply(
      runs(
        Array.from({ length: 5_000 }, (_, i) => ({ tool: "t", token: from + i, progress: 1 })),
        from + 1,
      ),
    );
    for (const { id, state } of fold.changed(true)) states.set(id, state);
    fold.written(true);
  }
  const { running, total } = fold.counts();
  expect(running).toBeLessThanOrEqual(MAX_RUNNING_CALLS);
  expect(total).toBe(20_000);
  expect([...states.values()].filter((state) => state === "running")).toHaveLength(running);
  expect(states.get("n-1")).toBe("unknown");
});

it("while a disk refuses, holds a bounded number of calls, lets go of what they returned, and counts all", () => {
  const fold = foldCalls(NOTHING);
  const large = { text: "x".repeat(1_000) };
  for (let from = 0; from < 10_000; from += 500) {
    const events = Array.from({ length: 500 }, (_, i) => ({
      call: `c${from + i}`,
      tool: "t",
      kind: "finished",
      result: large,
    }));
    fold.apply(runs(events, from + 1));
    fold.shed(1_000);
  }
  expect(fold.changed(true).length).toBeLessThanOrEqual(1_000);
  expect(fold.changed(true).at(-1)?.id).toBe("c9999");
  expect(fold.changed(true).filter(({ result }) => result !== undefined).length).toBeLessThanOrEqual(1_000);
  expect(fold.counts()).toMatchObject({ total: 10_000, running: 0 });
});

it("sees the same calls in marks that every viewer sees in values, however the entries are cut and where some are unmarked", () => {
  const call = fc.constantFrom("a", "b", "ä", "r3-a");
  const number = fc.option(fc.constantFrom(0, 1, 2.5, 7, 8, -1, 1e21), { nil: undefined });
  const event = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant("progress" as const),
        call,
        tool: fc.constant("t"),
        progress: number,
        total: number,
        message: fc.constantFrom(undefined, "m", 'say "hi"\\'),
        timestamp: fc.constantFrom("2026-04-17T10:20:34.000Z", "2026-04-17T10:20:35.125Z"),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom("started" as const, "finished" as const, "queued" as const, "left" as const),
        call,
        tool: fc.constant("t"),
        timestamp: fc.constant(AT),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("gap" as const), missed: fc.constant(2), outcomes_lost: fc.boolean() }),
    },
  );
  const marked = fc.record({
    event,
    isMarked: fc.integer({ min: 0, max: 5 }).map((n) => n > 0),
    size: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(marked, { maxLength: 60 }), (all) => {
      const log = createCallLog();
      const numbers = new Map<string, number>();
      const fold = foldCalls(NOTHING);
      for (let from = 0; from < all.length; ) {
        const part = all.slice(from, from + (all[from]?.size ?? 1));
        const marks = part.flatMap(({ event, isMarked }) => {
          // Numbers mean other calls behind a gap.
          if (event.kind === "gap") numbers.clear();
          const time = event.kind === "gap" ? AT : event.timestamp;
          const mark = markOf(streamEventSchema.parse(event), numbers, time);
          return isMarked ? mark : [UNMARKED, 0, 0, 0];
        });
        part.forEach(({ event }, i) => {
          const entry = readEntry({ seq: from + i + 1, at: AT, event: JSON.parse(JSON.stringify(event)) });
          if (entry !== undefined) applyEntry(log, entry);
        });
        fold.apply(
          runs(
            part.map(({ event }) => event),
            from + 1,
            new Float64Array(marks),
          ),
        );
        from += part.length;
      }
      expect(fold.changed(true).toSorted((a, b) => a.firstSeq - b.firstSeq)).toEqual(
        [...log.calls.values()].toSorted((a, b) => a.firstSeq - b.firstSeq),
      );
      expect(fold.counts()).toMatchObject({ total: log.calls.size, running: log.running, failed: log.failed });
    }),
    { numRuns: 400 },
  );
});

it("reads no event of plain progress that has a mark", () => {
  const fold = foldCalls(NOTHING);
  const calls = new Map<string, number>();
  const started = { kind: "started" as const, call: "a", tool: "t", timestamp: AT };
  const progress = { kind: "progress" as const, call: "a", tool: "t", progress: 3, timestamp: AT };
  const marks = new Float64Array([...markOf(started, calls, AT), ...markOf(progress, calls, AT)]);
  const [run] = runs([started, progress], 1, marks);
  if (run === undefined) throw new Error("no run");
  // What is no JSON any more would be left out by whoever reads it.
  run.body.fill(0x78, run.starts[1]);
  fold.apply([run]);
  expect(fold.changed(true)).toMatchObject([{ id: "a", progress: 3, updates: 1, lastSeq: 2 }]);
});

it("sees the same calls in a foreign daemon's events as every viewer, however the entries are cut into batches", () => {
  const name = fc.constantFrom("a", "b", "ä", 'q"', "n-3", "r3-a");
  const time = fc.constantFrom(undefined, null, AT, "2026-01-01T00:00:00+00:00");
  const number = fc.option(fc.constantFrom(0, 1, 2.5, 7, 7, 8, -1, 1e21), { nil: undefined });
  const optional = {
    progress: number,
    total: number,
    timestamp: time,
    message: fc.constantFrom(undefined, null, "m", "ä€", 'say "hi"\\', "\n"),
  };
  const event = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        tool: fc.constantFrom("x", "y", "z é"),
        token: fc.constantFrom(1, 2, "1", "", null, undefined, 1.5),
        ...optional,
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("progress"),
        call: name,
        tool: fc.constant("t"),
        server: fc.constantFrom("s", null),
        ...optional,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom("started", "finished", "failed", "queued"),
        call: name,
        tool: fc.constant("t"),
        token: fc.constant(1),
        args: fc.constant({ a: 1 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("gap"),
        missed: fc.constant(2),
        outcomes_lost: fc.boolean(),
        new_run: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<object>(
        { tool: 7 },
        { tool: "x", progress: "1" },
        { tool: "x", message: 1 },
        { tool: "x", token: true },
      ),
    },
  );
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 8 }),
      (events, cuts) => {
        const log = createCallLog();
        events.forEach((item, i) => {
          const entry = readEntry({ seq: i + 1, at: AT, event: JSON.parse(JSON.stringify(item)) });
          if (entry !== undefined) applyEntry(log, entry);
        });
        const fold = foldCalls(NOTHING);
        const marksOf = foreignMarks();
        let from = 0;
        for (const size of [...cuts, events.length]) {
          const part = events.slice(from, from + size);
          const marks = new Float64Array(part.flatMap((item) => marksOf(JSON.stringify(item))));
          // Runs of a batch come one by one and together.
          const apart = () => [
            ...runs(part.slice(0, 3), from + 1, marks.slice(0, 12)),
            ...runs(part.slice(3), from + 4, marks.slice(12)),
          ];
          fold.apply(size % 2 === 0 ? runs(part, from + 1, marks) : apart());
          from += size;
        }
        expect(fold.changed(true).toSorted((a, b) => a.firstSeq - b.firstSeq)).toEqual(
          [...log.calls.values()].toSorted((a, b) => a.firstSeq - b.firstSeq),
        );
        expect(fold.gaps()).toEqual(log.gaps);
        expect(fold.counts()).toMatchObject({ total: log.calls.size, running: log.running, failed: log.failed });
      },
    ),
    { numRuns: 300 },
  );
});
