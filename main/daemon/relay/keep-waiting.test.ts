/** Proves that agents with their own limits stay with a silent call, with a clock of its own. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RpcMessage } from "../rpc/message.ts";
import { type KeepWaitingOptions, keepWaiting, STILL_RUNNING_MS } from "./keep-waiting.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const HOUR = 60 * 60_000;

interface Limits {
  /** Silence after which the agent gives up, and how often it looks (0: at once). */
  idleMs?: number;
  checkMs?: number;
  /** It gives up after this long, whatever it hears. */
  totalMs?: number;
}

/** As each agent counts, which was read in their programs and measured. */
const AGENTS: Record<string, Limits> = {
  "opencode 1.18.33, by itself": { idleMs: 60_000 },
  "Claude Code 2.1.332, by itself": { idleMs: 300_000, checkMs: 30_000 },
  "Claude Code, started here": { idleMs: HOUR, checkMs: 30_000, totalMs: HOUR },
  "Codex 0.171.0, started here": { totalMs: HOUR },
  "Gemini CLI 0.61.0, started here": { totalMs: HOUR },
};

/** An agent that waits for one call; `gaveUpAt` is when it stopped, in milliseconds from the call. */
function agent({ idleMs = Infinity, checkMs = 0, totalMs = Infinity }: Limits, more: Partial<KeepWaitingOptions> = {}) {
  const startedAt = performance.now();
  let heardAt = startedAt;
  const seen: { progress: number; total?: unknown; message: string }[] = [];
  const self = { seen, gaveUpAt: undefined as number | undefined, told: [] as number[] };
  const stop = () => {
    self.gaveUpAt ??= performance.now() - startedAt;
  };
  let idle: NodeJS.Timeout | undefined;
  const heard = () => {
    heardAt = performance.now();
    if (checkMs > 0 || idleMs === Infinity) return;
    clearTimeout(idle);
    idle = setTimeout(stop, idleMs);
  };
  heard();
  if (checkMs > 0) setInterval(() => performance.now() - heardAt > idleMs && stop(), checkMs);
  if (totalMs !== Infinity) setTimeout(stop, totalMs);
  const kept = keepWaiting({
    token: 7,
    wait: undefined,
    longMs: HOUR,
    send(message: RpcMessage) {
      if (!("method" in message)) return;
      seen.push(message.params as (typeof seen)[number]);
      heard();
    },
    gaveUp: (afterMs) => self.told.push(afterMs),
    ...more,
  });
  return Object.assign(self, { kept, hears: heard });
}

describe("a silent call", () => {
  it.each(Object.entries(AGENTS))("of 50 minutes is waited for: %s", async (_name, limits) => {
    const one = agent(limits);
    await vi.advanceTimersByTimeAsync(50 * 60_000);
    expect(one.gaveUpAt).toBeUndefined();
    one.kept.end();
    const { length } = one.seen;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(one.seen).toHaveLength(length);
  });

  it("would be given up by these agents if nobody spoke for the server", async () => {
    const silent = agent(AGENTS["opencode 1.18.33, by itself"] ?? {}, { token: undefined });
    await vi.advanceTimersByTimeAsync(61_000);
    expect(silent).toMatchObject({ gaveUpAt: 60_000, seen: [] });
    silent.kept.end();
  });

  it("is told of with rising numbers, no total, and words that claim no progress", async () => {
    const one = agent({});
    await vi.advanceTimersByTimeAsync(46_000);
    expect(one.seen.map(({ message }) => message)).toEqual([
      "still running, 15 s",
      "still running, 30 s",
      "still running, 45 s",
    ]);
    expect(one.seen.every((params) => !("total" in params))).toBe(true);
    await vi.advanceTimersByTimeAsync(HOUR / 2);
    const numbers = one.seen.map(({ progress }) => progress);
    expect(numbers.every((value, at) => value < 0 && value > (numbers[at - 1] ?? -Infinity))).toBe(true);
    one.kept.end();
  });

  it.each([0, 1, 0.25, 41, 2 ** 53, -3, -0])(
    "that has reported %s gets numbers between it and any next one",
    async (last) => {
      const one = agent({});
      one.kept.heard({ progress: last, total: 100 });
      await vi.advanceTimersByTimeAsync(40 * 60_000);
      const numbers = one.seen.map(({ progress }) => progress);
      expect(numbers).toHaveLength(160);
      expect(numbers.every((value, at) => value > (numbers[at - 1] ?? last))).toBe(true);
      expect(numbers.at(-1)).toBeLessThan(last + Math.max(1e-9, Math.abs(last) * 1e-9));
      one.kept.end();
    },
  );

  it("is not spoken for while its server reports, nor for longer than the limit of long work", async () => {
    const one = agent({}, { longMs: 60_000 });
    for (let at = 0; at < 10; at += 1) {
      await vi.advanceTimersByTimeAsync(STILL_RUNNING_MS - 1);
      one.kept.heard({ progress: at });
    }
    expect(one.seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(one.seen).toHaveLength(4);
    one.kept.end();
  });
});

describe("an agent that gives up and tells nobody", () => {
  it("is known by its limit, to the millisecond, and spoken to no more", async () => {
    const one = agent({ totalMs: 300_000 }, { wait: { limit_ms: 300_000, keep_waiting: true } });
    await vi.advanceTimersByTimeAsync(420_000);
    expect(one.gaveUpAt).toBe(300_000);
    expect(one.told).toEqual([300_000]);
    expect(one.seen.length).toBeLessThanOrEqual(20);
  });

  it("is known by the person's own limit for silence, at the look at which Claude Code stops", async () => {
    const wait = { silence: { after_ms: 40_000, check_ms: 30_000 }, keep_waiting: false };
    const one = agent({ idleMs: 40_000, checkMs: 30_000 }, { wait });
    await vi.advanceTimersByTimeAsync(35_000);
    one.kept.heard({ progress: 1 });
    one.hears();
    await vi.advanceTimersByTimeAsync(200_000);
    expect(one.gaveUpAt).toBe(90_000);
    expect(one.told).toEqual([90_000]);
    expect(one.seen).toEqual([]);
  });
});
