/** How long an agent waits for the answer to one call, as far as its launch decides that. */
import { z } from "./schema.ts";

const ms = z.number().int().min(1).max(2_147_483_647);

/** Milliseconds. Both limits are those of agents that tell nobody when they give a call up. */
export const callWaitSchema = z.object({
  /** The agent gives a call up after this long, whatever it hears of it. */
  limit_ms: ms.optional(),
  /** The agent gives a call up when it hears nothing of it for longer than `after_ms`; it looks every `check_ms` from the call's start. */
  silence: z.object({ after_ms: ms, check_ms: ms }).optional(),
  /** False: the person limits how long a tool may be silent, so nothing is said for a silent tool. */
  keep_waiting: z.boolean(),
});
export type CallWait = z.output<typeof callWaitSchema>;
