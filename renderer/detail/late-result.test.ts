/** Proves what of a late result is handed to the agent's terminal. */
import { expect, it } from "vitest";
import type { Call } from "../../shared/events/call.ts";
import { applyEntry, createCallLog } from "../../shared/events/fold.ts";
import type { ToolEvent } from "../../shared/events/tool-event.ts";
import { figures, hasNote, note, spoken, stateWord } from "../activity/progress-truth.ts";
import { callJson, callMarkdown } from "./copy-call.ts";
import { lateResultText } from "./late-result.ts";

const BEGAN = "2026-01-01T10:00:00.000Z";
const ENDED = "2026-01-01T10:07:00.000Z";

function call(...events: Partial<ToolEvent>[]): Call {
  const log = createCallLog();
  for (const [at, event] of [{ kind: "started" as const }, ...events].entries()) {
    applyEntry(log, {
      seq: at + 1,
      at: BEGAN,
      event: { tool: "build", server: "ci", call: "c1", timestamp: BEGAN, ...event },
    });
  }
  const only = log.calls.get("c1");
  if (only === undefined) throw new Error("no call");
  return only;
}
const LEFT: Partial<ToolEvent> = { kind: "left", left: { why: "limit", after_ms: 300_000, reason: undefined } };
const FINISHED: Partial<ToolEvent> = {
  kind: "finished",
  timestamp: ENDED,
  duration_ms: 420_000,
  result: {
    content: [
      { type: "text", text: "built" },
      { type: "image", data: "AA==" },
    ],
  },
};
const WORDS = "The agent stopped waiting at 300 s (its own limit); the tool went on and finished at 420 s";

it("a call that ended after its agent had stopped waiting is nowhere finished alone", () => {
  const late = call(LEFT, FINISHED);
  expect(note(late, 0)).toBe(WORDS);
  expect(hasNote(late)).toBe(true);
  expect(figures(late, 0)).toBe("late · 7m 00s");
  expect(stateWord(late)).toBe("finished too late for the agent");
  expect(spoken(late, 0)).toContain(WORDS);
  expect(JSON.parse(callJson(late))).toMatchObject({ agent_left: { why: "limit", after_ms: 300_000, words: WORDS } });
  expect(callMarkdown(late)).toContain(WORDS);
});

it("a call that goes on without its agent says so while it runs", () => {
  expect(note(call(LEFT), Date.parse(BEGAN))).toBe(
    "The agent stopped waiting at 300 s (its own limit); the tool keeps running",
  );
});

it("hands on the texts of a late result, and nothing of a call whose agent has its result", () => {
  expect(lateResultText(call(LEFT, FINISHED))).toBe(
    "Late result of the tool call build of ci:\nbuilt\n[image, not in this text]",
  );
  expect(lateResultText(call(FINISHED))).toBeUndefined();
  expect(lateResultText(call(LEFT, { kind: "returned" }, FINISHED))).toBeUndefined();
  expect(lateResultText(call(LEFT))).toBeUndefined();
  const long = lateResultText(
    call(LEFT, { ...FINISHED, result: { content: [{ type: "text", text: "x".repeat(40_000) }] } }),
  );
  expect(long).toMatch(/\n… 7,232 more characters$/);
});
