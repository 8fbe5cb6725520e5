/** Owns all sessions of this gateway: those that run, those that ran, and what changes them. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import type { SessionView } from "../../../shared/protocol/app-frames.ts";
import type { DaemonNotice, DaemonSession } from "../../../shared/protocol/daemon-api.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { AgentView, NewSession, RestartSession } from "../../../shared/protocol/gateway-api.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { resumeArguments } from "../../agents/agents.ts";
import type { Log } from "../../home/create-log.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { removeRecording } from "../../home/recording/read-recording.ts";
import type { AppHub } from "../app-hub.ts";
import type { LogRing } from "../bridge/session-log.ts";
import type { CallCounts, StoredSession } from "../journal/messages.ts";
import type { Journal } from "../journal/open-journal.ts";
import type { Daemons } from "../link/daemons.ts";
import type { StreamStatus } from "../link/session-stream.ts";
import type { Counters } from "../metrics.ts";
import { adoptedRecord } from "./adopt-session.ts";
import { followNotice, type SessionRoom } from "./follow-notice.ts";
import { findGuest, guestSession } from "./guest-sessions.ts";
import { keepStream } from "./keep-stream.ts";
import { type LiveSession, NO_CALLS, sessionView } from "./live-session.ts";
import { restartSession } from "./restart-session.ts";
import { type SessionRecord, sessionRecordSchema } from "./session-record.ts";
import { type GivenSession, openSession, type StartContext, startTerminal } from "./start-session.ts";

/** How long a person waits for a daemon that has to be started first, in milliseconds. */
const DAEMON_WAIT_MS = 15_000;

export interface SessionsOptions {
  home: HomeFolder;
  hub: AppHub;
  ring: LogRing;
  journal: () => Journal;
  daemons: () => Daemons;
  agents: () => Promise<readonly AgentView[]>;
  log: Log;
  now: () => number;
  steady: () => number;
  random: () => number;
  counters: Counters;
}

export interface Sessions {
  load(stored: readonly StoredSession[]): void;
  get(id: string): LiveSession | undefined;
  view(id: string): SessionView | undefined;
  /** A session of somebody else, by the token that a client brought; undefined while no daemon is connected. */
  guest(session: string, token: string): LiveSession | undefined;
  /** A reader of this session went: a guest that nobody accepted is given up with its last one. */
  leave(session: LiveSession): void;
  /** `given`: a session that its daemon already has. */
  create(request: NewSession, given?: GivenSession): Promise<Result<SessionView>>;
  restart(id: string, request: RestartSession): Promise<Result<SessionView>>;
  rename(id: string, label: string): Result<SessionView>;
  remove(id: string): Promise<Result<void>>;
  notice(notice: DaemonNotice): void;
  counts(id: string, counts: CallCounts): void;
  /** The daemon came or went. */
  refresh(): void;
  onStatus(listener: (session: LiveSession, status: StreamStatus) => void): () => void;
  dispose(): void;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { home, hub, ring, log, now } = options;
  const live = new Map<string, LiveSession>();
  /** Guests that no daemon has accepted yet. */
  const waiting = new Set<LiveSession>();
  const statusListeners = new Set<(session: LiveSession, status: StreamStatus) => void>();
  const noSession = (id: string) => failed("no-such-session", `Session ${id.slice(0, 8)}… isn't on this computer.`);
  const iso = () => new Date(now()).toISOString();

  function viewOf(session: LiveSession): SessionView {
    return sessionView(session, options.daemons().own() !== undefined, iso());
  }

