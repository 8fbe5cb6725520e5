/** All sessions of this gateway: those that run, those that ran, and what changes them. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { SessionView } from "../../../shared/protocol/app-frames.ts";
import type { DaemonNotice, DaemonSession, StoppedTerminal } from "../../../shared/protocol/daemon-api.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { AgentView, NewSession, RestartSession } from "../../../shared/protocol/gateway-api.ts";
import type { Exposure } from "../../../shared/protocol/preview-api.ts";
import type { TypeRequest } from "../../../shared/protocol/script-api.ts";
import { hasConversation, resumptionOf } from "../../agents/agents.ts";
import { loginEnvironment } from "../../agents/login-environment.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { removeRecording } from "../../home/recording/read-recording.ts";
import { removeResults } from "../../home/results/result-files.ts";
import { partFolders } from "../history/kept-parts.ts";
import type { CallCounts, StoredSession } from "../journal/messages.ts";
import type { Connected } from "../link/connected.ts";
import { type DaemonId, OWN_DAEMON } from "../link/daemon-ref.ts";
import { UNKNOWN_RUN } from "../link/run-mark.ts";
import type { StreamStatus } from "../link/session-stream.ts";
import { createWaiting } from "../machines/join-waiting.ts";
import { adoptedRecord, startedRecord } from "./adopt-session.ts";
import { followNotice, type SessionRoom } from "./follow-notice.ts";
import { type LiveSession, terminalView } from "./live-session.ts";
import { daemonSessions, isFar, type SessionRecord, terminalDaemon } from "./session-record.ts";
import { createSessionTable, type SessionTableOptions } from "./session-table.ts";
import { restartSession, withCommand } from "./start/restart-session.ts";
import { type GivenSession, openSession, type StartContext, startTerminal } from "./start/start-session.ts";
import { createTakeOutcomes } from "./take-outcomes.ts";

/** How long a person waits for a daemon that has to be started first, in milliseconds. */
const DAEMON_WAIT_MS = 15_000;

export interface SessionsOptions extends Omit<SessionTableOptions, "results"> {
  home: HomeFolder;
  agents: () => Promise<readonly AgentView[]>;
}

export interface Sessions {
  load(stored: readonly StoredSession[]): void;
  get(id: string): LiveSession | undefined;
  /** The tokens of all sessions. */
  tokens(): string[];
  /** The session whose daemon gave this token. */
  byToken(token: string): LiveSession | undefined;
  /** The session that has, or had, this id at the daemon that has its terminal. */
  byDaemonId(id: string): LiveSession | undefined;
  view(id: string): SessionView | undefined;
  /** The folder of the files that people hand to its program; it may not be there yet. None for a program of another machine. */
  filesOf(id: string): string | undefined;
  /** The daemon of another machine that has its program, and its id there; undefined for a session of this machine. Fault: `machine-away`. */
  far(id: string): Result<{ daemon: Connected; session: string }> | undefined;
  /** A session of somebody else, by the token that a client brought; undefined while no daemon is connected. */
  guest(session: string, token: string): LiveSession | undefined;
  /** A reader of this session went: a guest that nobody accepted is given up with its last one. */
  leave(session: LiveSession): void;
  /** `given`: a session that its daemon already has. */
  create(request: NewSession, given?: GivenSession): Promise<Result<SessionView>>;
  /** On another machine, whose daemon plans it with its own agents and folders. */
  createAt(daemon: DaemonId, request: NewSession): Promise<Result<SessionView>>;
  restart(id: string, request: RestartSession): Promise<Result<SessionView>>;
  /** Ends its program; the session, its screen and its calls stay. */
  stop(id: string): Promise<Result<StoppedTerminal>>;
  /** Types into its program, and knows afterwards what the daemon says of it then. */
  type(id: string, request: TypeRequest): Promise<Result<void>>;
  rename(id: string, label: string): Promise<Result<SessionView>>;
  remove(id: string): Promise<Result<void>>;
  /** Replaces the ports that its previews may reach. */
  expose(id: string, exposures: Exposure[]): Promise<Result<void>>;
  records(): SessionRecord[];
  /** Called once a session is deleted. */
  onRemove(listener: (id: string) => void): void;
  notice(daemon: DaemonId, notice: DaemonNotice): void;
  counts(id: string, counts: CallCounts): void;
  /** The daemon came or went. */
  refresh(): void;
  onStatus(listener: (session: LiveSession, status: StreamStatus) => void): () => void;
  dispose(): void;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { home, hub, now } = options;
  const table = createSessionTable({ ...options, results: home.results });
  const noSession = (id: string) => failed("no-such-session", `Session ${id.slice(0, 8)}… isn't on this computer.`);

