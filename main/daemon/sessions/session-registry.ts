/** Owns the daemon's sessions: who they are, their bearer tokens, their events, and who is told when they change. */
import { hash as digest, randomBytes, randomUUID } from "node:crypto";
import type { CreateSessionRequest } from "../../../shared/protocol/daemon-api.ts";
import { REPLAY_RING_EVENTS } from "../../../shared/protocol/wire.ts";
import { type CallRecorder, createCallRecorder } from "../progress/call-recorder.ts";
import { createEventRing, type EventRing } from "../progress/event-ring.ts";
import type { SessionRecord } from "./session-store.ts";

/** Per session: enough for the ring's 10,000 events of a few KB; larger results push older events out earlier. */
const RING_CHARS = 32 * 1024 * 1024;
/** Ended sessions that are remembered, so that their readers get 404 rather than 401. */
const REMEMBERED_ENDED = 1_000;

export interface Session {
  readonly id: string;
  readonly token: string;
  readonly cwd: string;
  readonly label: string | undefined;
  readonly agent: string | undefined;
  /** Names of the only upstream servers to offer; undefined offers all. */
  readonly servers: readonly string[] | undefined;
  readonly createdAt: string;
  readonly ring: EventRing;
  readonly calls: CallRecorder;
  /** MCP clients connected now. */
  clients: number;
}

export interface SessionRegistry {
  create(request: CreateSessionRequest & { cwd: string }): Session;
  /** Takes up a session of an earlier daemon run for whoever brought its token; its events begin anew. */
  restore(from: SessionRecord["session"], token: string): Session;
  get(id: string): Session | undefined;
  /** Whose token this is. Looked up by hash, so that no comparison takes longer for a better guess. */
  byToken(token: string): Session | undefined;
  /** What this token is to the session of this id. A token of another session is as good as none. */
  owner(id: string, token: string): "session" | "ended" | "none";
  list(): Session[];
  /** Forgets the session and ends its event streams. Its token opens nothing from here on. */
  end(id: string): void;
  changed(id: string): void;
  onChange(listener: (id: string) => void): () => void;
}

export interface RegistryOptions {
  /** Identity of this daemon run, part of every event id. */
  epoch: string;
  offset: (session: string) => number;
  secrets: () => readonly string[];
  now?: () => number;
}

export function createSessionRegistry(options: RegistryOptions): SessionRegistry {
  const { epoch, offset, secrets, now = Date.now } = options;
  const sessions = new Map<string, Session>();
  const byHash = new Map<string, Session>();
  /** Token hash of each ended session, by id, oldest first. */
  const ended = new Map<string, string>();
  const listeners = new Set<(id: string) => void>();
  const changed = (id: string) => {
    for (const listener of listeners) listener(id);
  };

  const add = (
    request: Omit<SessionRecord["session"], "createdAt" | "id">,
    id: string,
    token: string,
    createdAt: string,
  ) => {
    const ring = createEventRing(epoch, { events: REPLAY_RING_EVENTS, chars: RING_CHARS });
    const session: Session = {
      id,
      token,
      cwd: request.cwd,
      label: request.label,
      agent: request.agent,
      servers: request.servers,
      createdAt,
      ring,
      calls: createCallRecorder({
        ring,
        offset: () => offset(id),
        secrets: () => [token, ...secrets()],
        now,
      }),
      clients: 0,
    };
    sessions.set(id, session);
    byHash.set(hashToken(token), session);
    changed(id);
    return session;
  };

  return {
    create: (request) => add(request, randomUUID(), randomBytes(32).toString("hex"), new Date(now()).toISOString()),
    restore: (from, token) => sessions.get(from.id) ?? add(from, from.id, token, from.createdAt),
    get: (id) => sessions.get(id),
    byToken: (token) => byHash.get(hashToken(token)),
    owner(id, token) {
      const key = hashToken(token);
      if (byHash.get(key)?.id === id) return "session";
      return ended.get(id) === key ? "ended" : "none";
    },
    list: () => [...sessions.values()],
    end(id) {
      const session = sessions.get(id);
      if (session === undefined) return;
      sessions.delete(id);
      byHash.delete(hashToken(session.token));
      ended.set(id, hashToken(session.token));
      const oldest = ended.keys().next().value;
      if (ended.size > REMEMBERED_ENDED && oldest !== undefined) ended.delete(oldest);
      session.ring.end();
      changed(id);
    },
    changed,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** How a bearer is looked up and recorded. */
export const hashToken = (token: string): string => digest("sha256", token, "base64");
