/** Reads events, and entries of a session's log, out of decoded JSON: as their schemas do, and quickly where they are plain progress. */
import { quickReader } from "../protocol/quick-read.ts";
import { check } from "../protocol/schema.ts";
import { type LogEntry, logEntrySchema, type StreamEvent, streamEventSchema, toolEventSchema } from "./tool-event.ts";

const quickEvent = quickReader(toolEventSchema);

/** Undefined for what is no event. */
export function readStreamEvent(value: unknown): StreamEvent | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const quick = quickEvent(value);
  if (quick !== undefined) return quick;
  const event = check(streamEventSchema, value);
  return event.ok ? event.value : undefined;
}

/** Undefined for what is no entry. */
export function readEntry(value: unknown): LogEntry | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { seq, at, event } = unread(value);
  if (typeof seq !== "number" || typeof at !== "string" || typeof event !== "object" || event === null) {
    const entry = check(logEntrySchema, value);
    return entry.ok ? entry.value : undefined;
  }
  const read = readStreamEvent(event);
  return read === undefined ? undefined : { seq, at, event: read };
}

/** The same object, as one of which nothing is known: only its type changes. */
export const unread: (value: object) => { readonly [name: string]: unknown } = Object;