  /** `at`: the daemon that is to run the program. */
  async function context(at: DaemonId): Promise<Result<StartContext>> {
    const daemons = options.daemons();
    const terminals = await daemons.need(at, DAEMON_WAIT_MS);
    if (terminals === undefined) {
      const reason = daemons.primary.view().reason ?? "it did not come up";
      return failed(
        "no-daemon",
        `There is no daemon to run it: ${reason}`,
        "Start the built-in daemon, then try again.",
      );
    }
    // On this machine the tools are those of the daemon that discovery chose; elsewhere they are that daemon's own.
    const mcp = at === OWN_DAEMON ? (daemons.primary.current() ?? terminals) : terminals;
    const labels = () => [...table.all()].map(({ record }) => record.label);
    return ok({ home, mcp, terminals, agents: options.agents, labels, now });
  }

  /** Sessions that are being made: the daemon tells of them before their maker does. */
  let making = 0;
  function adopt(daemon: DaemonId, told: DaemonSession): void {
    const record = making > 0 ? undefined : adoptedRecord(daemon, told);
    if (record === undefined || table.get(record.id) !== undefined) return;
    const session = table.add(record);
    table.openStream(session);
    table.publish(session, true);
  }

  const removed: ((id: string) => void)[] = [];
  const { publish, openStream, load, get, guest, leave, onStatus, dispose } = table;
  const byDaemonId = (id: string) => [...table.all()].find(({ record }) => daemonSessions(record).includes(id));
  const takers = new Map<DaemonId, () => Promise<void>>();
  function takeOutcomes(daemon: DaemonId): void {
    const take =
      takers.get(daemon) ??
      createTakeOutcomes({
        client: () => options.daemons().get(daemon)?.client,
        journal: options.journal,
        byDaemonId,
        tell: table.tell,
      });
    takers.set(daemon, take);
    // What is told of a session after its end has the higher number.
    void ends.then(take);
  }
  let ends: Promise<unknown> = Promise.resolve();
  const ended = new WeakMap<LiveSession, number>();

  /** Every history of the session has this entry, under the number that its daemon gives. */
  function endCalls(session: LiveSession): void {
    const end = async () => {
      const { mcp } = session.record;
      const told = await options.daemons().get(mcp.daemon)?.client.over(mcp.session_id);
      if (table.get(session.record.id) !== session || session.counts.running === 0) return;
      if (told?.ok === true) {
        if (ended.get(session) === told.value.seq) return;
        ended.set(session, told.value.seq);
        return table.tell(session, JSON.stringify(told.value.event), told.value.seq);
      }
      // It is here after all, or it is looked for again when there is a daemon.
      if (told === undefined || ["session-there", "daemon-unreachable"].includes(told.fault.code)) return;
      table.tell(session, JSON.stringify({ kind: "gap", missed: null, outcomes_lost: true }), undefined);
    };
    // One that fails must not keep the others from their ends.
    ends = ends.then(end).catch((error: unknown) => options.log.error({ error }, "a session's calls were not ended"));
  }

  const waiting = createWaiting();
  const room: SessionRoom = {
    sessions: (daemon) => [...table.all()].filter(({ record }) => terminalDaemon(record) === daemon),
    publish,
    openStream,
    adopt,
    endCalls,
    takeOutcomes,
    shown: (id) => byDaemonId(id)?.record.id,
    pass(daemon, frame) {
      if (frame.type === "inbox") hub.publish({ type: "inbox", inbox: waiting.inbox(daemon, frame.inbox) });
      else if (frame.type === "outbox") hub.publish({ type: "outbox", outbox: waiting.outbox(daemon, frame.outbox) });
      else if (daemon === OWN_DAEMON) hub.publish(frame);
    },
  };

  /** What the journal says of programs is as old as the gateway's last look at the daemon. */
  async function lookAtDaemon(id: DaemonId): Promise<void> {
    const daemon = await options.daemons().settledAt(id);
    const known = await daemon?.client.sessions();
    if (known?.ok) followNotice(id, { type: "sessions", sessions: known.value.sessions }, room);
  }

  function away(daemon: DaemonId) {
    const state = hub.state().daemons?.find(({ id }) => id === daemon);
    const name = state?.name ?? "The machine";
    const reason = state?.reason === undefined ? "" : `: ${state.reason}`;
    return failed("machine-away", `${name} can't be reached${reason}.`, "Try again when it is back.");
  }

