/** Reads a text frame of `/ws/mcp/events`: thousands of entries a second, so those are read by hand. */
import { readEntry, unread } from "../../shared/events/read-entry.ts";
import { type EventServerFrame, eventServerFrameSchema } from "../../shared/protocol/event-frames.ts";
import { check } from "../../shared/protocol/schema.ts";
import { parseExact } from "../../shared/text/exact-json.ts";

/** Undefined for what is no frame. What is no entry in one is left out. */
export function readEventFrame(json: string): EventServerFrame | undefined {
  let value: unknown;
  try {
    value = parseExact(json);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { events } = unread(value);
  if (Array.isArray(events)) return { events: events.flatMap((entry: unknown) => readEntry(entry) ?? []) };
  const checked = check(eventServerFrameSchema, value);
  return checked.ok ? checked.value : undefined;
}
