/** Owns what the daemon tells of writes that wait to be delivered. */
import { z } from "./schema.ts";

export const outboxEntrySchema = z.object({
  id: z.number(),
  /** Stamped before the first attempt, and sent along with every one. */
  key: z.string(),
  server: z.string(),
  tool: z.string(),
  session: z.string(),
  call: z.string(),
  /**
   * `queued`: is tried again. `dead`: the server refused it. `unknown`: the server may have carried it out and its answer
   * was lost; it is not tried again unless a person says so.
   */
  state: z.enum(["queued", "sending", "dead", "unknown"]),
  reason: z.string().optional(),
  attempts: z.number(),
  created_at: z.string(),
  /** When the next attempt is due, ISO 8601; only while queued. */
  next_at: z.string().optional(),
});
export type OutboxEntryView = z.infer<typeof outboxEntrySchema>;

/** How many writes wait for their server, were refused by it, or may have been carried out: the last two wait for a person. */
export const outboxCountsSchema = z.object({ waiting: z.number(), dead: z.number(), unknown: z.number() });
export type OutboxCounts = z.infer<typeof outboxCountsSchema>;

/** `GET /outbox`; `POST /outbox/{id}/retry` and `DELETE /outbox/{id}` (discard) answer 204. */
export const outboxResponseSchema = z.object({ entries: z.array(outboxEntrySchema) });
