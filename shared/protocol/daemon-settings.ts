/** Owns the settings of the daemon as a whole, as a person changes them. */
import { z } from "./schema.ts";

/** `GET`/`PUT /settings`. What a PUT leaves out has its default again. */
export const daemonSettingsSchema = z.object({
  /** Whether an agent that disconnects ends the calls that it left running. */
  end_calls_on_disconnect: z.boolean().default(false),
  /** Minutes without a request and without a reader after which an MCP session is over. */
  session_idle_minutes: z.number().int().min(1).max(43_200).default(120),
});
export type DaemonSettings = z.output<typeof daemonSettingsSchema>;
