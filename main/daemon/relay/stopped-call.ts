/** The words for a call that a person, or a rule of theirs, has stopped: to its agent, to its server, and in its record. */
import { formatLimit, STOPPED_BY_PERSON, STOPPED_BY_RULE } from "../../../shared/events/stopped.ts";
import type { CallError } from "../progress/call-recorder.ts";
import type { JsonObject } from "../rpc/message.ts";

/** `device`: where the person did it, where that was not the owner's own. `rule`: the limit that was over, in milliseconds. */
export type StoppedBy = { device?: string | undefined } | { rule: number };

export function stoppedError(by: StoppedBy): CallError {
  if ("rule" in by)
    return { code: STOPPED_BY_RULE, message: `Stopped by your rule: longer than ${formatLimit(by.rule)}` };
  const where = by.device === undefined ? "" : `, on ${by.device}`;
  return { code: STOPPED_BY_PERSON, message: `Stopped by you${where}` };
}

/** A result, not an error of the protocol: models are shown results. */
export function stoppedResult(by: StoppedBy): JsonObject {
  const text =
    "rule" in by
      ? `This call was stopped: the person lets this tool run for ${formatLimit(by.rule)} at most. It may have been carried out in part. Look before you repeat it.`
      : "The person stopped this call while it ran. It may have been carried out in part. Do not repeat it unless they ask you to.";
  return { content: [{ type: "text", text }], isError: true };
}

export const toServer = (by: StoppedBy): string =>
  "rule" in by ? "The call took longer than the person allows." : "The person stopped the call.";
