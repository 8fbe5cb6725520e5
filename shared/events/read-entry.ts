/** Owns reading one entry of a session's log out of decoded JSON, quickly: progress, nearly all that ever comes, is recognised by hand. */
import { check } from "../protocol/schema.ts";
import { type LogEntry, logEntrySchema } from "./tool-event.ts";

/** Undefined for what is no entry. The full schema costs several microseconds, more than everything else that is done with an entry. */
export function readEntry(value: unknown): LogEntry | undefined {
  const quick = quickEntry(value);
  if (quick !== undefined) return quick;
  const entry = check(logEntrySchema, value);
  return entry.ok ? entry.value : undefined;
}

function quickEntry(value: unknown): LogEntry | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { seq, at, event } = unread(value);
  if (typeof seq !== "number" || typeof at !== "string" || typeof event !== "object" || event === null)
    return undefined;
  const { kind, call, tool, server, token, progress, total, message, timestamp } = unread(event);
  if ((kind !== "progress" && kind !== undefined) || typeof tool !== "string") return undefined;
  if (!isText(call) || !isText(server) || !isText(message) || !isText(timestamp)) return undefined;
  if (!isNumber(progress) || !isNumber(total) || !(isNumber(token) || isText(token))) return undefined;
  // A first event may also carry what only the schema reads.
  if ("args" in event || "cut" in event || "offset" in event) return undefined;
  return { seq, at, event: { kind, call, tool, server, token, progress, total, message, timestamp } };
}

/** The same object, as one of which nothing is known: only its type changes. */
export const unread: (value: object) => { readonly [name: string]: unknown } = Object;
const isNumber = (value: unknown): value is number | undefined => value === undefined || typeof value === "number";
const isText = (value: unknown): value is string | undefined => value === undefined || typeof value === "string";
