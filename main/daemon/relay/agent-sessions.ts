/** All MCP sessions of all agents: who may have which, how many, and when they are over. */
import { createHash, randomUUID } from "node:crypto";
import type { DaemonSettings } from "../../../shared/protocol/daemon-settings.ts";
import type { Log } from "../../home/create-log.ts";
import type { Inbox } from "../inbox/inbox.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { type RpcRequest, request } from "../rpc/message.ts";
import { boundSessionStore } from "../sessions/bounded-session-store.ts";
import { hashToken, type Session, type SessionRegistry } from "../sessions/session-registry.ts";
import type { SessionStore } from "../sessions/session-store.ts";
import type { ToolRules } from "../settings/tool-rules.ts";
import type { Catalogue } from "../upstream/catalogue/catalogue.ts";
import { LATEST_REVISION } from "../upstream/connection/handshake.ts";
import type { OpenServer, Server } from "../upstream/open-server.ts";
import { type AgentSession, createAgentSession, type SessionOf } from "./agent-session.ts";
import { type AgentStreams, createAgentStreams } from "./agent-streams.ts";
import { negotiate } from "./initialize-result.ts";
import type { ModernClient } from "./modern/classify-post.ts";
import { createModernStreams, type ModernStreams } from "./modern/modern-streams.ts";
import { createRequestStates } from "./modern/request-state.ts";
import { createQuietSessions } from "./quiet-sessions.ts";
import type { StoppedBy } from "./stopped-call.ts";
import type { ToolOwner } from "./tool-menu.ts";
import type { Absent } from "./tool-requests.ts";

/** MCP sessions that one bearer may have in memory at once; for another one the longest unused gives way. */
export const MAX_PER_BEARER = 64;
const SWEEP_MS = 60_000;

/** What lies behind the requests of a client of the stateless revision. */
export type ModernSession = SessionOf<ModernStreams>;
type Live = AgentSession | ModernSession;

export interface AgentSessions {
  /** Whether this session is still there: its token opens nothing once it has ended. */
  isOpen(session: Session): boolean;
  /** Whose bearer this is: also one of an earlier daemon run whose record is there. Rejects when the store fails. */
  owner(token: string): Promise<Session | undefined>;
  /** Records and begins an MCP session, or gives undefined when this bearer has too many in use. Rejects when the store fails. */
  begin(session: Session, initialize: RpcRequest): Promise<AgentSession | undefined>;
  /**
   * The MCP session of this id, only for the bearer that began it. Counts as use. One that is only recorded is taken up
   * again: servers are told what the agent said at its beginning, and the agent keeps its id. Rejects when the store fails.
   */
  find(session: Session, id: string): Promise<AgentSession | undefined>;
  /**
   * The session behind the requests of this bearer's client: servers are told what it says of itself, so that each of several
   * has one of its own. It is no MCP session that anybody could name. Undefined when this bearer has too many in use.
   */
  modern(session: Session, client: ModernClient): ModernSession | undefined;
  /** The agent has left. Its running calls end in their own time and are seen to, unless the settings end them. */
  leave(id: string): void;
  leaveAllOf(session: string): void;
  /** Ends one call of a session for a person; false where no call of this name runs. */
  stopCall(session: string, call: string, by: StoppedBy): boolean;
  /** Ends those of a session here, and what they run; their records stay, for who has them now. */
  release(session: string): Promise<void>;
  /** Ends those of a session that is over, and what they run. */
  endAllOf(session: string): Promise<void>;
  /** The configured servers have changed. */
  refresh(): void;
  /** What decides about tools has changed: agents whose list is another one are told. */
  toolsChanged(): void;
  /** Connects one server again in every session. */
  restart(server: string): void;
  close(): Promise<void>;
}

export interface AgentSessionsOptions {
  registry: SessionRegistry;
  catalogue: Catalogue;
  open: OpenServer;
  /** The servers that this session is to be offered now. */
  serversFor: (session: Session) => Server[];
  /** Why this server is not among them. */
  absent: (session: Session, server: string) => Absent;
  /** The tool of this name that a server would have if it were there. */
  away?: (session: Session, tool: string) => ToolOwner | undefined;
  rules: ToolRules;
  outbox: Outbox;
  inbox: Pick<Inbox, "ask" | "allow" | "isAllowed">;
  store: SessionStore;
  log: Log;
  settings: () => DaemonSettings;
  /** Between looks for sessions whose time is over. */
  sweepMs?: number;
  /** Milliseconds that never jump. */
  clock?: () => number;
  /** Without a reader for this long, a request is left by its agent. */
  abandonMs?: number | undefined;
}

