/** Makes the answer to a repeated call out of the result that the first one had too late. */
import type { LateResult } from "../sessions/late-results.ts";
import type { Rescue } from "./forward.ts";

/** The answer is the server's own, behind one line that says whose it is and how old. */
export function answerFromLate({ result, startedAt, endedAt }: LateResult): Rescue {
  const seconds = Math.round((endedAt - startedAt) / 1_000);
  const began = new Date(startedAt).toISOString();
  const text = `Signalbox: the tool was not run again. This is the result of the same call that began at ${began}. It came after ${seconds} s, when the agent had stopped waiting.`;
  const content = Array.isArray(result.content) ? result.content : [];
  const answer = { ...result, content: [{ type: "text", text }, ...content] };
  const message = `Answered from the late result of the call that began at ${began}; the tool was not run again.`;
  return { result: answer, end: { kind: "finished", result: answer, message } };
}
