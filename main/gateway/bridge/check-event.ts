/** Owns the question whether the text of an event may be put into a frame as it stands. */

import { streamEventSchema } from "../../../shared/events/tool-event.ts";
import { check } from "../../../shared/protocol/schema.ts";

/**
 * For daemons that proved nothing: the text must be JSON of the known shape. Our own daemon, which proved that it holds
 * this home's key, writes its events with `JSON.stringify`; parsing them here would cost a third of the bridge's
 * throughput, so for it the outer braces are all that is looked at, and the journal's worker parses every entry.
 */
export function isEvent(text: string, trusted: boolean): boolean {
  if (trusted) return text.charCodeAt(0) === 0x7b && text.charCodeAt(text.length - 1) === 0x7d;
  try {
    return check(streamEventSchema, JSON.parse(text)).ok;
  } catch {
    return false;
  }
}
