/** Proves that every viewer of a session sees the same calls, whatever it missed, repeated or received late. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "./call.ts";
import { callId, toldCallId } from "./call-id.ts";
import { applyEntry, type CallLog, createCallLog, MAX_RUNNING_CALLS, restoreCall } from "./fold.ts";
import { readCall } from "./read-call.ts";
import type { LogEntry, StreamEvent } from "./tool-event.ts";

const AT = "2026-01-01T10:00:00.000Z";
const LATER = "2026-01-01T10:00:05.000Z";

function fold(...events: StreamEvent[]): CallLog {
  return foldEntries(events.map((event, index) => ({ seq: index + 1, at: AT, event })));
}

function foldEntries(entries: readonly LogEntry[], log = createCallLog()): CallLog {
  for (const entry of entries) applyEntry(log, entry);
  return log;
}

/** A call after its way over the wire. */
function sent(call: Call): Call {
  const read = readCall(JSON.parse(JSON.stringify(call)));
  if (read === undefined) throw new Error("a call of our own is not read");
  return read;
}

const only = (log: CallLog) => [...log.calls.values()];

describe("a call from Signalbox's own daemon", () => {
  it("goes from started through progress to finished with the daemon's own duration", () => {
    const log = fold(
      { kind: "started", call: "c1", tool: "build", server: "ci", timestamp: AT, args: { all: true } },
      { kind: "progress", call: "c1", tool: "build", progress: 3, total: 10, message: "three" },
      { kind: "finished", call: "c1", tool: "build", duration_ms: 1200, timestamp: LATER, result: { ok: 1 } },
    );
    expect(only(log)).toEqual([
      expect.objectContaining({
        id: "c1",
        server: "ci",
        state: "finished",
        progress: 3,
        total: 10,
        message: "three",
        durationMs: 1200,
        endedAt: LATER,
        args: { all: true },
        result: { ok: 1 },
        updates: 1,
      }),
    ]);
    expect(log.running).toBe(0);
  });

  it("ignores progress that goes backwards, and counts that it did", () => {
    const log = fold(
      { kind: "started", call: "c1", tool: "t" },
      { kind: "progress", call: "c1", tool: "t", progress: 5, total: 10 },
      { kind: "progress", call: "c1", tool: "t", progress: 2, total: 10, message: "again" },
    );
    expect(only(log)[0]).toMatchObject({ progress: 5, regressions: 1, message: "again" });
  });

  it("believes no progress after the end: a finished call stays finished", () => {
    const log = fold(
      { kind: "started", call: "c1", tool: "t" },
      { kind: "failed", call: "c1", tool: "t", error: { code: -32001, message: "Request timed out" } },
      { kind: "progress", call: "c1", tool: "t", progress: 9, total: 10 },
    );
    expect(only(log)[0]).toMatchObject({ state: "failed", progress: undefined, error: { code: -32001 } });
    expect(log.failed).toBe(1);
  });

  it("shows a call whose start was missed, begun as long ago as the daemon measured", () => {
    const log = fold({ kind: "finished", call: "c1", tool: "t", duration_ms: 5000, timestamp: LATER });
    expect(only(log)[0]).toMatchObject({ state: "finished", startedAt: AT });
  });

  it("is given up when too many newer ones run, and its end is believed all the same", () => {
    const log = createCallLog();
    for (let seq = 1; seq <= MAX_RUNNING_CALLS + 1; seq += 1) {
      applyEntry(log, { seq, at: AT, event: { kind: "started", call: `c${seq}`, tool: "t" } });
    }
    expect(log.calls.get("c1")?.state).toBe("unknown");
    const end: StreamEvent = { kind: "finished", call: "c1", tool: "t", timestamp: LATER };
    applyEntry(log, { seq: MAX_RUNNING_CALLS + 2, at: LATER, event: end });
    expect(log.calls.get("c1")).toMatchObject({ state: "finished", endedAt: LATER });
  });

  it("keeps a queued write open until it is delivered", () => {
    const queued = fold({ kind: "started", call: "c1", tool: "t" }, { kind: "queued", call: "c1", tool: "t" });
    expect(only(queued)[0]).toMatchObject({ state: "queued", endedAt: undefined });
    foldEntries([{ seq: 3, at: LATER, event: { kind: "delivered", call: "c1", tool: "t" } }], queued);
    expect(only(queued)[0]).toMatchObject({ state: "delivered", endedAt: LATER });
  });
});

