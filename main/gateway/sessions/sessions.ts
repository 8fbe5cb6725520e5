/** Owns all sessions of this gateway: those that run, those that ran, and what changes them. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { SessionView } from "../../../shared/protocol/app-frames.ts";
import type { DaemonNotice, DaemonSession } from "../../../shared/protocol/daemon-api.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { AgentView, NewSession, RestartSession } from "../../../shared/protocol/gateway-api.ts";
import { resumeArguments } from "../../agents/agents.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { removeRecording } from "../../home/recording/read-recording.ts";
import type { CallCounts, StoredSession } from "../journal/messages.ts";
import type { StreamStatus } from "../link/session-stream.ts";
import { adoptedRecord } from "./adopt-session.ts";
import { followNotice, type SessionRoom } from "./follow-notice.ts";
import type { LiveSession } from "./live-session.ts";
import { restartSession } from "./restart-session.ts";
import { createSessionTable, type SessionTableOptions } from "./session-table.ts";
import { type GivenSession, openSession, type StartContext, startTerminal } from "./start-session.ts";

/** How long a person waits for a daemon that has to be started first, in milliseconds. */
const DAEMON_WAIT_MS = 15_000;

export interface SessionsOptions extends SessionTableOptions {
  home: HomeFolder;
  agents: () => Promise<readonly AgentView[]>;
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
  rename(id: string, label: string): Promise<Result<SessionView>>;
  remove(id: string): Promise<Result<void>>;
  notice(notice: DaemonNotice): void;
  counts(id: string, counts: CallCounts): void;
  /** The daemon came or went. */
  refresh(): void;
  onStatus(listener: (session: LiveSession, status: StreamStatus) => void): () => void;
  dispose(): void;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { home, hub, now } = options;
  const table = createSessionTable(options);
  const noSession = (id: string) => failed("no-such-session", `Session ${id.slice(0, 8)}… isn't on this computer.`);

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
    if (record === undefined || table.get(record.id) !== undefined) return;
    const session = table.add(record);
    table.openStream(session);
    table.publish(session, true);
  }

  const { publish, openStream, append, load, get, guest, leave, onStatus, dispose } = table;
  const room: SessionRoom = { sessions: table.all, publish, openStream, adopt, append, pass: hub.publish };

  return {
    load,
    get,
    view(id) {
      const session = table.get(id);
      return session === undefined ? undefined : table.view(session);
    },
    guest,
    leave,
    async create(request, given) {
      const ready = await context();
      if (!ready.ok) return ready;
      making += 1;
      const record = await openSession(request, ready.value, given).finally(() => {
        making -= 1;
      });
      if (!record.ok) return record;
      const session = table.add(record.value);
      table.openStream(session);
      await startTerminal(session, request, ready.value);
      const view = table.publish(session, true);
      // Whoever is told of a session finds it again, whatever happens to this process.
      await options.journal().settled();
      return ok(view);
    },
    async restart(id, { resume, ...size }) {
      const session = table.get(id);
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
      if (again.value === "elsewhere") table.openStream(session);
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
    async remove(id) {
      const session = table.get(id);
      if (session === undefined) return noSession(id);
      table.drop(session);
      const { terminal_session: terminal, mcp } = session.record;
      if (terminal !== undefined) await options.daemons().own()?.client.endSession(terminal);
      rmSync(join(home.run, mcp.session_id), { recursive: true, force: true });
      if (terminal !== undefined) removeRecording(home.recordings, terminal);
      await options.journal().settled();
      return ok(undefined);
    },
    notice: (notice) => followNotice(notice, room),
    counts(id, counts) {
      const session = table.get(id);
      if (session === undefined) return;
      session.counts = counts;
      table.publish(session, false);
    },
    refresh() {
      for (const session of table.all()) table.publish(session, false);
    },
    onStatus,
    dispose,
  };
}