export function createAgentSessions(options: AgentSessionsOptions): AgentSessions {
  const {
    registry,
    catalogue,
    open,
    serversFor,
    log,
    settings,
    sweepMs = SWEEP_MS,
    clock = () => performance.now(),
  } = options;
  const store = boundSessionStore(options.store);
  const live = new Map<string, Live>();
  /** Sessions of the stateless revision, by whose requests they serve. */
  const modern = new Map<string, ModernSession>();
  const states = createRequestStates();
  const usedAt = new Map<string, number>();

  const of = (session: string) => [...live.values()].filter((agent) => agent.session.id === session);
  /** Left by their agents, with calls that still run. */
  const leaving = new Set<Live>();
  const quiet = createQuietSessions<Live>({
    idleMs: () => settings().server_idle_seconds * 1_000,
    clock,
  });
  /** Nothing begins any more: a request may still be on its way through the store. */
  let closed = false;
  const take = (id: string): Live | undefined => {
    const agent = live.get(id);
    if (agent === undefined) return undefined;
    live.delete(id);
    for (const [key, other] of modern) if (other === agent) modern.delete(key);
    usedAt.delete(id);
    quiet.forget(agent);
    count(agent.session);
    return agent;
  };
  const use = (agent: Live) => {
    usedAt.set(agent.id, clock());
    quiet.note(agent);
  };
  /** Those whose servers rest are clients that have probably left. */
  const count = (session: Session) => {
    session.clients = of(session.id).filter((agent) => !agent.resting).length;
    registry.changed(session.id);
  };
  /** Takes the longest unused out of memory where there are too many; its record stays, and so it can come back. False when all are in use. */
  const makeRoom = (session: Session): boolean => {
    const all = of(session.id);
    if (all.length < MAX_PER_BEARER) return true;
    const [first] = all
      .filter((agent) => !agent.busy)
      .sort((a, b) => (usedAt.get(a.id) ?? 0) - (usedAt.get(b.id) ?? 0));
    if (first === undefined) return false;
    dismiss(first.id);
    return true;
  };
  const quietly = (what: Promise<void>) =>
    void what.catch((error: unknown) => log.warn({ error }, "the store of sessions failed"));
  const dismiss = (id: string) => {
    const agent = take(id);
    if (agent === undefined) return;
    leaving.add(agent);
    void agent.leave().finally(() => leaving.delete(agent));
  };
  const leave = (id: string) => {
    if (live.has(id)) quietly(store.remove(id));
    dismiss(id);
  };
  const ttlMs = () => settings().session_idle_minutes * 60_000;
  const isOver = (id: string) => clock() - (usedAt.get(id) ?? 0) > ttlMs();
  const sweep = setInterval(() => {
    for (const [id, agent] of live) {
      if (agent.streams.active) usedAt.set(id, clock());
      if (isOver(id)) leave(id);
      // Once a sweep is often enough, and costs no request anything.
      else if (clock() - (usedAt.get(id) ?? 0) <= sweepMs) quietly(store.touch(id, Date.now()));
    }
    quietly(store.removeIdle(Date.now() - ttlMs()));
  }, sweepMs);

  const add = (
    session: Session,
    id: string,
    protocolVersion: string,
    initialize: RpcRequest,
    restored: boolean,
  ): AgentSession => {
    const streams: AgentStreams = createAgentStreams({
      headers: { "mcp-session-id": id },
      primes: protocolVersion >= "2025-11-25",
      onAbandoned: (ids, agoMs) => agent.abandoned(ids, agoMs),
      onReturned: (ids) => agent.returned(ids),
      onQuiet: () => live.get(id) === agent && use(agent),
      abandonMs: options.abandonMs,
    });
    const agent: AgentSession = create(session, id, protocolVersion, initialize, restored, streams);
    return keep(agent);
  };
  const addModern = (session: Session, { capabilities, clientInfo }: ModernClient): ModernSession => {
    const id = randomUUID();
    const streams: ModernStreams = createModernStreams({
      bearer: session.id,
      states,
      receive: (message) => agent.receive(message),
      serverInfo: () => agent.identify(),
      onQuiet: () => live.get(id) === agent && use(agent),
    });
    const params = { capabilities, ...(clientInfo !== undefined && { clientInfo }) };
    const initialize = request(0, "initialize", params);
    const agent: ModernSession = create(session, id, LATEST_REVISION, initialize, false, streams);
    return keep(agent);
  };
  const create = <Streams extends AgentStreams | ModernStreams>(
    session: Session,
    id: string,
    protocolVersion: string,
    initialize: RpcRequest,
    restored: boolean,
    streams: Streams,
  ): SessionOf<Streams> =>
    createAgentSession({
      id,
      session,
      protocolVersion,
      streams,
      servers: serversFor(session),
      catalogue,
      open,
      initialize,
      restored,
      rules: options.rules,
      absent: options.absent,
      away: options.away,
      outbox: options.outbox,
      inbox: options.inbox,
      endsCalls: () => settings().end_calls_on_disconnect,
      longMs: () => settings().long_call_minutes * 60_000,
      onRest: () => live.has(id) && count(session),
      onConversation: () => registry.changed(session.id),
    });
  const keep = <Agent extends Live>(agent: Agent): Agent => {
    live.set(agent.id, agent);
    use(agent);
    count(agent.session);
    return agent;
  };
  quietly(store.removeIdle(Date.now() - ttlMs()));
  /** The session that an agent can name. */
  const named = (id: string): AgentSession | undefined => {
    const agent = live.get(id);
    return agent !== undefined && isNamed(agent) ? agent : undefined;
  };

  return {
    isOpen: (session) => registry.get(session.id) === session,
    async owner(token) {
      const known = registry.byToken(token);
      if (known !== undefined) return known;
      const record = await store.ofOwner(hashToken(token));
      return record === undefined ? undefined : registry.restore(record.session, token);
    },
    async begin(session, initialize) {
      if (!makeRoom(session)) return undefined;
      const id = randomUUID();
      const protocolVersion = negotiate(initialize.params?.protocolVersion);
      const { id: own, cwd, createdAt, label, agent, servers } = session;
      await store.put({
        id,
        owner: hashToken(session.token),
        session: { id: own, cwd, createdAt, label, agent, servers: servers && [...servers] },
        protocolVersion,
        initialize: initialize.params ?? {},
        usedAt: Date.now(),
      });
      return closed || !makeRoom(session) ? undefined : add(session, id, protocolVersion, initialize, false);
    },
    async find(session, id) {
      const agent = named(id);
      if (agent === undefined) {
        const record = await store.get(id);
        if (record?.owner !== hashToken(session.token) || closed) return undefined;
        const { protocolVersion, initialize: params } = record;
        // Another request may have taken it up meanwhile.
        if (!live.has(id) && !makeRoom(session)) return undefined;
        return named(id) ?? add(session, id, protocolVersion, request(0, "initialize", params), true);
      }
      if (agent.session !== session) return undefined;
      if (!agent.streams.active && isOver(id)) {
        leave(id);
        return undefined;
      }
      use(agent);
      return agent;
    },
    modern(session, client) {
      const about = JSON.stringify([session.id, client.capabilities, client.clientInfo]);
      const key = createHash("sha256").update(about).digest("base64");
      const known = modern.get(key);
      if (known !== undefined) {
        use(known);
        return known;
      }
      if (closed || !makeRoom(session)) return undefined;
      const agent = addModern(session, client);
      modern.set(key, agent);
      return agent;
    },
    leave,
    leaveAllOf(session) {
      for (const agent of of(session)) leave(agent.id);
    },
    stopCall(session, call, by) {
      const left = [...leaving].filter((agent) => agent.session.id === session);
      return [...of(session), ...left].some((agent) => agent.stopCall(call, by));
    },
    async release(session) {
      await Promise.all(of(session).map((agent) => take(agent.id)?.close()));
    },
    async endAllOf(session) {
      quietly(store.removeSession(session));
      const left = [...leaving].filter((agent) => agent.session.id === session);
      const ended = of(session).map((agent) => take(agent.id));
      await Promise.all([...left, ...ended].map((agent) => agent?.close()));
    },
    refresh() {
      for (const agent of live.values()) agent.apply(serversFor(agent.session));
    },
    toolsChanged() {
      for (const agent of live.values()) agent.toolsChanged();
    },
    restart(server) {
      for (const agent of live.values()) agent.restart(server);
    },
    async close() {
      closed = true;
      clearInterval(sweep);
      quiet.dispose();
      await Promise.all([...leaving, ...[...live.keys()].map(take)].map((agent) => agent?.close()));
      await store.close().catch((error: unknown) => log.warn({ error }, "the store of sessions did not close"));
    },
  };
}

const isNamed = (agent: Live): agent is AgentSession => "openStandalone" in agent.streams;
