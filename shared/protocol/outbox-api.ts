/** What the daemon tells of writes that wait to be delivered. */
import { lenient, z } from "./schema.ts";

export const outboxEntrySchema = z.object({
  id: z.number(),
  /** Stamped before the first attempt, and sent along with every one. */
  key: z.string(),
  server: z.string(),
  tool: z.string(),
  /** The daemon's id of the session, and its name of the call. */
  session: z.string(),
  call: z.string(),
  /**
   * Where the call is found in the history: added by the gateway, absent when the session was deleted. Without `call` where
   * its name says too little, as in entries that an earlier version kept.
   */
  shown: lenient(z.object({ session: z.string(), call: lenient(z.string()) })),
  /** What it would write: its arguments as JSON text of at most 64,000 characters, without secrets. Not said by earlier daemons. */
  args: lenient(z.string()),
  /**
   * `queued`: is tried again. `dead`: the server refused it. `unknown`: the server may have carried it out and its answer
   * was lost; it is not tried again unless a person says so. `held`: the server or the tool is not what it was when the
   * write was made; it is not sent unless a person says so.
   */
  state: z.enum(["queued", "sending", "dead", "unknown", "held"]),
  reason: z.string().optional(),
  attempts: z.number(),
  created_at: z.string(),
  /** When the next attempt is due, ISO 8601; only while queued. */
  next_at: z.string().optional(),
  /** Added by the gateway where another machine keeps it: an `id` of `daemons`. Whoever retries or discards it names it too. */
  machine: z.string().optional(),
});
export type OutboxEntryView = z.infer<typeof outboxEntrySchema>;

/**
 * How many writes wait for their server, were refused by it, may have been carried out, or are held back: all but the first
 * wait for a person.
 */
export const outboxCountsSchema = z.object({
  waiting: z.number(),
  dead: z.number(),
  unknown: z.number(),
  /** Not said by earlier daemons. */
  held: z.number().optional(),
  /** Writes whose outcome stands in no event stream: `GET /outbox/outcomes` has them. Not said by earlier daemons. */
  untold: z.number().optional(),
});
export type OutboxCounts = z.infer<typeof outboxCountsSchema>;
/** Writes that wait for a person's decision. */
export const undecided = ({ dead, unknown, held }: OutboxCounts): number => dead + unknown + (held ?? 0);

/** `GET /outbox`; `POST /outbox/{id}/retry` and `DELETE /outbox/{id}` (discard) answer 204. */
export const outboxResponseSchema = z.object({
  entries: z.array(outboxEntrySchema),
  /** Paths of outboxes that were damaged and set aside: what waited in them was not delivered. Absent when there is none. */
  damaged: z.array(z.string()).optional(),
  /** Machines whose outboxes could not be asked now: ids of `daemons`. Absent where there are none. */
  missing: z.array(z.string()).optional(),
});
export type OutboxResponse = z.infer<typeof outboxResponseSchema>;

/**
 * `GET /outbox/outcomes`: what became of kept writes while their session had no event stream, the oldest ones; asked again
 * until there are none. `DELETE /outbox/outcomes/{id}` says that the history has it.
 */
export const outcomesResponseSchema = z.object({
  outcomes: z.array(
    z.object({
      id: z.number(),
      /** The daemon's id of the session, and its name of the call. */
      session: z.string(),
      call: z.string(),
      /** JSON of the tool event (`shared/events/tool-event.ts`). */
      event: z.string(),
    }),
  ),
});
export type OutcomesResponse = z.infer<typeof outcomesResponseSchema>;
