/** What the journal's thread is told first. */
import { z } from "../../../shared/protocol/schema.ts";

export const journalOptionsSchema = z.object({
  path: z.string(),
  /** Entries older than this go first, in milliseconds. */
  maxAgeMs: z.number(),
  /** Bytes of the file; the oldest entries of all sessions go when it is larger. */
  maxBytes: z.number(),
  /** Where large parts of results are, which count as well; none when absent. */
  results: z.string().optional(),
});
export type JournalOptions = z.infer<typeof journalOptionsSchema>;
export type JournalLimits = Omit<JournalOptions, "path" | "results">;
