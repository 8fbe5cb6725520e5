/** The daemon's `POST /session/start`: a session that is planned where its program is to run. */
import { agentIdSchema } from "./app-frames.ts";
import { terminalInfoSchema } from "./daemon-api.ts";
import { z } from "./schema.ts";

/** `POST /session/start`: what a person asked for, to be planned where the program is to run. */
export const startSessionRequestSchema = z.object({
  agent: agentIdSchema,
  cwd: z.string().max(4096).optional(),
  label: z.string().max(120).optional(),
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  servers: z.array(z.string()).optional(),
  cols: z.number().int().min(2).max(1000).optional(),
  rows: z.number().int().min(1).max(1000).optional(),
});
export type StartSessionRequest = z.infer<typeof startSessionRequestSchema>;
export const startedSessionSchema = z.object({
  session_id: z.string(),
  agent_name: z.string(),
  label: z.string(),
  cwd: z.string(),
  /** What runs, for display only. */
  command: z.string(),
  created_at: z.string(),
  terminal: terminalInfoSchema,
});
export type StartedSession = z.infer<typeof startedSessionSchema>;
