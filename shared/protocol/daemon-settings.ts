/** The settings of the daemon as a whole, as a person changes them. */
import { AGENT_TOOL_KINDS, SHOWN_KINDS } from "../events/agent-tool.ts";
import { z } from "./schema.ts";

/** `GET`/`PUT /settings`. What a PUT leaves out has its default again. */
export const daemonSettingsSchema = z.object({
  /** Whether an agent that disconnects ends the calls that it left running. */
  end_calls_on_disconnect: z.boolean().default(false),
  /** Minutes without a request and without a reader after which an MCP session is over. */
  session_idle_minutes: z.number().int().min(1).max(43_200).default(120),
  /** Seconds without a running call and without a reader after which an MCP session's servers are closed until they are wanted again. */
  server_idle_seconds: z.number().int().min(1).max(86_400).default(30),
  /** Minutes that agents are told to wait for one call, and for which a silent call is kept alive in an agent. */
  long_call_minutes: z.number().int().min(1).max(1_440).default(60),
  /** Whether agents may ask the person and show their steps: the server `signalbox`. */
  person_tools: z.boolean().default(true),
  /** The kinds of an agent's own tools that are shown as calls. */
  agent_tools: z
    .array(z.enum(AGENT_TOOL_KINDS))
    .max(AGENT_TOOL_KINDS.length)
    .default([...SHOWN_KINDS]),
});
export type DaemonSettings = z.output<typeof daemonSettingsSchema>;
