/** Proves that conflation is something that no fold can tell from the truth. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { applyEntry, type CallLog, createCallLog } from "../../../shared/events/fold.ts";
import { type LogEntry, streamEventSchema } from "../../../shared/events/tool-event.ts";
import { AT, noHistory, progress, range, reader } from "../../../test/support/gateway/log-reader.ts";
import { foreignMarks, markOf } from "../../../test/support/gateway/mark-of.ts";
import { openCursor, PACE_MS } from "./cursor.ts";
import { createLogRing, type SessionLog } from "./session-log.ts";

function appendMarked(log: SessionLog, events: readonly string[], marksOf = foreignMarks()): void {
  for (const event of events) {
    const bytes = Buffer.from(event);
    log.add(log.end() + 1, bytes, 0, bytes.length, AT, new Float64Array(marksOf(event)), 0);
  }
  log.publish();
}

describe("conflation", () => {
  const event = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("progress" as const),
        call: fc.constantFrom("a", "b", "c"),
        tool: fc.constant("t"),
        progress: fc.integer({ min: 0, max: 9 }),
        message: fc.option(fc.constantFrom("m", "n"), { nil: undefined }),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        tool: fc.constantFrom("x", "y"),
        token: fc.constantFrom(1, 2),
        progress: fc.integer({ min: 0, max: 9 }),
        total: fc.option(fc.constant(9), { nil: undefined }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom("started" as const, "finished" as const, "failed" as const),
        call: fc.constantFrom("a", "b", "c"),
        tool: fc.constant("t"),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "gap" as const, missed: 3 }) },
  );
  const folded = (entries: readonly LogEntry[]): CallLog => {
    const log = createCallLog();
    for (const entry of entries) applyEntry(log, entry);
    return log;
  };
  /** What a person sees of a call; how many updates there were is what conflation may change. */
  const seen = (log: CallLog) =>
    [...log.calls.values()].map(({ id, tool, state, progress: done, total, message, uncertain }) => ({
      id,
      tool,
      state,
      done,
      total,
      message,
      uncertain,
    }));

  it.each(["with no mark", "marked by our daemon", "marked for a foreign one"])(
    "P6: whatever comes %s, and whenever there is room, what is skipped changes no call",
    (how) => {
      fc.assert(
        fc.property(fc.array(event, { maxLength: 80 }), fc.array(fc.boolean(), { maxLength: 80 }), (events, room) => {
          // Numbers of the two ways must not meet in one stream.
          const calls = new Map<string, number>(Array.from({ length: 1_000 }, (_, i) => [`- ${i}`, i]));
          const marksOf = foreignMarks();
          const log = createLogRing().open("s");
          const all = reader();
          const some = reader();
          openCursor({ log, after: 0, sink: all.sink, history: noHistory, verbatim: false });
          const cursor = openCursor({ log, after: 0, sink: some.sink, history: noHistory, verbatim: false });
          cursor.conflate(true);
          events.forEach((item, i) => {
            some.sink.open = room[i] ?? false;
            const bytes = Buffer.from(JSON.stringify(item));
            const own = how === "marked by our daemon" && ("call" in item || "kind" in item);
            const numbers = own ? markOf(streamEventSchema.parse(item), calls, AT) : marksOf(bytes.toString());
            const marks = how === "with no mark" ? undefined : new Float64Array(numbers);
            log.add(log.end() + 1, bytes, 0, bytes.length, AT, marks, 0);
            log.publish();
          });
          some.sink.open = true;
          cursor.pump();
          expect(seen(folded(some.entries()))).toEqual(seen(folded(all.entries())));
          const skipped = all.entries().length - some.entries().length;
          expect(skipped).toBeGreaterThanOrEqual(0);
        }),
        { numRuns: 400 },
      );
    },
  );

  it("skips all but the first and the last of a long run of progress", () => {
    const log = createLogRing().open("s");
    const slow = reader();
    const cursor = openCursor({ log, after: 0, sink: slow.sink, history: noHistory, verbatim: false });
    cursor.conflate(true);
    slow.sink.open = false;
    appendMarked(
      log,
      range(1, 1000).map((n) => progress(n)),
    );
    slow.sink.open = true;
    cursor.pump();
    expect(slow.entries().map(({ seq }) => seq)).toEqual([1, 1000]);
  });

  it("tells a reader that keeps up at once, then in steps that eyes can follow, and forgets the step with the reader", () => {
    vi.useFakeTimers();
    try {
      const log = createLogRing().open("s");
      const quick = reader();
      const cursor = openCursor({ log, after: 0, sink: quick.sink, history: noHistory, verbatim: false });
      cursor.conflate(true);
      const marksOf = foreignMarks();
      for (const n of range(1, 100)) appendMarked(log, [progress(n)], marksOf);
      expect(quick.entries().map(({ seq }) => seq)).toEqual([1]);
      vi.advanceTimersByTime(PACE_MS);
      expect(quick.entries().map(({ seq }) => seq)).toEqual([1, 100]);
      vi.advanceTimersByTime(PACE_MS);
      expect(vi.getTimerCount()).toBe(0);
      appendMarked(log, [progress(101)], marksOf);
      expect(quick.frames).toHaveLength(3);
      cursor.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
