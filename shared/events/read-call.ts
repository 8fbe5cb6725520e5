/** A call as it is kept and sent whole: its own JSON, without the arguments and results, which the events hold. */
import { AGENT_TOOL_KINDS } from "./agent-tool.ts";
import type { Call, CallState } from "./call.ts";
import { unread } from "./read-entry.ts";
import { LEFT_WHY } from "./tool-event.ts";

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
  const { durationMs, progress, total, updates, regressions, uncertain, error, offset, mixed, about, left, agent } =
    unread(value);
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
    ...(typeof about === "string" && { about }),
    args: undefined,
    result: undefined,
    cut: undefined,
    error: readError(error),
    offset: number(offset),
    firstSeq,
    lastSeq,
    ...readLeft(left),
    ...readAgent(agent),
    ...(mixed === true && { mixed }),
  };
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

function readLeft(value: unknown): Pick<Call, "left"> {
  if (typeof value !== "object" || value === null) return {};
  const { why, afterMs, reason } = unread(value);
  const known = LEFT_WHY.find((word) => word === why);
  if (known === undefined || typeof afterMs !== "number") return {};
  return { left: { why: known, afterMs, ...(typeof reason === "string" && { reason }) } };
}

function readAgent(value: unknown): Pick<Call, "agent"> {
  if (typeof value !== "object" || value === null) return {};
  const { kind, within } = unread(value);
  const known = AGENT_TOOL_KINDS.find((word) => word === kind);
  return known === undefined ? {} : { agent: { kind: known, ...(typeof within === "string" && { within }) } };
}

function readError(value: unknown): Call["error"] {
  if (typeof value !== "object" || value === null) return undefined;
  const { code, message, data } = unread(value);
  if (typeof message !== "string") return undefined;
  return { code: typeof code === "number" ? code : text(code), message, ...(data !== undefined && { data }) };
}
