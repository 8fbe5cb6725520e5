/** The sessions that are held: how each is added, shown, saved, tied to its stream, and found again. */
import type { SessionView } from "../../../shared/protocol/app-frames.ts";
import type { Log } from "../../home/create-log.ts";
import { openResultFiles } from "../../home/results/result-files.ts";
import type { Sealer } from "../../home/sealer.ts";
import type { AppHub } from "../app-hub.ts";
import type { Counters } from "../bridge/counters.ts";
import type { LogRing } from "../bridge/session-log.ts";
import type { CallCounts, StoredSession } from "../journal/messages.ts";
import type { Journal } from "../journal/open-journal.ts";
import type { Daemons } from "../link/daemons.ts";
import { createEntryCount } from "../link/entry-count.ts";
import type { StreamStatus } from "../link/session-stream.ts";
import type { PreviewNames } from "../preview/preview-names.ts";
import { createCleanEvents } from "./clean-event.ts";
import { conversationPlace, isActive, overtakes } from "./conversations.ts";
import { findGuest, guestSession } from "./guest-sessions.ts";
import { keepStream } from "./keep-stream.ts";
import { type LiveSession, NO_CALLS, sessionView } from "./live-session.ts";
import { isAtOneDaemon, readRecord, type SessionRecord, storedRecord, terminalDaemon } from "./session-record.ts";
import { createShrinkEvents } from "./shrink-event.ts";

export interface SessionTableOptions {
  hub: AppHub;
  ring: LogRing;
  /** The addresses of previews. */
  names: PreviewNames;
  journal: () => Journal;
  daemons: () => Daemons;
  log: Log;
  /** The wall clock, and one that only goes forward; in milliseconds. */
  now: () => number;
  steady: () => number;
  random: () => number;
  counters: Counters;
  /** For the sessions' tokens in the journal. */
  sealer: Sealer;
  /** Every value that a foreign daemon's events must not show. */
  secrets: () => readonly string[];
  /** Where large parts of results are kept. */
  results: string;
}

export interface SessionTable {
  all(): Iterable<LiveSession>;
  /** The tokens of all of them. */
  tokens(): string[];
  get(id: string): LiveSession | undefined;
  view(session: LiveSession): SessionView;
  /** Whether the last conversation of its agent in its folder is, or may be, another session's. */
  overtaken(session: LiveSession): boolean;
  /** Shows it as it is now; `save` also writes its record. */
  publish(session: LiveSession, save: boolean): SessionView;
  openStream(session: LiveSession): void;
  /**
   * Puts what our own daemon told beside its stream into a session's log: JSON of one event, and the number that the daemon
   * gave it. Where it gave none, as earlier versions do, or one that the history is past, it follows the last entry.
   */
  tell(session: LiveSession, event: string, seq: number | undefined): void;
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
  const tokens = () => [...live.values()].flatMap(({ record }) => (record.mcp.token === "" ? [] : [record.mcp.token]));
  const cleanEvents = createCleanEvents(() => [...options.secrets(), ...tokens()], options.steady);
  const results = openResultFiles(options.results);
  const shrinkEvents = createShrinkEvents(results.keep, () => [...options.secrets(), ...tokens()]);
  const statusListeners = new Set<(session: LiveSession, status: StreamStatus) => void>();
  const iso = () => new Date(now()).toISOString();

  const places = new WeakMap<LiveSession, string>();
  function placeOf(session: LiveSession): string {
    const place = places.get(session) ?? conversationPlace(session.record);
    places.set(session, place);
    return place;
  }
  const neighbours = (session: LiveSession) =>
    [...live.values()].filter((other) => other !== session && placeOf(other) === placeOf(session));
  const overtaken = (session: LiveSession) =>
    session.record.overtaken === true || neighbours(session).some((other) => overtakes(other.record, session.record));
  const view = (session: LiveSession) =>
    sessionView(session, options.daemons().get(terminalDaemon(session.record)) !== undefined, iso(), {
      overtaken: () => overtaken(session),
      names: options.names,
    });

  /** Notes when its program has ended, and shows the others of its place anew where that changes what they may go on with. */
  function noteRun(session: LiveSession): void {
    const { terminal, ran } = session.record;
    if (ran !== undefined && (terminal.state === "exited" || terminal.state === "gone") && (ran.to ?? "") < ran.from) {
      ran.to = iso();
    }
    const now = `${isActive(session.record)} ${ran?.from} ${ran?.to}`;
    if (session.told === now) return;
    session.told = now;
    for (const other of neighbours(session)) hub.publish({ type: "session", session: view(other) });
  }

  function publish(session: LiveSession, save: boolean): SessionView {
    if (live.get(session.record.id) === session) noteRun(session);
    const shown = view(session);
    if (save) options.journal().save(session.record.id, storedRecord(session.record, options.sealer));
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
      cleanEvents,
      shrinkEvents,
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

  function tell({ log, count, record }: LiveSession, event: string, seq: number | undefined): void {
    // No stream replays it: its number must be nobody else's.
    count.breakOff();
    const bytes = Buffer.from(event);
    log.add(seq !== undefined && seq > log.end() ? seq : count.next(), bytes, 0, bytes.length, iso());
    options.journal().append(record.id, log.publish(), undefined);
  }

  function hold(record: SessionRecord, last: number, counts: CallCounts): LiveSession {
    const log = ring.open(record.id, last);
    const session: LiveSession = {
      record,
      log,
      count: createEntryCount(log),
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
    tokens,
    get: (id) => live.get(id),
    view,
    overtaken,
    publish,
    openStream,
    tell,
    add: (record) => hold(record, ring.open(record.id).last(), NO_CALLS),
    load(stored) {
      for (const item of stored) {
        const read = readRecord(item.record, options.sealer);
        if (!read.ok) {
          log.warn(
            { session: item.id, reason: read.reason },
            "a session in the journal cannot be read; it is left alone",
          );
          continue;
        }
        const { record, plain } = read.value;
        const session = hold(record, item.last, item.counts);
        session.eventId = item.eventId;
        if (!isAtOneDaemon(record)) openStream(session);
        publish(session, plain);
      }
      options.journal().scrub();
    },
    drop(session) {
      const { record, stream } = session;
      const { id } = record;
      // Its conversation stays where the agent keeps it.
      const behind = neighbours(session).filter((other) => overtakes(record, other.record));
      live.delete(id);
      for (const other of behind) {
        other.record.overtaken = true;
        publish(other, true);
      }
      stream?.close();
      ring.drop(id);
      options.journal().delete(id);
      hub.publish({ type: "session_removed", id });
    },
    guest(id, token) {
      const daemon = options.daemons().primary.current();
      if (daemon === undefined) return undefined;
      const known = findGuest([...live.values(), ...waiting], id, token);
      const session = known ?? guestSession(id, token, daemon, ring, iso(), (name) => live.get(name));
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
