/** Proves that a session's state is said only on evidence, the strongest first. */
import { expect, it } from "vitest";
import { deriveStatus, type StatusFacts, withSince } from "./derive-status.ts";

const facts = (change: Partial<StatusFacts> = {}): StatusFacts => ({
  terminal: { state: "running" },
  attention: false,
  calls: { total: 0, running: 0, failed: 0 },
  lastTool: undefined,
  connected: true,
  ...change,
});

it.each([
  [{}, "running", "the program runs"],
  [{ calls: { total: 3, running: 1, failed: 1 }, lastTool: "build" }, "running", "build runs"],
  [{ calls: { total: 3, running: 2, failed: 0 } }, "running", "2 calls run"],
  [{ attention: true, calls: { total: 1, running: 1, failed: 0 } }, "needs_you", "bell"],
  [{ terminal: { state: "exited", code: 0, signal: null }, attention: true }, "finished", "exit code 0"],
  [{ terminal: { state: "exited", code: 3, signal: null } }, "failed", "exit code 3"],
  [{ terminal: { state: "exited", code: null, signal: "SIGKILL" } }, "failed", "SIGKILL"],
  [{ terminal: { state: "exited", code: null, signal: null } }, "unknown", "exit status unknown"],
  [{ terminal: { state: "failed", reason: "no such folder" } }, "failed", "no such folder"],
  [{ terminal: { state: "gone", reason: "the daemon that ran it is gone" } }, "unknown", "is gone"],
  [{ terminal: { state: "starting" } }, "starting", "being started"],
  [{ terminal: { state: "none" } }, "unknown", "only its tool calls"],
  [{ terminal: { state: "none" }, calls: { total: 1, running: 1, failed: 0 }, lastTool: "t" }, "running", "t runs"],
  [{ connected: false }, "unknown", "not connected"],
  [{ connected: false, terminal: { state: "exited", code: 0, signal: null } }, "finished", "exit code 0"],
  [{ signs: { word: "working" } }, "running", "the agent said that it works"],
  [
    { signs: { word: "working" }, terminal: { state: "running", title: "✋ Action Required" } },
    "running",
    "agent said",
  ],
  [
    { terminal: { state: "running", title: "✋ Action Required (api)" } },
    "needs_you",
    "title says: ✋ Action Required (api)",
  ],
  [
    { terminal: { state: "running", title: "⠂ Claude Code" }, signs: { quiet: true } },
    "running",
    "title says: ⠂ Claude Code",
  ],
  [
    { terminal: { state: "running", title: "⠂ x" }, calls: { total: 1, running: 1, failed: 0 }, lastTool: "t" },
    "running",
    "t runs",
  ],
  [{ terminal: { state: "exited", code: 1, title: "⠂ Claude Code" } }, "failed", "exit code 1"],
  [{ signs: { progress: { state: "value", percent: 42 } } }, "running", "its progress bar stands at 42 %"],
  [{ signs: { progress: { state: "indeterminate" }, quiet: true } }, "running", "its progress bar moves"],
  [{ signs: { progress: { state: "error", percent: 7 } } }, "running", "its progress bar shows an error at 7 %"],
  [{ signs: { progress: { state: "paused" } } }, "running", "its progress bar is paused"],
  [{ signs: { word: "idle" } }, "running", "said that it is idle"],
  [{ signs: { quiet: true } }, "running", "prints nothing"],
  [{ signs: { quiet: true }, attention: true }, "needs_you", "bell"],
] as [Partial<StatusFacts>, string, string][])("%j is %s", (change, state, evidence) => {
  const status = deriveStatus(facts(change));
  expect(status.state).toBe(state);
  expect(status.evidence).toContain(evidence);
});

it("keeps the moment since which a state holds, while the evidence may change", () => {
  const before = { state: "running", evidence: "a runs", since: "then" } as const;
  expect(withSince({ state: "running", evidence: "b runs" }, before, "now").since).toBe("then");
  expect(withSince({ state: "failed", evidence: "exit code 1" }, before, "now").since).toBe("now");
});

it("rests while nothing says that it works, and the moment of its rest is its own", () => {
  const facts = {
    terminal: { state: "running" },
    attention: false,
    calls: { total: 0, running: 0, failed: 0 },
    lastTool: undefined,
    connected: true,
  } as const;
  expect(deriveStatus({ ...facts, signs: { quiet: true } }).idle).toBe(true);
  expect(deriveStatus({ ...facts, signs: { word: "idle" } }).idle).toBe(true);
  expect(deriveStatus({ ...facts, signs: { word: "working", quiet: true } }).idle).toBeUndefined();
  expect(
    deriveStatus({ ...facts, calls: { total: 1, running: 1, failed: 0 }, signs: { quiet: true } }).idle,
  ).toBeUndefined();
  const before = { state: "running", evidence: "", since: "then" } as const;
  expect(withSince({ state: "running", evidence: "", idle: true }, before, "now").since).toBe("now");
});