  function publish(session: LiveSession, save: boolean): SessionView {
    const view = viewOf(session);
    if (save) options.journal().save(session.record.id, JSON.stringify(session.record));
    hub.publish({ type: "session", session: view });
    return view;
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

  /** Puts an entry of our own into a session's log. */
  function append(session: LiveSession, event: GapEvent): void {
    session.log.breakOff();
    const chunks = session.log.append([JSON.stringify(event)], iso());
    options.journal().append(session.record.id, chunks, undefined);
  }

  function add(record: SessionRecord, last: number, counts: CallCounts): LiveSession {
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

  async function context(): Promise<Result<StartContext>> {
    const daemons = options.daemons();
    const terminals = await daemons.needOwn(DAEMON_WAIT_MS);
    if (terminals === undefined) {
      const reason = daemons.primary.view().reason ?? "it did not come up";
      return failed(
        "no-daemon",
        `There is no daemon to run it: ${reason}`,
        "Press Start built-in daemon, then try again.",
      );
    }
    return ok({ home, mcp: daemons.primary.current() ?? terminals, terminals, agents: options.agents, now });
  }

  /** Sessions that are being made: the daemon tells of them before their maker does. */
  let making = 0;
  function adopt(told: DaemonSession): void {
    const record = making > 0 ? undefined : adoptedRecord(told);
    if (record === undefined || live.has(record.id)) return;
    const session = add(record, ring.open(record.id).last(), NO_CALLS);
    openStream(session);
    publish(session, true);
  }

  const room: SessionRoom = { sessions: () => live.values(), publish, openStream, adopt, append, pass: hub.publish };

  return {
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
        const session = add(record.value, item.last, item.counts);
        session.eventId = item.eventId;
        if (!record.value.mcp.own) openStream(session);
        hub.publish({ type: "session", session: viewOf(session) });
      }
    },
    get: (id) => live.get(id),
    view(id) {
      const session = live.get(id);
      return session === undefined ? undefined : viewOf(session);
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
    async create(request, given) {
      const ready = await context();
      if (!ready.ok) return ready;
      making += 1;
      const record = await openSession(request, ready.value, given).finally(() => {
        making -= 1;
      });
      if (!record.ok) return record;
      const session = add(record.value, 0, NO_CALLS);
      openStream(session);
      await startTerminal(session, request, ready.value);
      const view = publish(session, true);
      // Whoever is told of a session finds it again, whatever happens to this process.
      await options.journal().settled();
      return ok(view);
    },
    async restart(id, { resume, ...size }) {
      const session = live.get(id);
      if (session === undefined) return noSession(id);
      if (session.record.terminal.state === "running") {
        return failed("terminal-running", "Its program still runs.", "End it first.");
      }
      const { agent, agent_name: name, request } = session.record;
      const args = resume === true ? resumeArguments(agent, request) : request.args;
      if (resume === true && args === undefined) {
        return failed("cannot-resume", `${name} can't go on with a conversation as it was started.`, "Restart it.");
      }
      const ready = await context();
      if (!ready.ok) return ready;
      const again = await restartSession(session, args === undefined ? size : { ...size, args }, ready.value);
      if (!again.ok) return again;
      if (again.value === "elsewhere") openStream(session);
      return ok(publish(session, true));
    },
    rename(id, label) {
      const session = live.get(id);
      if (session === undefined) return noSession(id);
      session.record.label = label;
      return ok(publish(session, true));
    },
    async remove(id) {
      const session = live.get(id);
      if (session === undefined) return noSession(id);
      live.delete(id);
      session.stream?.close();
      const { terminal_session: terminal, mcp } = session.record;
      if (terminal !== undefined) await options.daemons().own()?.client.endSession(terminal);
      rmSync(join(home.run, mcp.session_id), { recursive: true, force: true });
      if (terminal !== undefined) removeRecording(home.recordings, terminal);
      ring.drop(id);
      options.journal().delete(id);
      hub.publish({ type: "session_removed", id });
      return ok(undefined);
    },
    notice: (notice) => followNotice(notice, room),
    counts(id, counts) {
      const session = live.get(id);
      if (session === undefined) return;
      session.counts = counts;
      publish(session, false);
    },
    refresh() {
      for (const session of live.values()) publish(session, false);
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
