/** Proves that conflation is something that no fold can tell from the truth. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { applyEntry, type CallLog, createCallLog } from "../../../shared/events/fold.ts";
import type { LogEntry } from "../../../shared/events/tool-event.ts";
import { AT, noHistory, progress, range, reader } from "../../../test/support/gateway/log-reader.ts";
import { openCursor, PACE_MS } from "./cursor.ts";
import { createLogRing } from "./session-log.ts";

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

  it("P6: whatever comes, and whenever there is room, what is skipped changes no call", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), fc.array(fc.boolean(), { maxLength: 80 }), (events, room) => {
        const log = createLogRing().open("s");
        const all = reader();
        const some = reader();
        openCursor({ log, after: 0, sink: all.sink, history: noHistory, verbatim: false });
        const cursor = openCursor({ log, after: 0, sink: some.sink, history: noHistory, verbatim: false });
        cursor.conflate(true);
        events.forEach((item, i) => {
          some.sink.open = room[i] ?? false;
          log.append([JSON.stringify(item)], AT);
        });
        some.sink.open = true;
        cursor.pump();
        expect(seen(folded(some.entries()))).toEqual(seen(folded(all.entries())));
        const skipped = all.entries().length - some.entries().length;
        expect(skipped).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 400 },
    );
  });

  it("skips all but the first and the last of a long run of progress", () => {
    const log = createLogRing().open("s");
    const slow = reader();
    const cursor = openCursor({ log, after: 0, sink: slow.sink, history: noHistory, verbatim: false });
    cursor.conflate(true);
    slow.sink.open = false;
    log.append(
      range(1, 1000).map((n) => progress(n)),
      AT,
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
      for (const n of range(1, 100)) log.append([progress(n)], AT);
      expect(quick.entries().map(({ seq }) => seq)).toEqual([1]);
      vi.advanceTimersByTime(PACE_MS);
      expect(quick.entries().map(({ seq }) => seq)).toEqual([1, 100]);
      vi.advanceTimersByTime(PACE_MS);
      expect(vi.getTimerCount()).toBe(0);
      log.append([progress(101)], AT);
      expect(quick.frames).toHaveLength(3);
      cursor.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