describe("a call from a daemon that sends neither ids nor ends", () => {
  it("is one call while its value rises, and a new call when the value falls below the last", () => {
    const log = fold(
      { tool: "notion", token: 7, progress: 4, total: 10 },
      { tool: "notion", token: 7, progress: 8, total: 10 },
      { tool: "notion", token: 7, progress: 1, total: 3 },
    );
    expect(only(log)).toEqual([
      expect.objectContaining({ progress: 8, state: "unknown" }),
      expect.objectContaining({ progress: 1, state: "running" }),
    ]);
    expect(log.running).toBe(1);
  });

  it("tells of the call that a reused token ended, too: its row changes as well", () => {
    const log = fold({ tool: "notion", token: 7, progress: 4 });
    expect(applyEntry(log, { seq: 2, at: AT, event: { tool: "notion", token: 7, progress: 1 } })).toEqual([
      "n-1",
      "n-2",
    ]);
  });

  it("fills no memory with calls that it never ends: the oldest become unknown, and a value of theirs is a new call", () => {
    const log = createCallLog();
    const event = (token: number, progress = 1): StreamEvent => ({ tool: "t", token, progress });
    const calls = 2 * MAX_RUNNING_CALLS;
    const changed = new Set<string>();
    for (let seq = 1; seq <= calls; seq += 1) {
      for (const id of applyEntry(log, { seq, at: AT, event: event(seq) })) changed.add(id);
      if (seq === MAX_RUNNING_CALLS) expect(log.running).toBe(MAX_RUNNING_CALLS);
    }
    expect(log.running).toBeLessThanOrEqual(MAX_RUNNING_CALLS);
    expect(log.unnamed.size).toBe(log.running);
    expect(changed.size).toBe(calls);
    // The oldest, and no other: from the first that runs on, all do.
    const oldest = only(log).findIndex(({ state }) => state === "running");
    expect(
      only(log)
        .slice(0, oldest)
        .map(({ state }) => state),
    ).toEqual(Array(calls - log.running).fill("unknown"));
    expect(log.calls.get("n-1")).toMatchObject({ state: "unknown", endedAt: AT });
    expect(applyEntry(log, { seq: calls + 1, at: AT, event: event(1, 2) })).toEqual([`n-${calls + 1}`]);
  });

  it("keeps two tools with the same token apart", () => {
    const log = fold({ tool: "a", token: 1, progress: 1 }, { tool: "b", token: 1, progress: 1 });
    expect(log.calls.size).toBe(2);
  });
});

describe("a gap", () => {
  it("stands in the log and makes running calls uncertain, until they are heard of again", () => {
    const log = fold({ kind: "started", call: "c1", tool: "t" }, { kind: "gap", missed: 12 });
    expect(only(log)[0]).toMatchObject({ state: "running", uncertain: true });
    foldEntries([{ seq: 3, at: LATER, event: { kind: "progress", call: "c1", tool: "t", progress: 1 } }], log);
    expect(only(log)[0]).toMatchObject({ uncertain: false });
    expect(log.gaps).toEqual([{ seq: 2, missed: 12, from: undefined, to: undefined }]);
  });

  it("P1: the loss of the daemon invents no completion: running calls become unknown", () => {
    const log = fold(
      { kind: "started", call: "c1", tool: "t" },
      { kind: "started", call: "c2", tool: "t" },
      { kind: "finished", call: "c2", tool: "t" },
      { kind: "gap", missed: null, outcomes_lost: true },
    );
    expect(only(log).map((call) => call.state)).toEqual(["unknown", "finished"]);
    expect(log.running).toBe(0);
  });
});

