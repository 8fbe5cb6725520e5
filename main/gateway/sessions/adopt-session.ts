/** Sessions that a daemon of Signalbox has and this gateway does not know, as after a lost history: their programs run, so they are shown. */
import { basename } from "node:path";
import { type AgentId, agentIdSchema } from "../../../shared/protocol/app-frames.ts";
import type { DaemonSession } from "../../../shared/protocol/daemon-api.ts";
import { check } from "../../../shared/protocol/schema.ts";
import type { StartedSession } from "../../../shared/protocol/start-session-api.ts";
import { AGENTS } from "../../agents/agents.ts";
import { type DaemonId, OWN_DAEMON } from "../link/daemon-ref.ts";
import { terminalView } from "./live-session.ts";
import type { SessionRecord } from "./session-record.ts";
import { isLinkId } from "./start/start-session.ts";

/** Undefined for a session without a program: whoever made it brings its token. Its events are read with the daemon's key. */
export function adoptedRecord(daemon: DaemonId, told: DaemonSession): SessionRecord | undefined {
  if (told.terminal === null || !isLinkId(told.session_id)) return undefined;
  const agent = check(agentIdSchema, told.agent);
  const id = agent.ok ? agent.value : "custom";
  return {
    id: told.session_id,
    agent: id,
    agent_name: AGENTS[id].name,
    label: told.label ?? (basename(told.cwd) || "Session"),
    cwd: told.cwd,
    command: "",
    created_at: told.created_at,
    request: {},
    mcp: { daemon, session_id: told.session_id, token: "" },
    ...(daemon === OWN_DAEMON ? {} : { terminal_daemon: daemon }),
    terminal_session: told.session_id,
    terminal: terminalView(told.terminal),
  };
}

/** A session that the daemon of another machine started for this gateway. Undefined where no link can carry its id. */
export function startedRecord(daemon: DaemonId, agent: AgentId, started: StartedSession): SessionRecord | undefined {
  const { session_id: id, agent_name, label, cwd, command, created_at, terminal } = started;
  if (!isLinkId(id)) return undefined;
  return {
    id,
    agent,
    agent_name,
    label,
    cwd,
    command,
    created_at,
    request: {},
    mcp: { daemon, session_id: id, token: "" },
    terminal_daemon: daemon,
    terminal_session: id,
    terminal: terminalView(terminal),
  };
}
