/** Proves that what a program shows of itself is told as it is, once, and not longer than it holds. */
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

it("a decision begins no turn; a prompt always does, and so does work after a turn that ended, failed or was refused", () => {
  const { signs } = watch();
  const turns: (string | undefined)[] = [];
  const say = (...kinds: ("working" | "waiting" | "finished" | "failed" | "idle" | "prompt")[]) => {
    for (const kind of kinds) {
      vi.advanceTimersByTime(1_000);
      signs.notice(kind === "prompt" ? { kind: "working", begins: true } : { kind });
      if (turns.at(-1) !== signs.info().turn_started_at) turns.push(signs.info().turn_started_at);
    }
    return turns.length;
  };
  expect(say("idle", "working", "waiting", "working", "waiting", "working", "finished")).toBe(1);
  expect(say("working", "failed")).toBe(2);
  expect(say("working", "waiting")).toBe(3);
  signs.typed(Buffer.from("\x1b"));
  expect(say("working", "waiting")).toBe(4);
  expect(say("prompt", "prompt")).toBe(6);
});

it("a prompt that a hook tells behind the agent's own word is one turn, and the next prompt is another", () => {
  const { signs } = watch();
  const turns = new Set<string | undefined>();
  const say = (notice: Parameters<typeof signs.notice>[0]) => {
    vi.advanceTimersByTime(80);
    signs.notice(notice);
    turns.add(signs.info().turn_started_at);
  };
  const work = { kind: "working" } as const;
  const prompt = { kind: "working", begins: true } as const;
  // As Claude Code 2.1.332 was seen to say them, in both orders.
  for (const notice of [work, prompt, { kind: "finished" }, { kind: "finished" }] as const) say(notice);
  expect(turns.size).toBe(1);
  for (const notice of [prompt, work, { kind: "failed" }, { kind: "failed", text: "x" }] as const) say(notice);
  expect(turns.size).toBe(2);
  // A prompt that waited for the end of the one before.
  for (const notice of [work, prompt, prompt] as const) say(notice);
  expect(turns.size).toBe(4);
  say({ kind: "finished" });
  say(work);
  vi.advanceTimersByTime(60_000);
  say(prompt);
  expect(turns.size).toBe(6);
});

it("an agent that only starts begins no turn; one that starts with a prompt does, when it began", () => {
  const starts = { kind: "working", starts: true } as const;
  const { signs } = watch();
  const at = () => signs.info().turn_started_at;
  // As Codex 0.171 was seen to say it: its start, a prompt, two decisions.
  signs.typed(Buffer.from("\r"));
  for (const kind of ["working", "idle", "working", "idle"] as const) {
    signs.notice(kind === "working" ? starts : { kind });
    expect(signs.info().agent_word).toBe(kind);
    vi.advanceTimersByTime(200);
  }
  vi.advanceTimersByTime(60_000);
  expect(at()).toBeUndefined();
  signs.typed(Buffer.from("a prompt"));
  const turns = new Set<string | undefined>();
  for (const kind of ["working", "waiting", "working", "waiting", "working", "finished"] as const) {
    signs.notice(kind === "working" ? starts : { kind });
    turns.add(at());
    vi.advanceTimersByTime(1_000);
  }
  expect(turns.size).toBe(1);
  for (const end of ["finished", "failed", "waiting"] as const) {
    signs.ended();
    signs.began();
    const began = new Date().toISOString();
    signs.notice(starts);
    vi.advanceTimersByTime(1_000);
    expect(at()).not.toBe(began);
    signs.notice({ kind: end });
    expect(at()).toBe(began);
  }
  signs.ended();
  signs.began();
  const began = new Date().toISOString();
  signs.notice(starts);
  vi.advanceTimersByTime(60_000);
  expect(at()).toBe(began);
  signs.ended();
  signs.began();
  signs.notice(starts);
  signs.ended();
  vi.advanceTimersByTime(60_000);
  expect(at()).toBe(began);
});

it("a title that blinks is told once, and what it ends with is told", () => {
  for (const [one, two] of [
    ["[ ! ] Action Required | api", "[ . ] Action Required | api"],
    ["\u25d0 Fix the build", "\u25d1 Fix the build"],
    ["\u23f3 waiting", "\u231b waiting"],
    ["* api", "  api"],
  ] as const) {
    const { signs, told } = watch();
    for (let second = 0; second < 30; second += 1) {
      signs.printed();
      signs.retitle(second % 2 === 0 ? one : two);
      vi.advanceTimersByTime(1_000);
    }
    expect(told.changes, one).toBeLessThanOrEqual(2);
    signs.retitle(one);
    vi.advanceTimersByTime(5_000);
    expect([one, "[ ! ] Action Required | api", "\u25d0 Fix the build"]).toContain(signs.info().title);
    signs.retitle("other");
    expect(signs.info().title).toBe("other");
  }
});

it("a title that says another state is told at once, however often it was shown", () => {
  const { signs } = watch();
  for (let turn = 0; turn < 5; turn += 1) {
    signs.retitle("\u2733 Claude Code");
    expect(signs.info().title).toBe("\u2733 Claude Code");
    signs.retitle("\u25d1 Claude Code");
    expect(signs.info().title).toBe("\u25d0 Claude Code");
    vi.advanceTimersByTime(500);
  }
});
