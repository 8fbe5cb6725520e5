/** The daemon's sessions: who they are, their bearer tokens, their events, and who hears when they change. */
import { hash as digest, randomBytes, randomUUID } from "node:crypto";
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import type { CallWait } from "../../../shared/protocol/call-wait.ts";
import type { CreateSessionRequest } from "../../../shared/protocol/daemon-api.ts";
import { REPLAY_RING_EVENTS } from "../../../shared/protocol/wire.ts";
import { type CallRecorder, createCallRecorder } from "../progress/call-recorder.ts";
import { createEventRing, type EventRing } from "../progress/event-ring.ts";
import { createLateResults, type LateResults } from "./late-results.ts";
import { createSessionNumbers, type NumberLine, type SessionNumbers } from "./session-numbers.ts";
import type { SessionRecord } from "./session-store.ts";

/** Per session: enough for the ring's 10,000 events of a few KB; larger results push older events out earlier. */
const RING_CHARS = 32 * 1024 * 1024;
/** Two epochs of one session are alike once in 2⁴⁸. */
const EPOCH_BYTES = 6;
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
  /** How long its agent waits for a call, where its launch decided that. */
  callWait: CallWait | undefined;
  /** The conversation that its agent is in, as the agent says. */
  conversation: string | undefined;
  /** Results that came after their agents had stopped waiting. */
  readonly lateResults: LateResults;
}

export interface SessionRegistry {
  create(request: CreateSessionRequest & { cwd: string }): Session;
  /** Takes up a session of an earlier daemon run for whoever brought its token. Its events are another stream, numbered above the earlier one. */
  restore(from: SessionRecord["session"], token: string): Session;
  get(id: string): Session | undefined;
  /** The session of this id, or the one that continues it. */
  present(id: string): Session | undefined;
  /** Whose token this is. Looked up by hash, so that no comparison takes longer for a better guess. */
  byToken(token: string): Session | undefined;
  /** What this token is to the session of this id. A token of another session is as good as none. */
  owner(id: string, token: string): "session" | "ended" | "none";
  /** The tokens of all that are there. */
  tokens(): string[];
  list(): Session[];
  /** Forgets the session and ends its event streams. Its token opens nothing from here on. */
  end(id: string): void;
  changed(id: string): void;
  onChange(listener: (id: string) => void): () => void;
}

export interface RegistryOptions {
  offset: (session: string) => number;
  /** Keeps a large part of a result (home/results/). */
  keep?: (session: string, name: string, base64: string) => boolean;
  secrets: () => readonly string[];
  /** Of their events; from 1 in each by default, kept nowhere. */
  numbers?: SessionNumbers;
  now?: () => number;
}

export function createSessionRegistry(options: RegistryOptions): SessionRegistry {
  const { offset, keep, secrets, numbers = createSessionNumbers(), now = Date.now } = options;
  const sessions = new Map<string, Session>();
  const byHash = new Map<string, Session>();
  /** Token hash of each ended session, by id, oldest first. */
  const ended = new Map<string, string>();
  const listeners = new Set<(id: string) => void>();
  const changed = (id: string) => {
    for (const listener of listeners) listener(id);
  };

  const tokens = () => [...sessions.values()].map((session) => session.token);

  const add = (
    request: Omit<SessionRecord["session"], "createdAt" | "id">,
    id: string,
    token: string,
    createdAt: string,
    line: NumberLine,
  ) => {
    // A session that is made again under its id, in this run or another, is another stream.
    const limits = { events: REPLAY_RING_EVENTS, chars: RING_CHARS };
    const ring = createEventRing(randomBytes(EPOCH_BYTES).toString("hex"), limits, line);
    // What ran before, and what nobody has read of it, is told by nobody any more.
    if (line.base > 0) {
      ring.append(() => JSON.stringify(RUN_IS_OVER), { kind: "gap", call: 0, hasMessage: false, at: now() });
    }
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
        // Also the other sessions': an agent that reads what is not its own is no reason to show it.
        // The same list for all of them while they last, so that what is made of it is made once.
        secrets: () => [...(sessions.has(id) ? [] : [token]), ...tokens(), ...secrets()],
        ...(keep !== undefined && { keep: (name: string, base64: string) => keep(id, name, base64) }),
        now,
      }),
      clients: 0,
      callWait: undefined,
      conversation: undefined,
      lateResults: createLateResults(),
    };
    sessions.set(id, session);
    byHash.set(hashToken(token), session);
    changed(id);
    return session;
  };

  return {
    create(request) {
      const id = randomUUID();
      const line = numbers.begin(id, { after: request.after, above: request.numbers_above });
      return add(request, id, randomBytes(32).toString("hex"), new Date(now()).toISOString(), line);
    },
    restore: (from, token) =>
      sessions.get(from.id) ?? add(from, from.id, token, from.createdAt, numbers.resume(from.id)),
    get: (id) => sessions.get(id),
    present: (id) => sessions.get(id) ?? sessions.get(numbers.present(id)),
    byToken: (token) => byHash.get(hashToken(token)),
    owner(id, token) {
      const key = hashToken(token);
      if (byHash.get(key)?.id === id) return "session";
      return ended.get(id) === key ? "ended" : "none";
    },
    list: () => [...sessions.values()],
    tokens,
    end(id) {
      const session = sessions.get(id);
      if (session === undefined) return;
      sessions.delete(id);
      byHash.delete(hashToken(session.token));
      ended.set(id, hashToken(session.token));
      const oldest = ended.keys().next().value;
      if (ended.size > REMEMBERED_ENDED && oldest !== undefined) ended.delete(oldest);
      session.ring.end();
      numbers.end(id);
      changed(id);
    },
    changed,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The entry that says that nobody will tell how the running calls of a session end. */
export const RUN_IS_OVER: GapEvent = { kind: "gap", missed: null, outcomes_lost: true };

/** How a bearer is looked up and recorded. */
export const hashToken = (token: string): string => digest("sha256", token, "base64");