const anyEvent: fc.Arbitrary<StreamEvent> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("gap" as const), missed: fc.nat(5), outcomes_lost: fc.boolean() }),
  },
  {
    weight: 12,
    arbitrary: fc
      .record({
        call: fc.constantFrom("a", "b", "c"),
        kind: fc.constantFrom("started", "progress", "finished", "failed", "cancelled", "queued", "delivered"),
        progress: fc.nat(20),
      })
      .map(({ call, kind, progress }) => ({ tool: `tool-${call}`, call, kind, progress }) as const),
  },
  {
    weight: 4,
    arbitrary: fc.record({ tool: fc.constantFrom("x", "y"), token: fc.nat(1), progress: fc.nat(9) }),
  },
);
const anyLog = fc
  .array(anyEvent, { maxLength: 60 })
  .map((events) => events.map((event, index): LogEntry => ({ seq: index + 1, at: AT, event })));

describe("names of calls", () => {
  const lost = (run: boolean): StreamEvent => ({ kind: "gap", missed: null, outcomes_lost: true, new_run: run });
  const begin = (call: string, tool: string): StreamEvent => ({ kind: "started", call, tool });
  const names = (log: CallLog) => only(log).map(({ id, tool }) => `${id} ${tool}`);

  it("are told apart by run where a daemon may give them again, and one that reads like such a name is another", () => {
    const log = fold(begin("c1", "a"), lost(true), begin("c1", "b"), lost(true), begin("c1", "c"), begin("r2-c1", "d"));
    expect(names(log)).toEqual(["c1 a", "r2-c1 b", "r4-c1 c", "r4-r2-c1 d"]);
    expect(names(fold(begin("r2-c1", "a"), lost(true), begin("c1", "b")))).toEqual(["r0-r2-c1 a", "r2-c1 b"]);
    expect(names(fold({ tool: "a" }, begin("n-1", "b")))).toEqual(["n-1 a", "r0-n-1 b"]);
    for (const id of log.calls.keys()) expect(callId(toldRun(id), toldCallId(id))).toBe(id);
  });

  it("of our own daemon mean the same call in every run: a write is delivered long after its daemon went", () => {
    const log = fold(
      begin("c1-aa", "write"),
      { kind: "queued", call: "c1-aa", tool: "write" },
      lost(false),
      begin("c1-bb", "write"),
      { kind: "delivered", call: "c1-aa", tool: "write" },
    );
    expect(only(log).map(({ id, state }) => `${id} ${state}`)).toEqual(["c1-aa delivered", "c1-bb running"]);
  });
});

const toldRun = (id: string): number => Number(/^r(\d+)-/.exec(id)?.[1] ?? 0);

describe("the fold", () => {
  it("gives the same calls to a reader that was cut anywhere and resumed with repetitions", () => {
    fc.assert(
      fc.property(anyLog, fc.nat(60), fc.nat(10), (entries, cut, overlap) => {
        const resumed = foldEntries(entries.slice(0, cut));
        foldEntries(entries.slice(Math.max(0, Math.min(cut, entries.length) - overlap)), resumed);
        expect(resumed).toEqual(foldEntries(entries));
      }),
    );
  });

  it("goes on from calls that another folded and sent, as if it had read everything itself", () => {
    fc.assert(
      fc.property(anyLog, fc.nat(60), (entries, cut) => {
        const before = foldEntries(entries.slice(0, cut));
        const log = createCallLog();
        log.lastSeq = before.lastSeq;
        log.gaps.push(...before.gaps);
        for (const call of only(before)) restoreCall(log, sent(call));
        foldEntries(entries.slice(cut), log);
        const whole = foldEntries(entries);
        expect(only(log)).toEqual(only(whole));
        expect([log.running, log.failed, log.lastSeq]).toEqual([whole.running, whole.failed, whole.lastSeq]);
      }),
    );
  });

  it("reads no call out of what is none", () => {
    const [call] = only(fold({ kind: "started", call: "a", tool: "t" }));
    for (const key of ["id", "tool", "state", "startedAt", "updatedAt", "firstSeq", "lastSeq"]) {
      expect(readCall({ ...call, [key]: ["else"] }), key).toBeUndefined();
    }
    expect([null, 7, "x", []].map(readCall)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("keeps its counts equal to what the calls say", () => {
    fc.assert(
      fc.property(anyLog, (entries) => {
        const log = foldEntries(entries);
        const calls = only(log);
        expect(log.running).toBe(calls.filter((call) => call.state === "running").length);
        expect(log.failed).toBe(calls.filter((call) => call.state === "failed").length);
      }),
    );
  });
});
