/** Owns a call as the journal writes it: its own JSON, without the arguments and results that the events hold already. */
import type { Call, CallState } from "../../../shared/events/call.ts";
import { parseJson, z } from "../../../shared/protocol/schema.ts";

const STATES = [
  "running",
  "finished",
  "failed",
  "cancelled",
  "queued",
  "delivered",
  "discarded",
  "unknown",
] as const satisfies readonly CallState[];

const storedCallSchema = z.object({
  id: z.string(),
  tool: z.string(),
  server: z.string().optional(),
  state: z.enum(STATES),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  durationMs: z.number().optional(),
  progress: z.number().optional(),
  total: z.number().optional(),
  message: z.string().optional(),
  updatedAt: z.string(),
  updates: z.number(),
  regressions: z.number(),
  uncertain: z.boolean(),
  error: z.object({ code: z.union([z.number(), z.string()]).optional(), message: z.string() }).optional(),
  offset: z.number().optional(),
  firstSeq: z.number(),
  lastSeq: z.number(),
});

/** Numbers of the first and last event stand in it, so arguments and result are found again in `events`. */
export function writeCall(call: Call): string {
  return JSON.stringify({ ...call, args: undefined, result: undefined, cut: undefined });
}

/** Undefined for what another version wrote differently. */
export function readCall(text: string): Call | undefined {
  const stored = parseJson(storedCallSchema, text);
  if (!stored.ok) return undefined;
  const { server, endedAt, durationMs, progress, total, message, error, offset, ...rest } = stored.value;
  const told = { server, endedAt, durationMs, progress, total, message, error, offset };
  return { ...rest, ...told, args: undefined, result: undefined, cut: undefined };
}
