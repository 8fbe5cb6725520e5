/** The text frames of `/ws/mcp/events` under `signalbox.v1`. */
import { logEntrySchema } from "../events/tool-event.ts";
import { z } from "./schema.ts";

/** Server to client. A frame has exactly one of the three keys. */
export const eventServerFrameSchema = z.union([
  z.object({ events: z.array(logEntrySchema) }),
  /** Entries `from`…`to` (sequence numbers, inclusive) are no longer kept. */
  z.object({ gap: z.object({ missed: z.number(), from: z.number(), to: z.number() }) }),
  z.object({
    status: z.enum(["live", "reconnecting", "ended"]),
    /** Milliseconds until the next attempt; only while reconnecting. */
    retry_in_ms: z.number().optional(),
    detail: z.string().optional(),
  }),
]);
export type EventServerFrame = z.output<typeof eventServerFrameSchema>;

/** Client to server: whether superseded progress of the same call may be skipped. */
export const eventClientFrameSchema = z.object({ conflate: z.boolean() });
export type EventClientFrame = z.infer<typeof eventClientFrameSchema>;
