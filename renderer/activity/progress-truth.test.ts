import { describe, expect, it } from "vitest";
import type { Call } from "../../shared/events/call.ts";
import { figures, hasNote, note, percentOf, progressBar, spoken, stateWord } from "./progress-truth.ts";

const START = Date.parse("2026-11-20T14:00:00Z");
const call = (change: Partial<Call>): Call => ({
  id: "c1",
  tool: "build",
  server: "workspace",
  state: "running",
  startedAt: "2026-11-20T14:00:00Z",
  endedAt: undefined,
  durationMs: undefined,
  progress: undefined,
  total: undefined,
  message: undefined,
  updatedAt: "2026-11-20T14:00:00Z",
  updates: 0,
  regressions: 0,
  uncertain: false,
  token: undefined,
  args: undefined,
  result: undefined,
  cut: undefined,
  error: undefined,
  offset: undefined,
  firstSeq: 1,
  lastSeq: 1,
  ...change,
});

describe("progress that nobody reported is never drawn", () => {
  it("gives a bar and percent with a total, an indeterminate bar with a count, and nothing without progress", () => {
    expect(progressBar(call({ progress: 31, total: 50 }))).toEqual({ kind: "percent", percent: 62 });
    expect(progressBar(call({ progress: 1204 }))).toEqual({ kind: "indeterminate" });
    expect(progressBar(call({}))).toBeUndefined();
  });

  it("draws no bar once the call has ended, however far it came", () => {
    expect(progressBar(call({ state: "failed", progress: 3, total: 9 }))).toBeUndefined();
  });

  it("does not divide by a total of nothing, nor exceed its bar", () => {
    expect(percentOf(call({ progress: 3, total: 0 }))).toBeUndefined();
    expect(percentOf(call({ progress: 3, total: Number.NaN }))).toBeUndefined();
    expect(percentOf(call({ progress: 30, total: 10 }))).toBe(100);
    expect(percentOf(call({ progress: -3, total: 10 }))).toBe(0);
  });

  it("never rounds up to 100 %: that would claim completion", () => {
    expect(percentOf(call({ progress: 999, total: 1000 }))).toBe(99);
  });
});

describe("the figures of a row", () => {
  it("say percent, count or only elapsed", () => {
    expect(figures(call({ progress: 31, total: 50 }), START + 9_400)).toBe("62% · 9.4 s");
    expect(figures(call({ progress: 1204 }), START + 9_100)).toBe("1,204 · 9.1 s");
    expect(figures(call({}), START + 300)).toBe("0.3 s");
  });

  it("say the daemon's measure of an ended call, even when clocks differ", () => {
    const ended = { state: "finished", endedAt: "2026-11-20T13:00:00Z" } as const;
    expect(figures(call({ ...ended, durationMs: 38_200 }), START)).toBe("38.2 s");
    expect(figures(call(ended), START)).toBe("0 ms");
  });

  it("claim no duration for a call whose end nobody saw", () => {
    expect(figures(call({ state: "unknown", endedAt: "2026-11-20T14:05:00Z" }), START)).toBe("");
  });
});

describe("the note of a row", () => {
  it("words silence as silence", () => {
    expect(note(call({ message: "Compiling" }), START + 45_000)).toBe("Compiling · no update for 45 s");
    expect(note(call({}), START + 45_000)).toBe("no update for 45 s");
    expect(note(call({}), START + 20_000)).toBeUndefined();
  });

  it("says Finishing at 100 % without a result", () => {
    expect(note(call({ progress: 5, total: 5, message: "Writing" }), START)).toBe("Finishing…");
    expect(stateWord(call({ progress: 5, total: 5 }))).toBe("finishing");
  });

  it("is expected exactly where there is one, so that rows have the right height", () => {
    const states = [
      "running",
      "finished",
      "failed",
      "cancelled",
      "queued",
      "delivered",
      "discarded",
      "unknown",
    ] as const;
    for (const state of states) {
      for (const change of [{}, { message: "m" }, { progress: 5, total: 5 }, { progress: 1 }, { uncertain: true }]) {
        const each = call({ state, ...change });
        expect(hasNote(each), JSON.stringify({ state, ...change })).toBe(note(each, START) !== undefined);
      }
    }
  });

  it("says of a refused call that it was refused and why, in words, and nothing of a time that it took", () => {
    const error = { code: "refused-hidden", message: "Tool write is not available: a rule hides it." };
    const refused = call({ state: "failed", error, durationMs: 0 });
    expect(note(refused, START)).toBe("Refused: Tool write is not available: a rule hides it.");
    expect(figures(refused, START)).toBe("refused");
    expect(spoken(refused, START)).toMatch(/, refused, Refused: Tool write[^,]*$/);
  });

  it("gives a failure its code and reason", () => {
    const failed = call({ state: "failed", error: { code: -32001, message: "Request timed out" } });
    expect(note(failed, START)).toBe("−32001 Request timed out");
  });

  it("A26: shows control characters of a message instead of obeying them", () => {
    expect(note(call({ message: "\u001b[31mred\u202egnp.exe" }), START)).toBe("␛[31mred\uFFFDgnp.exe");
  });

  it("says of a delivered write that it was, and how long it waited, not why it had to wait", () => {
    const delivered = { state: "delivered", endedAt: new Date(START + 22_000).toISOString() } as const;
    expect(note(call({ ...delivered, message: "answered 503" }), START)).toBe("Delivered after 22 s");
    expect(note(call({ ...delivered, message: "Delivered by hand" }), START)).toBe("Delivered by hand");
  });
});
