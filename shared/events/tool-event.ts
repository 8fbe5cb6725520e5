/** Defines the shape of one tool event as a daemon publishes it over SSE, and of one entry of a session's log. */
import { lenient, z } from "../protocol/schema.ts";
import { asNumber, isExactNumber } from "../text/exact-json.ts";
import { AGENT_TOOL_KINDS } from "./agent-tool.ts";

export const TOOL_EVENT_KINDS = [
  "started",
  "progress",
  "finished",
  "failed",
  "cancelled",
  "queued",
  "delivered",
  "discarded",
  /** The agent does not wait for the end any more; the call itself goes on. */
  "left",
  /** The agent waits again. */
  "returned",
] as const;

/**
 * `cancelled`: the agent said so. `disconnected`: nobody read its answer's stream any more. `limit`: the agent's own limit,
 * which is known here, was over.
 */
export const LEFT_WHY = ["cancelled", "disconnected", "limit"] as const;
export type LeftWhy = (typeof LEFT_WHY)[number];

/** What is counted here is a plain number, however its daemon wrote it (Python writes 10.0). */
const number = z.preprocess(asNumber, z.number());

/** A part of an event that is not in it whole. */
export const recordedPartSchema = z.object({
  /** JSON pointer into the event: `/result/content/0/data`. What it points to is shorter, or absent. */
  at: z.string(),
  /** Full size in bytes: of a text in UTF-8, of binary contents decoded, of anything else as JSON. */
  bytes: z.number(),
  /** How many bytes of a text are missing. Where they stood, the text says so: `… 1,234 bytes left out …`. */
  left_out: lenient(z.number()),
  /** How many members or items of it are missing. */
  items: lenient(z.number()),
  /** Kept whole beside the event, under this name (`GET /api/v1/sessions/{id}/parts/{name}`). */
  kept: lenient(z.string()),
});
export type RecordedPart = z.output<typeof recordedPartSchema>;

/**
 * One event about one tool call. A foreign daemon sends the first six fields only (no id, no start, no end);
 * Signalbox's own daemon adds the rest. Unknown fields are ignored.
 */
export const toolEventSchema = z.object({
  tool: z.string(),
  /** Progress token of the call. Integers from us and most agents, strings from some. */
  token: lenient(
    z.preprocess((value) => (isExactNumber(value) ? value.rawJSON : value), z.union([z.number(), z.string()])),
  ),
  progress: lenient(number),
  total: lenient(number),
  message: lenient(z.string()),
  /** ISO 8601, the daemon's clock. */
  timestamp: lenient(z.string()),
  /** One that is not known here is no event: what it tells would be made up. */
  kind: z
    .nullish(z.enum(TOOL_EVENT_KINDS))
    .transform((value) => value ?? undefined)
    .optional(),
  /** Name of the call. Signalbox's own daemon gives no name twice; another one's is unique within its run (call-id.ts). */
  call: lenient(z.string()),
  /** Name of the upstream MCP server. */
  server: lenient(z.string()),
  /** Its number among the session's events, as its daemon gave it. */
  seq: lenient(number),
  args: z.unknown().optional(),
  result: z.unknown().optional(),
  /**
   * Full size in bytes of JSON of arguments or a result of which something was recorded nowhere. Earlier versions recorded
   * a string then, the beginning of the JSON.
   */
  cut: lenient(z.object({ args: lenient(number), result: lenient(number) })),
  parts: lenient(z.array(recordedPartSchema)),
  error: lenient(
    z.preprocess(
      // Some daemons say it in one word.
      (value) => (typeof value === "string" ? { message: value } : value),
      z.object({
        code: lenient(z.union([number, z.string()])),
        message: z.string(),
        /** What its server says beside the message (JSON-RPC 2.0 §5.1). */
        data: z.unknown().optional(),
      }),
    ),
  ),
  duration_ms: lenient(number),
  /** With `left`: why the agent stopped waiting, how long after the call began, and in its own words where it gave any. */
  left: lenient(z.object({ why: z.enum(LEFT_WHY), after_ms: number, reason: lenient(z.string()) })),
  /** Position in bytes in the output of the session's terminal. */
  offset: lenient(number),
  /** Of a call that the agent made with a tool of its own: its kind, and the call of the subagent that made it. */
  agent: lenient(z.object({ kind: z.enum(AGENT_TOOL_KINDS).catch("other"), within: lenient(z.string()) })),
});

export type ToolEvent = z.output<typeof toolEventSchema>;

/** Says that events are missing here. It stands in the log like an event, so that every reader sees it at its place. */
export const gapEventSchema = z.object({
  kind: z.literal("gap"),
  /** How many events are missing; null when that cannot be known, as after the loss of the daemon itself. */
  missed: number.nullable().catch(null),
  /** When the link was lost and found again, ISO 8601. */
  from: lenient(z.string()),
  to: lenient(z.string()),
  /** True when the daemon that ran the calls is gone: the outcome of every running call is then unknown. */
  outcomes_lost: lenient(z.boolean()),
  /**
   * Only with `outcomes_lost`: what follows comes from a run, or a daemon, that may give its calls names that were given
   * before this gap. They are other calls (call-id.ts).
   */
  new_run: lenient(z.boolean()),
});

export type GapEvent = z.infer<typeof gapEventSchema>;

/** What one `data:` of the daemon's SSE stream may hold. */
export const streamEventSchema = z.union([gapEventSchema, toolEventSchema]);
export type StreamEvent = z.output<typeof streamEventSchema>;

/**
 * One entry of a session's log. `seq` is the number that our own daemon gave to the event; the gateway numbers what comes
 * from other daemons. `at` is when the gateway got it, ISO 8601.
 */
export const logEntrySchema = z.object({ seq: number, at: z.string(), event: streamEventSchema });
export type LogEntry = z.output<typeof logEntrySchema>;
