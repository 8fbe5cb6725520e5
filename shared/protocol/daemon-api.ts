/** Owns the bodies of the daemon's HTTP surface: what the gateway sends and what a daemon answers. */

import { AGENT_WORDS } from "./agent-words.ts";
import { outboxCountsSchema } from "./outbox-api.ts";
import { z } from "./schema.ts";

/** Names by which Signalbox's own daemon tells what it can do beyond the common surface. */
export const DAEMON_FEATURES = ["replay", "outcomes", "terminal", "servers", "notices"] as const;

export const healthSchema = z.object({
  status: z.string(),
  pid: z.number().optional(),
  uptime_seconds: z.number().optional(),
  started_at: z.string().optional(),
  protocol_version: z.union([z.number(), z.string()]).optional(),
  /** Absent from a foreign daemon. */
  features: z.array(z.string()).optional(),
  /** Version of the Signalbox that serves it. */
  version: z.string().optional(),
  /** Hex HMAC-SHA256 of the asked nonce under `<home>/daemon.key`. */
  proof: z.string().optional(),
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
    /** Added to the daemon's own environment, from which Signalbox's secrets have been removed; null removes a variable. */
    env: z.record(z.string(), z.string().nullable()),
    cwd: z.string(),
    cols: z.number().int().min(2).max(1000),
    rows: z.number().int().min(1).max(1000),
    /** False: what the terminal shows is not recorded. */
    record: z.boolean().optional(),
  }),
]);
export type StartTerminalRequest = z.infer<typeof startTerminalRequestSchema>;

/** OSC 9;4: what a program says of its own progress. */
export const terminalProgressSchema = z.object({
  state: z.enum(["value", "error", "indeterminate", "paused"]),
  percent: z.number().min(0).max(100).optional(),
});
export type TerminalProgress = z.infer<typeof terminalProgressSchema>;

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
  /** The last word that the agent said of itself; absent until it says one, and after somebody interrupted it. */
  agent_word: z.enum(AGENT_WORDS).optional(),
  /** When the agent last said that it began a turn, ISO 8601. */
  turn_started_at: z.string().optional(),
  progress: terminalProgressSchema.optional(),
  /** True while the program runs and has printed nothing for a minute. */
  quiet: z.boolean().optional(),
});
export type TerminalInfo = z.infer<typeof terminalInfoSchema>;

export const daemonSessionSchema = z.object({
  session_id: z.string(),
  label: z.string().optional(),
  agent: z.string().optional(),
  cwd: z.string(),
  created_at: z.string(),
  terminal: terminalInfoSchema.nullable(),
  /** MCP clients connected now. */
  clients: z.number(),
});
export type DaemonSession = z.infer<typeof daemonSessionSchema>;
export const daemonSessionsSchema = z.object({ sessions: z.array(daemonSessionSchema) });

/** One upstream as people write it in `mcpServers`. Either a command (stdio) or a url (Streamable HTTP). */
export const serverConfigSchema = z.union([
  z.object({
    command: z.string().min(1),
    args: z.array(z.string()).optional(),
    env: z.record(z.string(), z.string()).optional(),
    cwd: z.string().optional(),
    disabled: z.boolean().optional(),
  }),
  z.object({
    url: z.string().regex(/^https?:\/\//, "must begin with http:// or https://"),
    headers: z.record(z.string(), z.string()).optional(),
    /** Further addresses of the same server. A session stays with the one that began it, until that cannot be reached. */
    instances: z
      .array(z.string().regex(/^https?:\/\//, "must begin with http:// or https://"))
      .max(16)
      .optional(),
    /** A client that was registered by hand, for servers whose sign-in lets no client register itself. */
    oauth: z
      .object({ clientId: z.string().min(1), clientSecret: z.string().optional(), scope: z.string().optional() })
      .optional(),
    type: z.string().optional(),
    disabled: z.boolean().optional(),
  }),
]);
export type ServerConfig = z.infer<typeof serverConfigSchema>;

export const SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** `<home>/servers.json`. */
export const serversFileSchema = z.object({
  mcpServers: z.record(
    z.string().regex(SERVER_NAME, "letters, digits, dot, dash and underscore only"),
    serverConfigSchema,
  ),
});
export type ServersFile = z.infer<typeof serversFileSchema>;

export const serverStatusSchema = z.object({
  name: z.string(),
  transport: z.enum(["stdio", "http", "builtin"]),
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
export const testServerRequestSchema = z.object({ name: z.string().optional(), config: serverConfigSchema });

/** One `data:` of the daemon's `GET /events`: what changed, for a gateway that keeps a list. The first is always `sessions`. */
export const daemonNoticeSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("sessions"), sessions: z.array(daemonSessionSchema) }),
  z.object({ type: z.literal("session"), session: daemonSessionSchema }),
  z.object({ type: z.literal("session_ended"), session_id: z.string() }),
  z.object({ type: z.literal("servers"), servers: z.array(serverStatusSchema), error: z.string().optional() }),
  z.object({ type: z.literal("outbox"), outbox: outboxCountsSchema }),
]);
export type DaemonNotice = z.infer<typeof daemonNoticeSchema>;
