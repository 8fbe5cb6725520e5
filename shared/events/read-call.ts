/** Owns a call as it is kept and sent whole: its own JSON, without the arguments and results, which the events hold. */
import type { Call, CallState } from "./call.ts";
import { unread } from "./read-entry.ts";

const STATES: ReadonlySet<unknown> = new Set<CallState>([
  "running",
  "finished",
  "failed",
  "cancelled",
  "queued",
  "delivered",
  "discarded",
  "unknown",
]);
const isState = (value: unknown): value is CallState => STATES.has(value);

/** Undefined for what is no call. By hand: a page of history is a thousand of them, and the schema's way would be felt. */
export function readCall(value: unknown): Call | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, tool, server, token, state, startedAt, endedAt, updatedAt, message, firstSeq, lastSeq } = unread(value);
  const { durationMs, progress, total, updates, regressions, uncertain, error, offset } = unread(value);
  if (typeof id !== "string" || typeof tool !== "string" || !isState(state)) return undefined;
  if (typeof startedAt !== "string" || typeof updatedAt !== "string") return undefined;
  if (typeof firstSeq !== "number" || typeof lastSeq !== "number") return undefined;
  return {
    id,
    tool,
    server: text(server),
    token: typeof token === "number" ? token : text(token),
    state,
    startedAt,
    endedAt: text(endedAt),
    durationMs: number(durationMs),
    progress: number(progress),
    total: number(total),
    message: text(message),
    updatedAt,
    updates: number(updates) ?? 0,
    regressions: number(regressions) ?? 0,
    uncertain: uncertain === true,
    args: undefined,
    result: undefined,
    cut: undefined,
    error: readError(error),
    offset: number(offset),
    firstSeq,
    lastSeq,
  };
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

function readError(value: unknown): Call["error"] {
  if (typeof value !== "object" || value === null) return undefined;
  const { code, message } = unread(value);
  return typeof message === "string" ? { code: typeof code === "number" ? code : text(code), message } : undefined;
}
