/** What the UI knows beside events and terminals: the daemon, the servers and the sessions, as `/ws/app` sends them. */
import { meSchema } from "./access.ts";
import { serverStatusSchema } from "./daemon-api.ts";
import { inboxSummarySchema } from "./inbox-api.ts";
import { outboxCountsSchema } from "./outbox-api.ts";
import { portViewSchema } from "./preview-api.ts";
import { z } from "./schema.ts";

/** A place where a daemon was looked for, and what was found there. */
export const discoveryAttemptSchema = z.object({
  path: z.string(),
  outcome: z.enum(["used", "absent", "refused", "no-answer", "unproven", "not-tried"]),
  /** One sentence; absent when the outcome says it all. */
  reason: z.string().optional(),
});
export type DiscoveryAttempt = z.infer<typeof discoveryAttemptSchema>;

export const daemonViewSchema = z.object({
  /** `none`: nothing found; `lost`: it was connected before; `refused`: it does not accept our key or token. */
  state: z.enum(["searching", "starting", "connected", "lost", "none", "refused", "mismatch"]),
  /** One sentence about what is wrong, and why. */
  reason: z.string().optional(),
  url: z.string().optional(),
  pid: z.number().optional(),
  version: z.string().optional(),
  /** True for Signalbox's own daemon. */
  own: z.boolean(),
  /** When this state began, ISO 8601. */
  since: z.string(),
  /** When the next attempt is due, ISO 8601; only while one is scheduled. */
  retry_at: z.string().optional(),
  attempts: z.array(discoveryAttemptSchema),
});
export type DaemonView = z.infer<typeof daemonViewSchema>;

/** A daemon beside the one that was found on this machine. */
export const daemonSummarySchema = z.object({
  /** What sessions name it by. */
  id: z.string(),
  /** What people call it. */
  name: z.string(),
  state: z.enum(["connected", "away"]),
  /** One sentence, where it is away. */
  reason: z.string().optional(),
});
export type DaemonSummary = z.infer<typeof daemonSummarySchema>;

export const AGENT_IDS = ["claude", "codex", "gemini", "opencode", "shell", "demo", "custom"] as const;
export const agentIdSchema = z.enum(AGENT_IDS);
export type AgentId = z.infer<typeof agentIdSchema>;

/**
 * What a session needs a person for. `answer`: what waits in its inbox. `decision`: its agent's question. `prompt`: its agent's turn has
 * ended. `failure`: that turn ended by an error. `attention`: its bell or its notification.
 */
export const NEEDS = ["answer", "decision", "prompt", "failure", "attention"] as const;
export type SessionNeed = (typeof NEEDS)[number];

export const sessionStatusSchema = z.object({
  state: z.enum(["starting", "running", "needs_you", "finished", "failed", "unknown"]),
  /** What decided the state, for example "exit code 1" or "bell at 14:02". */
  evidence: z.string(),
  /** ISO 8601. */
  since: z.string(),
  /** With `needs_you`. */
  needs: z.enum(NEEDS).optional(),
  /** It runs, and nothing says that it works: no call runs, nothing is printed, or its agent said that it rests. */
  idle: z.literal(true).optional(),
});
export type SessionStatus = z.infer<typeof sessionStatusSchema>;

export const sessionViewSchema = z.object({
  id: z.string(),
  agent: agentIdSchema,
  /** What people read in lists: "Claude Code", "bash", "Demo". */
  agent_name: z.string(),
  label: z.string(),
  cwd: z.string(),
  /** What runs, for display only. */
  command: z.string(),
  /** True when a restart can go on with the agent's last conversation. */
  resumable: z.boolean().optional(),
  created_at: z.string(),
  status: sessionStatusSchema,
  /** The daemon that has its terminal, where that is none of this machine: an `id` of `daemons`. */
  daemon: z.string().optional(),
  terminal: z.object({
    /** `gone`: its daemon ended, so the program did too; `none`: never started. */
    state: z.enum(["none", "starting", "running", "exited", "failed", "gone"]),
    code: z.number().nullable().optional(),
    signal: z.string().nullable().optional(),
    reason: z.string().optional(),
    title: z.string().optional(),
  }),
  calls: z.object({ total: z.number(), running: z.number(), failed: z.number() }),
  /** When the agent last said that it began a turn, ISO 8601; absent where it says nothing of turns. */
  turn_started_at: z.string().optional(),
  /** The call that changed last, for one line in the list. */
  last_call: z.object({ tool: z.string(), state: z.string() }).optional(),
  /** Ports that its programs serve or that are exposed, by number; absent when there are none. */
  ports: z.array(portViewSchema).optional(),
});
export type SessionView = z.infer<typeof sessionViewSchema>;

export const appStateSchema = z.object({
  /** Version of Signalbox that serves the page: a page built by another one offers to reload. */
  version: z.string(),
  /** Another one after each start of the gateway: what a browser was let into before is closed to it. */
  run: z.string().optional(),
  /** The gateway's clock, ISO 8601, so that elapsed times hold when the viewer's clock differs. */
  now: z.string(),
  home_dir: z.string(),
  daemon: daemonViewSchema,
  /** Other daemons, whose sessions are in the list too; absent where there are none. */
  daemons: z.array(daemonSummarySchema).optional(),
  servers: z.array(serverStatusSchema),
  /** What is wrong with servers.json, if anything. */
  servers_error: z.string().optional(),
  sessions: z.array(sessionViewSchema),
  /** Kept writes; absent until our own daemon has told of them. */
  outbox: outboxCountsSchema.optional(),
  /** What waits for a person; absent until our own daemon has told of it. */
  inbox: inboxSummarySchema.optional(),
  /** False while history cannot be written; live events still arrive. */
  recording: z.object({ ok: z.boolean(), reason: z.string().optional() }),
});
export type AppState = z.infer<typeof appStateSchema>;

/** Server to client on `/ws/app`. One snapshot first, then changes; each change replaces what it names. */
export const appFrameSchema = z.discriminatedUnion("type", [
  /** `me`: who the socket's token belongs to. */
  z.object({ type: z.literal("snapshot"), app: appStateSchema, me: meSchema.optional() }),
  z.object({ type: z.literal("daemon"), daemon: daemonViewSchema }),
  z.object({ type: z.literal("daemons"), daemons: z.array(daemonSummarySchema) }),
  z.object({ type: z.literal("servers"), servers: z.array(serverStatusSchema), error: z.string().optional() }),
  z.object({ type: z.literal("session"), session: sessionViewSchema }),
  z.object({ type: z.literal("session_removed"), id: z.string() }),
  z.object({ type: z.literal("outbox"), outbox: outboxCountsSchema }),
  z.object({ type: z.literal("inbox"), inbox: inboxSummarySchema }),
  z.object({ type: z.literal("recording"), recording: appStateSchema.shape.recording }),
]);
export type AppFrame = z.infer<typeof appFrameSchema>;
