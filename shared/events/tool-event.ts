/** Owns the shape of one tool event as a daemon publishes it over SSE, and of one entry of a session's log. */
import { z } from "../protocol/schema.ts";

export const TOOL_EVENT_KINDS = [
  "started",
  "progress",
  "finished",
  "failed",
  "cancelled",
  "queued",
  "delivered",
  "discarded",
] as const;

/** A value that may be absent or, from a daemon written in another language, null. */
const maybe = <T extends z.ZodType>(schema: T) =>
  z
    .nullish(schema)
    .transform((value) => value ?? undefined)
    .optional();

/**
 * One event about one tool call. A foreign daemon sends the first six fields only (no id, no start, no end);
 * Signalbox's own daemon adds the rest. Unknown fields are ignored.
 */
export const toolEventSchema = z.object({
  tool: z.string(),
  /** Progress token of the call. Integers from us and most agents, strings from some. */
  token: maybe(z.union([z.number(), z.string()])),
  progress: maybe(z.number()),
  total: maybe(z.number()),
  message: maybe(z.string()),
  /** ISO 8601, the daemon's clock. */
  timestamp: maybe(z.string()),
  kind: maybe(z.enum(TOOL_EVENT_KINDS)),
  /** Identity of the call, unique within the session. */
  call: maybe(z.string()),
  /** Name of the upstream MCP server. */
  server: maybe(z.string()),
  /** Position in the session's stream at the daemon, from 1. */
  seq: maybe(z.number()),
  args: z.unknown().optional(),
  result: z.unknown().optional(),
  /** Full size in bytes of JSON of what was cut at MAX_RECORDED_BYTES; `args` or `result` is then a string, its beginning. */
  cut: maybe(z.object({ args: maybe(z.number()), result: maybe(z.number()) })),
  error: maybe(z.object({ code: maybe(z.union([z.number(), z.string()])), message: z.string() })),
  duration_ms: maybe(z.number()),
  /** Position in bytes in the output of the session's terminal. */
  offset: maybe(z.number()),
});

export type ToolEvent = z.output<typeof toolEventSchema>;

/** Says that events are missing here. It stands in the log like an event, so that every reader sees it at its place. */
export const gapEventSchema = z.object({
  kind: z.literal("gap"),
  /** How many events are missing; null when that cannot be known, as after the loss of the daemon itself. */
  missed: z.number().nullable(),
  /** When the link was lost and found again, ISO 8601. */
  from: z.string().optional(),
  to: z.string().optional(),
  /** True when the daemon that ran the calls is gone: the outcome of every running call is then unknown. */
  outcomes_lost: z.boolean().optional(),
});

export type GapEvent = z.infer<typeof gapEventSchema>;

/** What one `data:` of the daemon's SSE stream may hold. */
export const streamEventSchema = z.union([gapEventSchema, toolEventSchema]);
export type StreamEvent = z.output<typeof streamEventSchema>;

/** One entry of a session's log: `seq` counts from 1 per session, at the gateway; `at` is when the gateway got it, ISO 8601. */
export const logEntrySchema = z.object({ seq: z.number(), at: z.string(), event: streamEventSchema });
export type LogEntry = z.output<typeof logEntrySchema>;
