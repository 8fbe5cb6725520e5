/** Proves what `signalbox wait` takes for done, and what for a call for a person. */
import { expect, it } from "vitest";
import type { SessionStatus, SessionView } from "../../shared/protocol/app-frames.ts";
import { metBy, readUntil } from "./until.ts";

const view = (status: Partial<SessionStatus>, state: SessionView["terminal"]["state"] = "running"): SessionView => ({
  id: "s",
  agent: "claude",
  agent_name: "Claude Code",
  label: "l",
  cwd: "/",
  command: "claude",
  created_at: "",
  status: { state: "running", evidence: "", since: "", ...status },
  terminal: { state },
  calls: { total: 0, running: 0, failed: 0 },
});
const done = [{ kind: "done" }] as const;
const person = [{ kind: "needs-you" }] as const;

it.each([
  [view({}), undefined, undefined],
  [view({ idle: true }), undefined, undefined],
  [view({ state: "needs_you", needs: "prompt" }), "done", "needs-you"],
  [view({ state: "needs_you", needs: "failure" }), "done", "needs-you"],
  // A decision ends no turn: whoever waits for the end waits on.
  [view({ state: "needs_you", needs: "decision" }), undefined, "needs-you"],
  [view({ state: "needs_you", needs: "answer" }), undefined, "needs-you"],
  [view({ state: "needs_you", needs: "attention" }), undefined, "needs-you"],
  [view({ state: "finished" }, "exited"), "done", undefined],
  [view({ state: "failed" }, "exited"), "done", undefined],
  [view({ state: "unknown" }, "gone"), "done", undefined],
  // The daemon is away for a moment: nothing is known, and nothing has ended.
  [view({ state: "unknown" }), undefined, undefined],
])("%#", (session, ended, needed) => {
  expect(metBy(session, done)).toBe(ended);
  expect(metBy(session, person)).toBe(needed);
});

it("reads conditions, and says what is none", () => {
  expect(readUntil(["output a b"])).toEqual({ ok: true, value: [{ kind: "output", text: "a b" }] });
  expect(readUntil(["done", "output", "done", "needs-you"])).toEqual({
    ok: true,
    value: [{ kind: "done" }, { kind: "output", text: "done" }, { kind: "needs-you" }],
  });
  for (const words of [[], ["output"], ["output", ""], ["finished"]])
    expect(readUntil(words).ok, words.join()).toBe(false);
});
