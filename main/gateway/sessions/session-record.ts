/** What is remembered of a session across restarts of the gateway: what it is, where its daemons know it, and how it was started. */
import { agentTemplateSchema } from "../../../shared/protocol/agent-templates.ts";
import { agentIdSchema, sessionStatusSchema } from "../../../shared/protocol/app-frames.ts";
import { exposureSchema } from "../../../shared/protocol/preview-api.ts";
import { type Parsed, parseJson, z } from "../../../shared/protocol/schema.ts";
import { isSealed, type Sealer } from "../../home/sealer.ts";
import { type DaemonId, FOREIGN_DAEMON, OWN_DAEMON } from "../link/daemon-ref.ts";

/**
 * Kept in the journal. The token must outlive the gateway: a program is started again with it. In the file it is sealed
 * (decision 0029).
 */
export const sessionRecordSchema = z.object({
  id: z.string(),
  agent: agentIdSchema,
  agent_name: z.string(),
  /** What the agent's program said of itself when the session was made. */
  agent_version: z.string().optional(),
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
  mcp: z.preprocess(
    nameDaemon,
    z.object({
      /** The daemon that serves its tools. */
      daemon: z.string(),
      session_id: z.string(),
      token: z.string(),
      /** Which run of a foreign daemon gave the token: it is sent to no other. */
      run: z.string().optional(),
    }),
  ),
  /** The ids that it had before at the daemon that has its terminal, the newest 50, oldest first: what was kept under them is still its. */
  former: z.array(z.string()).optional(),
  /** The daemon that has its terminal; our own where it is absent. */
  terminal_daemon: z.string().optional(),
  /** Its id at that daemon; absent when there is no terminal. */
  terminal_session: z.string().optional(),
  terminal: z.object({
    state: z.enum(["none", "starting", "running", "exited", "failed", "gone"]),
    code: z.number().nullable().optional(),
    signal: z.string().nullable().optional(),
    reason: z.string().optional(),
    title: z.string().optional(),
  }),
  status: sessionStatusSchema.optional(),
  /** When its program was started last, and when one of its programs was seen to have ended last; ISO 8601. */
  ran: z.object({ from: z.string(), to: z.string().optional() }).optional(),
  /** A session that is deleted now had a later conversation of this agent in this folder. */
  overtaken: z.boolean().optional(),
  /** The ports that its previews may reach. */
  exposures: z.array(exposureSchema).optional(),
  /** The conversation that its agent was in last, by the agent's own name of it. */
  conversation: z.string().optional(),
  /** When the agent said that it began a turn, the newest 500. */
  turns: z.array(z.string()).optional(),
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** Earlier versions wrote whether the daemon was their own. */
function nameDaemon(mcp: unknown): unknown {
  if (typeof mcp !== "object" || mcp === null || !("own" in mcp)) return mcp;
  const { own, ...rest } = mcp;
  return { daemon: own === true ? OWN_DAEMON : FOREIGN_DAEMON, ...rest };
}

export const terminalDaemon = (record: Pick<SessionRecord, "terminal_daemon">): DaemonId =>
  record.terminal_daemon ?? OWN_DAEMON;

/** Whether its program is another machine's. */
export const isFar = (record: Pick<SessionRecord, "terminal_daemon">): boolean => terminalDaemon(record) !== OWN_DAEMON;

/** Whether the daemon that has its terminal serves its tools, too: the session then has one id there. */
export const isAtOneDaemon = (record: Pick<SessionRecord, "mcp" | "terminal_daemon">): boolean =>
  record.mcp.daemon === terminalDaemon(record);

/** The record as it is written. */
export function storedRecord(record: SessionRecord, sealer: Sealer): string {
  const { token } = record.mcp;
  return JSON.stringify({ ...record, mcp: { ...record.mcp, token: token === "" ? "" : sealer.seal(token) } });
}

/**
 * The record that was written. Its token is empty when it was sealed with another key: who has none is given a new
 * session. `plain` tells of one that was written before tokens were sealed.
 */
export function readRecord(text: string, sealer: Sealer): Parsed<{ record: SessionRecord; plain: boolean }> {
  const read = parseJson(sessionRecordSchema, text);
  if (!read.ok) return read;
  const record = read.value;
  const { token } = record.mcp;
  const plain = token !== "" && !isSealed(token);
  return {
    ok: true,
    value: { record: { ...record, mcp: { ...record.mcp, token: plain ? token : (sealer.open(token) ?? "") } }, plain },
  };
}

const MAX_FORMER = 50;

/** The ids that a session has had, after its daemon gave it another. */
export const formerIds = (record: SessionRecord): string[] => {
  const { former = [], mcp } = record;
  return (isAtOneDaemon(record) ? [...former, mcp.session_id] : former).slice(-MAX_FORMER);
};

/** All ids of a session at the daemon that has its terminal, the present ones first. */
export function daemonSessions(record: SessionRecord): string[] {
  const { mcp, terminal_session: terminal, former = [] } = record;
  return [
    ...new Set([
      ...(isAtOneDaemon(record) ? [mcp.session_id] : []),
      ...(terminal === undefined ? [] : [terminal]),
      ...former.toReversed(),
    ]),
  ];
}

/** Beginnings of turns that are kept of a session. */
const MAX_TURNS = 500;

/** The beginnings with this one, which the daemon tells again and again until there is a newer one. */
export function withTurn(turns: readonly string[] | undefined, began: string): string[] {
  if (turns?.at(-1) === began) return [...turns];
  return [...(turns ?? []), began].slice(-MAX_TURNS);
}
