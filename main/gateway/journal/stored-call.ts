/** A call as the journal writes it: its own JSON, without the arguments and results that the events hold already. */
import type { Call } from "../../../shared/events/call.ts";
import { readCall } from "../../../shared/events/read-call.ts";

/** Numbers of the first and last event stand in it, so arguments and result are found again in `events`. */
export function writeCall(call: Call): string {
  return JSON.stringify({ ...call, args: undefined, result: undefined, cut: undefined, parts: undefined });
}

/** Undefined for what another version wrote differently. */
export function readStoredCall(text: string): Call | undefined {
  try {
    return readCall(JSON.parse(text));
  } catch {
    return undefined;
  }
}