  /** The program as it was started there before: nothing of its plan is known here. */
  async function restartElsewhere(session: LiveSession, otherwise: boolean): Promise<Result<SessionView>> {
    const { record } = session;
    const daemon = terminalDaemon(record);
    const there = await options.daemons().need(daemon, DAEMON_WAIT_MS);
    if (there === undefined || record.terminal_session === undefined) return away(daemon);
    if (otherwise) {
      return failed(
        "cannot-resume",
        "A program of another machine can be restarted from here only as it was started.",
        "Restart it as it was, or open Signalbox on that machine.",
      );
    }
    const started = await there.client.startTerminal(record.terminal_session, { restart: true });
    if (!started.ok) return started;
    record.ran = { ...record.ran, from: new Date(now()).toISOString() };
    record.terminal = terminalView(started.value);
    return ok(table.publish(session, true));
  }

  return {
    load,
    get,
    tokens: table.tokens,
    byToken: (token) => [...table.all()].find(({ record }) => record.mcp.token === token),
    byDaemonId,
    view(id) {
      const session = table.get(id);
      return session === undefined ? undefined : table.view(session);
    },
    filesOf(id) {
      const session = table.get(id);
      if (session === undefined || isFar(session.record)) return undefined;
      return join(home.run, session.record.mcp.session_id, "files");
    },
    far(id) {
      const record = table.get(id)?.record;
      if (record === undefined || !isFar(record)) return undefined;
      const daemon = options.daemons().get(terminalDaemon(record));
      return daemon === undefined
        ? away(terminalDaemon(record))
        : ok({ daemon, session: record.terminal_session ?? record.mcp.session_id });
    },
    guest,
    leave,
    async create(request, given) {
      const ready = await context(OWN_DAEMON);
      if (!ready.ok) return ready;
      making += 1;
      const record = await openSession(request, ready.value, given).finally(() => {
        making -= 1;
      });
      if (!record.ok) return record;
      if (request.expose !== undefined) record.value.exposures = request.expose;
      record.value.ran = { from: new Date(now()).toISOString() };
      const session = table.add(record.value);
      table.openStream(session);
      await startTerminal(session, request, ready.value);
      const view = table.publish(session, true);
      // Whoever is told of a session finds it again, whatever happens to this process.
      await options.journal().settled();
      return ok(view);
    },
    async createAt(daemon, request) {
      if (request.template !== undefined) {
        return failed(
          "template-elsewhere",
          "An agent of your own can be started on this machine only.",
          "Enter its command instead.",
        );
      }
      const there = await options.daemons().need(daemon, DAEMON_WAIT_MS);
      if (there === undefined) return away(daemon);
      making += 1;
      const { agent, cwd, label, command, args, env, servers, cols, rows } = request;
      const asked = { agent, cwd, label, command, args, env, servers, cols, rows };
      const started = await there.client.startSession(asked).finally(() => {
        making -= 1;
      });
      if (!started.ok) return started;
      const record = startedRecord(daemon, agent, started.value);
      if (record === undefined)
        return failed("daemon-answer", "The machine gave the session an id that cannot be used.");
      if (request.expose !== undefined) record.exposures = request.expose;
      record.ran = { from: new Date(now()).toISOString() };
      const session = table.get(record.id) ?? table.add(record);
      table.openStream(session);
      const view = table.publish(session, true);
      await options.journal().settled();
      return ok(view);
    },
    async stop(id) {
      const session = table.get(id);
      if (session === undefined) return noSession(id);
      const { record } = session;
      if (record.terminal_session === undefined || record.terminal.state !== "running") return ok({ by: null });
      const at = terminalDaemon(record);
      const daemon = await options.daemons().settledAt(at);
      if (daemon === undefined) {
        return failed("no-daemon", "The daemon that runs this program isn't connected.", "Reconnect, then try again.");
      }
      const stopped = await daemon.client.stopTerminal(record.terminal_session);
      if (stopped.ok) await lookAtDaemon(at);
      return stopped;
    },
    async type(id, request) {
      const session = table.get(id);
      if (session === undefined) return noSession(id);
      const { terminal_session: terminal } = session.record;
      const at = terminalDaemon(session.record);
      if (terminal === undefined) return failed("no-terminal", "This session has no terminal.");
      const daemon = await options.daemons().settledAt(at);
      if (daemon === undefined) {
        return failed("no-daemon", "The daemon that runs this program isn't connected.", "Reconnect, then try again.");
      }
      const typed = await daemon.client.type(terminal, request);
      if (!typed.ok) return typed;
      // Whoever waits for the next turn from here on must not be told of the last one.
      await lookAtDaemon(at);
      return ok(undefined);
    },
    async restart(id, { resume, words, ...size }) {
      const session = table.get(id);
      if (session === undefined) return noSession(id);
      if (terminalDaemon(session.record) !== OWN_DAEMON)
        return restartElsewhere(session, resume === true || words !== undefined);
      if (session.record.terminal.state === "running") await lookAtDaemon(terminalDaemon(session.record));
      if (session.record.terminal.state === "running") {
        return failed("terminal-running", "Its program still runs.", "End it first.");
      }
      if (words !== undefined) {
        const changed = withCommand(session.record, words);
        if (!changed.ok) return changed;
        session.record = changed.value;
      }
      const { agent, agent_name: name, request } = session.record;
      const { conversation } = session.record;
      const resumption = resume === true ? resumptionOf(agent, { ...request, conversation }) : undefined;
      const args = resume === true ? resumption?.args : request.args;
      if (resume === true && args === undefined) {
        return failed(
          "cannot-resume",
          `${name} can't resume a conversation the way this session was started.`,
          "Restart it.",
        );
      }
      if (resumption?.by === "folder" && table.overtaken(session)) {
        return failed(
          "cannot-resume",
          `Another session of ${name} has run in this folder since, and ${name} would resume that session's conversation.`,
          `Restart it, and choose the conversation in ${name}.`,
        );
      }
      if (resume === true && conversation !== undefined && resumption?.by === "name") {
        const env = { ...(await loginEnvironment(process.env)), ...request.env };
        if (resumption.args.includes(conversation) && hasConversation(agent, conversation, env) === false) {
          return failed(
            "conversation-gone",
            `${name} doesn't have this conversation any more: it was deleted, or cleaned up.`,
            "Restart the session to begin a new one.",
          );
        }
      }
      const ready = await context(terminalDaemon(session.record));
      if (!ready.ok) return ready;
      // The next word of the agent names the new one.
      if (resume !== true) delete session.record.conversation;
      const { ran } = session.record;
      session.record.ran = { ...ran, from: new Date(now()).toISOString() };
      delete session.record.overtaken;
      const again = await restartSession(session, args === undefined ? size : { ...size, args }, ready.value);
      if (!again.ok) return again;
      if (again.value === "elsewhere") {
        // Whoever told of what is there already may have named its calls as the new one does.
        session.eventId ??= session.log.last() > 0 ? UNKNOWN_RUN : undefined;
        table.openStream(session);
      }
      return ok(table.publish(session, true));
    },
    async rename(id, label) {
      const session = table.get(id);
      if (session === undefined) return noSession(id);
      session.record.label = label;
      const view = table.publish(session, true);
      await options.journal().settled();
      return ok(view);
    },
    async expose(id, exposures) {
      const session = table.get(id);
      if (session === undefined) return noSession(id);
      session.record.exposures = exposures;
      table.publish(session, true);
      await options.journal().settled();
      return ok(undefined);
    },
    records: () => [...table.all()].map(({ record }) => record),
    onRemove(listener) {
      removed.push(listener);
    },
    async remove(id) {
      const session = table.get(id);
      if (session === undefined) return noSession(id);
      const { terminal_session: terminal, mcp } = session.record;
      const daemon = terminalDaemon(session.record);
      const ended = ["exited", "failed", "gone", "none"].includes(session.record.terminal.state);
      // Its program would run on, and the session would be back with its machine.
      if (daemon !== OWN_DAEMON && !ended && options.daemons().get(daemon) === undefined) return away(daemon);
      table.drop(session);
      for (const listener of removed) listener(id);
      if (terminal !== undefined) await (await options.daemons().settledAt(daemon))?.client.endSession(terminal);
      rmSync(join(home.run, mcp.session_id), { recursive: true, force: true });
      if (terminal !== undefined) removeRecording(home.recordings, terminal);
      for (const folder of partFolders(session.record)) removeResults(home.results, folder);
      await options.journal().settled();
      return ok(undefined);
    },
    notice: (daemon, notice) => followNotice(daemon, notice, room),
    counts(id, counts) {
      const session = table.get(id);
      if (session === undefined) return;
      session.counts = counts;
      table.publish(session, false);
    },
    refresh() {
      for (const daemon of waiting.daemons()) {
        // What our own waits for stays shown while it is looked for.
        if (daemon === OWN_DAEMON || options.daemons().get(daemon) !== undefined) continue;
        const { inbox, outbox } = waiting.gone(daemon);
        if (inbox !== undefined) hub.publish({ type: "inbox", inbox });
        if (outbox !== undefined) hub.publish({ type: "outbox", outbox });
      }
      for (const session of table.all()) table.publish(session, false);
    },
    onStatus,
    dispose,
  };
}
