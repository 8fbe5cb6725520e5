/** Owns all sessions of this gateway: those that run, those that ran, and what changes them. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { SessionView } from "../../../shared/protocol/app-frames.ts";
import type { DaemonNotice, DaemonSession } from "../../../shared/protocol/daemon-api.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { AgentView, NewSession } from "../../../shared/protocol/gateway-api.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
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
import { guestSession } from "./guest-sessions.ts";
import { keepStream } from "./keep-stream.ts";
import { type LiveSession, NO_CALLS, sessionView, terminalView } from "./live-session.ts";
import { type SessionRecord, sessionRecordSchema } from "./session-record.ts";
import { runOf, type StartContext, startSession, startTerminal } from "./start-session.ts";

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
  create(request: NewSession): Promise<Result<SessionView>>;
  restart(id: string, size: Pick<NewSession, "cols" | "rows">): Promise<Result<SessionView>>;
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
    live.set(session.record.id, session);
    publish(session, true);
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

  function fromDaemon(told: DaemonSession): void {
    for (const session of live.values()) {
      if (session.record.terminal_session !== told.session_id) continue;
      if (told.terminal !== null) session.record.terminal = terminalView(told.terminal);
      session.attention = told.terminal?.attention ?? false;
      session.attentionReason = told.terminal?.attention_reason;
      if (session.stream === undefined) openStream(session);
      publish(session, true);
    }
  }

  /** The daemon does not have it any more, so neither does its program run. */
  function gone(session: LiveSession, reason: string): void {
    const { terminal } = session.record;
    if (terminal.state === "running" || terminal.state === "starting")
      session.record.terminal = { state: "gone", reason };
    session.attention = false;
    publish(session, true);
  }

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
      for (const session of live.values()) {
        const { mcp } = session.record;
        if (mcp.session_id !== id || mcp.token !== token) continue;
        if (session.stream === undefined || session.stream.status().status === "ended") openStream(session);
        return session;
      }
      const session = guestSession(id, token, daemon, ring, iso());
      openStream(session);
      return session;
    },
    async create(request) {
      const ready = await context();
      if (!ready.ok) return ready;
      const record = await startSession(request, ready.value);
      if (!record.ok) return record;
      const session = add(record.value, 0, NO_CALLS);
      const view = publish(session, true);
      openStream(session);
      return ok(view);
    },
    async restart(id, size) {
      const session = live.get(id);
      if (session === undefined) return noSession(id);
      if (session.record.terminal.state === "running") {
        return failed("terminal-running", "Its program still runs.", "End it first.");
      }
      const ready = await context();
      if (!ready.ok) return ready;
      const { record } = session;
      const { terminals, mcp } = ready.value;
      const known = await terminals.client.sessions();
      const there = known.ok && known.value.sessions.some((item) => item.session_id === record.terminal_session);
      if (there && record.mcp.own) {
        const found = (await options.agents()).find((agent) => agent.id === record.agent);
        record.terminal = await startTerminal(record, size, ready.value, found);
        return ok(publish(session, true));
      }
      // Its daemon is another one by now: the session goes on there under its own history.
      const again = await startSession(
        { ...record.request, ...size, agent: record.agent, cwd: record.cwd, label: record.label },
        ready.value,
      );
      if (!again.ok) return again;
      const { mcp: access, terminal, terminal_session } = again.value;
      session.record = { ...record, mcp: access, terminal };
      if (!access.own) session.record.mcp.run = runOf(mcp);
      if (terminal_session !== undefined) session.record.terminal_session = terminal_session;
      openStream(session);
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
    notice(notice) {
      switch (notice.type) {
        case "sessions": {
          const there = new Set(notice.sessions.map((item) => item.session_id));
          for (const told of notice.sessions) fromDaemon(told);
          for (const session of live.values()) {
            const terminal = session.record.terminal_session;
            if (terminal !== undefined && !there.has(terminal)) gone(session, "the daemon that ran it is gone");
          }
          return;
        }
        case "session":
          return fromDaemon(notice.session);
        case "session_ended":
          for (const session of live.values()) {
            if (session.record.terminal_session === notice.session_id) gone(session, "its session was ended");
          }
          return;
        case "servers":
          return hub.publish(notice);
      }
    },
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
      for (const session of live.values()) session.stream?.close();
    },
  };
}
