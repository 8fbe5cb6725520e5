/** The bodies of the daemon's HTTP surface: what the gateway sends and what a daemon answers. */

import { gapEventSchema } from "../events/tool-event.ts";
import { AGENT_WORDS } from "./agent-words.ts";
import { callWaitSchema } from "./call-wait.ts";
import { inboxSummarySchema } from "./inbox-api.ts";
import { outboxCountsSchema } from "./outbox-api.ts";
import { daemonPortSchema } from "./preview-api.ts";
import { lenient, z } from "./schema.ts";

/** Names by which Signalbox's own daemon tells what it can do beyond the common surface. */
export const DAEMON_FEATURES = [
  "replay",
  "outcomes",
  "terminal",
  "servers",
  "notices",
  "unique-calls",
  "numbers",
  "batches",
] as const;
/** No call has the name that another has, of whichever session and run. */
export const UNIQUE_CALLS: (typeof DAEMON_FEATURES)[number] = "unique-calls";
/** Its events come as batches to a gateway that asks for them (main/wire/event-batch.ts). */
export const EVENT_BATCHES: (typeof DAEMON_FEATURES)[number] = "batches";
/** The numbers of a session's events never repeat, in no run: every history gives an event this number. */
export const NUMBERS: (typeof DAEMON_FEATURES)[number] = "numbers";

export const healthSchema = z.object({
  status: z.string(),
  pid: lenient(z.number()),
  uptime_seconds: lenient(z.number()),
  started_at: lenient(z.string()),
  protocol_version: lenient(z.union([z.number(), z.string()])),
  /** Absent from a foreign daemon. */
  features: lenient(z.array(z.string())),
  /** Version of the Signalbox that serves it. */
  version: lenient(z.string()),
  /** Hex HMAC-SHA256 of the asked nonce under `<home>/daemon.key`. */
  /** Of earlier versions: names no port, so it buys nothing. */
  proof: lenient(z.string()),
  port_proof: lenient(z.string()),
});
export type Health = z.infer<typeof healthSchema>;

export const createSessionRequestSchema = z.object({
  cwd: z.string().optional(),
  label: z.string().optional(),
  agent: z.string().optional(),
  /** Names of the only upstream servers to offer; all when absent. */
  servers: z.array(z.string()).optional(),
  /** Id of a session that this one goes on, perhaps of an earlier daemon run: its tool settings become this one's. */
  after: z.string().min(1).max(64).optional(),
  /** The highest number in the history that this session continues: its events are numbered above it. */
  numbers_above: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});
export type CreateSessionRequest = z.infer<typeof createSessionRequestSchema>;

export const createSessionResponseSchema = z.object({ session_id: z.string(), token: z.string(), cwd: z.string() });
export type CreateSessionResponse = z.infer<typeof createSessionResponseSchema>;

/** `POST /session/{id}/terminal`: what to run, or `{restart: true}` to run the same again once it has exited. */
export const startTerminalRequestSchema = z.union([
  z.object({ restart: z.literal(true) }),
  z.object({
    command: z.string().min(1),
    args: z.array(z.string()),
    /** Added to what is inherited, from which Signalbox's secrets have been removed; null removes a variable. */
    env: z.record(z.string(), z.string().nullable()),
    /**
     * What the shell has from which the session was started: inherited in place of the daemon's own environment, by this start and by
     * later ones of this session. Kept in memory alone.
     */
    shell_env: z.record(z.string(), z.string()).optional(),
    /** What is inherited where the session came from no shell: the environment of the app that starts it. */
    app_env: z.record(z.string(), z.string()).optional(),
    cwd: z.string(),
    cols: z.number().int().min(2).max(1000),
    rows: z.number().int().min(1).max(1000),
    /** False: what the terminal shows is not recorded. */
    record: z.boolean().optional(),
    /** How long the program waits for the answer to one call, where it is an agent of which that is known. */
    call_wait: callWaitSchema.optional(),
  }),
]);
export type StartTerminalRequest = z.infer<typeof startTerminalRequestSchema>;

/** OSC 9;4: what a program says of its own progress. */
export const terminalProgressSchema = z.object({
  state: z.enum(["value", "error", "indeterminate", "paused"]),
  percent: z.number().min(0).max(100).optional(),
});
export type TerminalProgress = z.infer<typeof terminalProgressSchema>;

/** `POST /session/{id}/calls/{call}/stop`: the device at which a person does it, where that is not the owner's own. */
export const stopCallRequestSchema = z.object({ device: z.string().max(200).optional() });
export type StopCallRequest = z.infer<typeof stopCallRequestSchema>;

