/** Owns the sessions that are held: how each is added, shown, saved, tied to its stream, and found again. */
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import type { SessionView } from "../../../shared/protocol/app-frames.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import type { Log } from "../../home/create-log.ts";
import type { AppHub } from "../app-hub.ts";
import type { LogRing } from "../bridge/session-log.ts";
import type { CallCounts, StoredSession } from "../journal/messages.ts";
import type { Journal } from "../journal/open-journal.ts";
import type { Daemons } from "../link/daemons.ts";
import type { StreamStatus } from "../link/session-stream.ts";
import type { Counters } from "../metrics.ts";
import { findGuest, guestSession } from "./guest-sessions.ts";
import { keepStream } from "./keep-stream.ts";
import { type LiveSession, NO_CALLS, sessionView } from "./live-session.ts";
import { type SessionRecord, sessionRecordSchema } from "./session-record.ts";

export interface SessionTableOptions {
  hub: AppHub;
  ring: LogRing;
  journal: () => Journal;
  daemons: () => Daemons;
  log: Log;
  /** The wall clock, and one that only goes forward; in milliseconds. */
  now: () => number;
  steady: () => number;
  random: () => number;
  counters: Counters;
}

export interface SessionTable {
  all(): Iterable<LiveSession>;
  get(id: string): LiveSession | undefined;
  view(session: LiveSession): SessionView;
  /** Shows it as it is now; `save` also writes its record. */
  publish(session: LiveSession, save: boolean): SessionView;
  openStream(session: LiveSession): void;
  /** Puts an entry of our own into a session's log. */
  append(session: LiveSession, event: GapEvent): void;
  /** A session that begins, or goes on behind the last entry that its log has. */
  add(record: SessionRecord): LiveSession;
  load(stored: readonly StoredSession[]): void;
  /** Forgets it and its history. */
  drop(session: LiveSession): void;
  /** A session of somebody else, by the token that a client brought; undefined while no daemon is connected. */
  guest(session: string, token: string): LiveSession | undefined;
  /** A reader of this session went: a guest that nobody accepted is given up with its last one. */
  leave(session: LiveSession): void;
  onStatus(listener: (session: LiveSession, status: StreamStatus) => void): () => void;
  dispose(): void;
}

export function createSessionTable(options: SessionTableOptions): SessionTable {
  const { hub, ring, log, now } = options;
  const live = new Map<string, LiveSession>();
  /** Guests that no daemon has accepted yet. */
  const waiting = new Set<LiveSession>();
  const statusListeners = new Set<(session: LiveSession, status: StreamStatus) => void>();
  const iso = () => new Date(now()).toISOString();

  const view = (session: LiveSession) => sessionView(session, options.daemons().own() !== undefined, iso());

  function publish(session: LiveSession, save: boolean): SessionView {
    const shown = view(session);
    if (save) options.journal().save(session.record.id, JSON.stringify(session.record));
    hub.publish({ type: "session", session: shown });
    return shown;
  }

  const openStream = (session: LiveSession) =>
    keepStream(session, {
      journal: options.journal,
      daemons: options.daemons,
      log,
      now,
      steady: options.steady,
      random: options.random,
      counters: options.counters,
      onStatus(session, status) {
        if (status.status === "live" && !session.listed) list(session);
        for (const listener of statusListeners) listener(session, status);
      },
    });

  /** A guest whose daemon accepted it: from now on it is a session like any other. */
  function list(session: LiveSession): void {
    session.listed = true;
    waiting.delete(session);
    // The same session by a newer token: the older one is not read twice.
    live.get(session.record.id)?.stream?.close();
    live.set(session.record.id, session);
    publish(session, true);
  }

  function append(session: LiveSession, event: GapEvent): void {
    session.log.breakOff();
    const chunks = session.log.append([JSON.stringify(event)], iso());
    options.journal().append(session.record.id, chunks, undefined);
  }

  function hold(record: SessionRecord, last: number, counts: CallCounts): LiveSession {
    const session: LiveSession = {
      record,
      log: ring.open(record.id, last),
      counts,
      attention: false,
      stream: undefined,
      eventId: undefined,
      listed: true,
    };
    live.set(record.id, session);
    return session;
  }

  return {
    all: () => live.values(),
    get: (id) => live.get(id),
    view,
    publish,
    openStream,
    append,
    add: (record) => hold(record, ring.open(record.id).last(), NO_CALLS),
    load(stored) {
      for (const item of stored) {
        const record = parseJson(sessionRecordSchema, item.record);
        if (!record.ok) {
          log.warn(
            { session: item.id, reason: record.reason },
            "a session in the journal cannot be read; it is left alone",
          );
          continue;
        }
        const session = hold(record.value, item.last, item.counts);
        session.eventId = item.eventId;
        if (!record.value.mcp.own) openStream(session);
        hub.publish({ type: "session", session: view(session) });
      }
    },
    drop({ record: { id }, stream }) {
      live.delete(id);
      stream?.close();
      ring.drop(id);
      options.journal().delete(id);
      hub.publish({ type: "session_removed", id });
    },
    guest(id, token) {
      const daemon = options.daemons().primary.current();
      if (daemon === undefined) return undefined;
      const known = findGuest([...live.values(), ...waiting], id, token);
      const session = known ?? guestSession(id, token, daemon, ring, iso());
      if (known === undefined) waiting.add(session);
      if (session.stream === undefined || session.stream.status().status === "ended") openStream(session);
      return session;
    },
    leave(session) {
      if (session.listed || session.log.readers > 0) return;
      session.stream?.close();
      waiting.delete(session);
    },
    onStatus(listener) {
      statusListeners.add(listener);
      return () => statusListeners.delete(listener);
    },
    dispose() {
      for (const session of [...live.values(), ...waiting]) session.stream?.close();
    },
  };
}
