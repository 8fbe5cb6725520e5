/** Proves that a replayed call tells at each moment what was known of it then, and nothing that came later. */
import { expect, it } from "vitest";
import type { ReplayCall } from "../../shared/protocol/replay-file.ts";
import { figures, note, progressBar } from "../activity/progress-truth.ts";
import { callAt } from "./call-at.ts";

const BEGAN = Date.parse("2026-01-01T00:00:00.000Z");
const at = (ms: number) => new Date(BEGAN + ms).toISOString();
const replay = (over: Partial<ReplayCall["call"]> = {}): ReplayCall => ({
  ms: 100,
  changes: [
    [100, "running", null, null, null],
    [500, "running", 1, 4, "one"],
    [900, "failed", 1, 4, "one"],
  ],
  call: {
    ...{ id: "a", tool: "scan", server: "fs", token: undefined, state: "failed", startedAt: at(100), endedAt: at(900) },
    ...{ durationMs: 801, progress: 1, total: 4, message: "one", updatedAt: at(900), updates: 1, regressions: 0 },
    ...{ uncertain: false, args: {}, result: { content: [] }, cut: undefined, error: { message: "No space" } },
    ...{ offset: undefined, firstSeq: 1, lastSeq: 3 },
    ...over,
  },
});
const said = (one: ReplayCall, ms: number) => {
  const call = callAt(one, ms, BEGAN);
  return call && [call.state, progressBar(call)?.kind, figures(call, BEGAN + ms), note(call, BEGAN + ms)];
};

it("has not begun, runs without and with a share, and failed: each in the words of the live list", () => {
  const one = replay();
  expect(said(one, 99)).toBeUndefined();
  expect(said(one, 300)).toEqual(["running", undefined, "0.2 s", undefined]);
  expect(said(one, 600)).toEqual(["running", "percent", "25% · 0.5 s", "one"]);
  expect(said(one, 900)).toEqual(["failed", undefined, "801 ms", "No space"]);
  expect(callAt(one, 600, BEGAN)).toMatchObject({ error: undefined, result: undefined });
});

it("a call that finished without ever telling a share of its work has no bar, neither then nor before", () => {
  const quiet = replay({ state: "finished", error: undefined });
  quiet.changes = [
    [100, "running", null, null, null],
    [900, "finished", null, null, null],
  ];
  expect(said(quiet, 500)).toEqual(["running", undefined, "0.4 s", undefined]);
  expect(said(quiet, 900)).toEqual(["finished", undefined, "801 ms", undefined]);
});

it("its agent waits for it until the moment at which it stopped waiting", () => {
  const one = replay({ left: { why: "limit", afterMs: 300 } });
  expect(callAt(one, 399, BEGAN)?.left).toBeUndefined();
  expect(callAt(one, 400, BEGAN)?.left).toEqual({ why: "limit", afterMs: 300 });
});
