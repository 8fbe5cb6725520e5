/** Owns what is remembered of a session across restarts of the gateway: what it is, where its daemons know it, and how it was started. */
import { agentTemplateSchema } from "../../../shared/protocol/agent-templates.ts";
import { agentIdSchema, sessionStatusSchema } from "../../../shared/protocol/app-frames.ts";
import { z } from "../../../shared/protocol/schema.ts";

/** Kept in the journal, which is 0600 in a folder that is 0700: the token must outlive the gateway. */
export const sessionRecordSchema = z.object({
  id: z.string(),
  agent: agentIdSchema,
  agent_name: z.string(),
  label: z.string(),
  cwd: z.string(),
  command: z.string(),
  created_at: z.string(),
  /** What was asked for, to ask for it again. */
  request: z.object({
    command: z.string().optional(),
    args: z.array(z.string()).optional(),
    env: z.record(z.string(), z.string()).optional(),
    servers: z.array(z.string()).optional(),
    /** The person's own agent as it was then: changing or deleting it changes no session. */
    template: agentTemplateSchema.optional(),
  }),
  mcp: z.object({
    /** True when Signalbox's own daemon serves its tools. */
    own: z.boolean(),
    session_id: z.string(),
    token: z.string(),
    /** Which run of a foreign daemon gave the token: it is sent to no other. */
    run: z.string().optional(),
  }),
  /** Its id at our own daemon, which has the terminal; absent when there is none. */
  terminal_session: z.string().optional(),
  terminal: z.object({
    state: z.enum(["none", "starting", "running", "exited", "failed", "gone"]),
    code: z.number().nullable().optional(),
    signal: z.string().nullable().optional(),
    reason: z.string().optional(),
    title: z.string().optional(),
  }),
  status: sessionStatusSchema.optional(),
  /** When the agent said that it began a turn, the newest 500. */
  turns: z.array(z.string()).optional(),
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** Beginnings of turns that are kept of a session. */
const MAX_TURNS = 500;

/** The beginnings with this one, which the daemon tells again and again until there is a newer one. */
export function withTurn(turns: readonly string[] | undefined, began: string): string[] {
  if (turns?.at(-1) === began) return [...turns];
  return [...(turns ?? []), began].slice(-MAX_TURNS);
}
