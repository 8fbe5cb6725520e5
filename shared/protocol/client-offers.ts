/** What daemons of one cluster say to each other of the programs that execute tools for agents. */
import { z } from "./schema.ts";

const object = z.custom<Record<string, unknown>>((value) => typeof value === "object" && value !== null);

/** `GET /client-offers`: the clients that are connected to that daemon. */
export const clientOffersSchema = z.object({
  clients: z
    .array(
      z.object({
        id: z.string().max(64),
        name: z.string().max(200),
        /** What it is called as a server there. */
        server: z.string().max(100),
        title: z.string().optional(),
        version: z.string().optional(),
        sessions: z.union([z.literal("all"), z.array(z.string())]),
        tools: z.array(object),
      }),
    )
    .max(100),
});
export type ClientOffer = z.infer<typeof clientOffersSchema>["clients"][number];

/** `POST /client-offers/{id}/call`. */
export const offeredCallSchema = z.object({
  tool: z.string(),
  args: object,
  session: z.object({ id: z.string(), label: z.string() }),
});
export type OfferedCall = z.infer<typeof offeredCallSchema>;

export const TASK_FAULTS = [
  "no-client",
  "client-left",
  "client-timeout",
  "client-failed",
  "client-busy",
  "invalid-input",
] as const;

/** A line of the answer to it: any progress, then how it ended. Empty lines say that it still runs. */
export const offeredLineSchema = z.union([
  z.object({ progress: object }),
  z.object({ end: z.object({ ok: z.literal(true), data: z.unknown() }) }),
  z.object({ end: z.object({ ok: z.literal(false), code: z.enum(TASK_FAULTS), message: z.string() }) }),
]);
