/** Marks events for tests, as our daemon does and as the gateway does for others. */
import { createEventMarks } from "../../../main/gateway/link/mark-events.ts";
import { codeOf, HAS, UNMARKED } from "../../../main/wire/event-batch.ts";
import { readStreamEvent } from "../../../shared/events/read-entry.ts";
import type { StreamEvent } from "../../../shared/events/tool-event.ts";

/** The four numbers that our daemon gives; `calls` gives each call that has a name its number. */
export function markOf(event: StreamEvent, calls: Map<string, number>, at: string): number[] {
  const now = Date.parse(at);
  if (event.kind === "gap") return [codeOf("gap", 0, 0), Number.NaN, Number.NaN, now];
  const { kind = "progress", call = "", progress, total, message } = event;
  const number = calls.get(call) ?? calls.size + 1;
  calls.set(call, number);
  const fields =
    (progress === undefined ? 0 : HAS.progress) |
    (total === undefined ? 0 : HAS.total) |
    (message === undefined ? 0 : HAS.message);
  return [codeOf(kind, number, fields), progress ?? Number.NaN, total ?? Number.NaN, now];
}

/** Gives the marks of a foreign daemon's events, one text after the other; what is no event has none. */
export function foreignMarks(): (text: string) => number[] {
  const marking = createEventMarks();
  return (text) => {
    const event = readStreamEvent(JSON.parse(text));
    if (event === undefined) return [UNMARKED, 0, 0, 0];
    marking.mark(event);
    return [...marking.marks];
  };
}
