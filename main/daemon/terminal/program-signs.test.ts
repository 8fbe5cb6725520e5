/** Owns the proof that what a program shows of itself is told as it is, once, and not longer than it holds. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createProgramSigns, QUIET_MS } from "./program-signs.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const watch = () => {
  const told = { changes: 0 };
  const signs = createProgramSigns(Date.now, () => {
    told.changes += 1;
  });
  return { signs, told };
};

it("silence is told once, after a minute without output, and taken back by the next", () => {
  const { signs, told } = watch();
  vi.advanceTimersByTime(QUIET_MS - 1);
  signs.printed();
  vi.advanceTimersByTime(QUIET_MS - 1);
  expect(signs.info().quiet).toBeUndefined();
  expect(told.changes).toBe(0);
  vi.advanceTimersByTime(1);
  expect(signs.info().quiet).toBe(true);
  vi.advanceTimersByTime(10 * QUIET_MS);
  expect(told.changes).toBe(1);
  signs.printed();
  expect(signs.info().quiet).toBeUndefined();
  expect(told.changes).toBe(2);
});

it("a spinner in the title is told once, not at each turn", () => {
  const { signs, told } = watch();
  for (const spinner of "\u2802\u2810\u2802\u2819\u2838") signs.retitle(`${spinner} Claude Code`);
  expect(told.changes).toBe(1);
  expect(signs.info().title).toBe("\u2802 Claude Code");
  signs.retitle("\u2733 Claude Code");
  expect(told.changes).toBe(2);
});

it("a turn begins with the first word of it, and every turn is told", () => {
  const { signs, told } = watch();
  signs.notice({ kind: "working" });
  const first = signs.info().turn_started_at;
  expect(first).toBeDefined();
  vi.advanceTimersByTime(5_000);
  signs.notice({ kind: "working" });
  expect(signs.info().turn_started_at).toBe(first);
  signs.notice({ kind: "finished" });
  signs.notice({ kind: "working" });
  expect(signs.info().turn_started_at).not.toBe(first);
  expect(told.changes).toBeGreaterThanOrEqual(3);
});

it("progress is what the program said last, and nothing is left of a program that ended", () => {
  const { signs, told } = watch();
  signs.progress({ state: "value", percent: 10 });
  signs.progress({ state: "value", percent: 10 });
  expect(told.changes).toBe(1);
  signs.notice({ kind: "waiting" });
  expect(signs.info()).toMatchObject({ attention: true, agent_word: "waiting", progress: { percent: 10 } });
  signs.ended();
  signs.notice({ kind: "bell" });
  signs.progress({ state: "indeterminate" });
  vi.advanceTimersByTime(2 * QUIET_MS);
  expect(signs.info()).toEqual({ title: "", attention: false });
  signs.began();
  vi.advanceTimersByTime(QUIET_MS);
  expect(signs.info().quiet).toBe(true);
});

it("a title that goes from work to ready calls a person, unless that person has just interrupted it", () => {
  const { signs } = watch();
  signs.retitle("\u25c7  Ready (api)");
  expect(signs.info().attention).toBe(false);
  signs.retitle("\u2726  Working\u2026 (api)");
  signs.typed(Buffer.from("\x1b"));
  signs.retitle("\u25c7  Ready (api)");
  expect(signs.info().attention).toBe(false);
  signs.retitle("\u2726  Working\u2026 (api)");
  vi.advanceTimersByTime(5_000);
  signs.retitle("\u25c7  Ready (api)");
  expect(signs.info()).toMatchObject({ attention: true, attention_reason: "its title says: \u25c7  Ready (api)" });
  signs.typed(Buffer.from("n"));
  expect(signs.info().attention).toBe(false);
});