export const terminalInfoSchema = z.object({
  state: z.enum(["running", "exited"]),
  pid: z.number(),
  cols: z.number(),
  rows: z.number(),
  title: z.string(),
  started_at: z.string(),
  ended_at: z.string().optional(),
  /** Exit status; null when a signal ended it. */
  code: z.number().nullable().optional(),
  signal: z.string().nullable().optional(),
  /** True from a bell, a notification or an agent's own word until somebody types or the agent works on. */
  attention: z.boolean(),
  /** What asked for it: "the terminal rang its bell", "the agent waits for your decision". */
  attention_reason: z.string().optional(),
  /** What it is asked for; absent from earlier versions. */
  attention_need: lenient(z.enum(["decision", "prompt", "failure", "attention"])),
  /** The last word that the agent said of itself; absent until it says one, and after somebody interrupted it. */
  agent_word: z.enum(AGENT_WORDS).optional(),
  /** When the agent last said that it began a turn, ISO 8601. */
  turn_started_at: z.string().optional(),
  progress: terminalProgressSchema.optional(),
  /** True while the program runs and has printed nothing for 10 seconds. */
  quiet: z.boolean().optional(),
});
export type TerminalInfo = z.infer<typeof terminalInfoSchema>;

export const asksSchema = z.object({ open: z.number(), first: z.string() });
export type Asks = z.infer<typeof asksSchema>;

/** `POST /session/{id}/terminal/stop` → by what the program ended; null: it had ended. */
export const stoppedTerminalSchema = z.object({ by: z.enum(["SIGTERM", "SIGKILL"]).nullable() });
export type StoppedTerminal = z.infer<typeof stoppedTerminalSchema>;

export const daemonSessionSchema = z.object({
  session_id: z.string(),
  label: z.string().optional(),
  agent: z.string().optional(),
  cwd: z.string(),
  created_at: z.string(),
  terminal: terminalInfoSchema.nullable(),
  /** MCP clients connected now. */
  clients: z.number(),
  /** The conversation that its agent is in, by the agent's own name of it. */
  conversation: lenient(z.string()),
  /** Ports that its programs listen on, and exposed ones that anybody listens on. Absent where this is not known. */
  ports: z.array(daemonPortSchema).optional(),
  /** What waits for a person in it: how much, and the first of it in a line. Absent when nothing does. */
  asks: asksSchema.optional(),
});
export type DaemonSession = z.infer<typeof daemonSessionSchema>;
/** `POST /session/{id}/over`: the entry that ends the history of a session that the daemon does not have; the same each time. */
export const sessionOverSchema = z.object({ seq: z.number(), event: gapEventSchema });

export const daemonSessionsSchema = z.object({ sessions: z.array(daemonSessionSchema) });

/**
 * `GET` and `PUT /api/v1/servers`: each entry under its name, as it is written in `<home>/servers.json`, under whichever key
 * and in whichever form (`shared/servers/`). Credentials are masks, and a mask stands for the value that is kept.
 */
export const serversFileSchema = z.object({
  mcpServers: z.record(z.string(), z.unknown()),
  /** Of the file that was read; a `PUT` that names another one is refused, so that nothing is written over unseen. */
  version: z.string().optional(),
});
export type ServersFile = z.infer<typeof serversFileSchema>;

export const serverStatusSchema = z.object({
  name: z.string(),
  transport: z.enum(["stdio", "http", "builtin", "client"]),
  state: z.enum(["connecting", "ready", "failed", "disabled"]),
  /** Why it failed, in a sentence, with the end of its stderr where there is one; of one that is ready, what it offers that is left out. */
  reason: z.string().optional(),
  /** It answers only after a person has signed in: `POST /servers/{name}/sign-in` gives the address to open. */
  sign_in: z.boolean().optional(),
  tools: z.array(
    z.object({
      name: z.string(),
      description: z.string().optional(),
      /** Its server describes it otherwise than it was first seen or accepted. */
      changed: z.boolean().optional(),
    }),
  ),
  /** What its entry says that has no effect here, each with its reason. */
  notes: z.array(z.string()).optional(),
  /** Ids of values that its entry asks for and nobody has given: each is kept as the secret of that name. */
  needs: z.array(z.object({ id: z.string(), description: z.string().optional() })).optional(),
  /** Of a server with several: each address as configured, and why it cannot be reached where it cannot. */
  instances: z.array(z.object({ url: z.string(), away: z.string().optional() })).optional(),
  /** Milliseconds from the start of the connection to its tool list. */
  latency_ms: z.number().optional(),
});
export type ServerStatus = z.infer<typeof serverStatusSchema>;

export const serversResponseSchema = z.object({
  servers: z.array(serverStatusSchema),
  /** What is wrong with servers.json; the last good one then stays in force. */
  error: z.string().optional(),
});
export type ServersResponse = z.infer<typeof serversResponseSchema>;

/** `POST /servers/test`: connects once, lists the tools, disconnects. */
export const testServerRequestSchema = z.object({ name: z.string().optional(), config: z.unknown() });

/** One `data:` of the daemon's `GET /events`: what changed, for a gateway that keeps a list. The first is always `sessions`. */
export const daemonNoticeSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("sessions"), sessions: z.array(daemonSessionSchema) }),
  z.object({ type: z.literal("session"), session: daemonSessionSchema }),
  z.object({ type: z.literal("session_ended"), session_id: z.string() }),
  z.object({ type: z.literal("servers"), servers: z.array(serverStatusSchema), error: z.string().optional() }),
  z.object({ type: z.literal("outbox"), outbox: outboxCountsSchema }),
  z.object({ type: z.literal("inbox"), inbox: inboxSummarySchema }),
]);
export type DaemonNotice = z.infer<typeof daemonNoticeSchema>;
