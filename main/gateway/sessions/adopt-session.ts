/** Owns sessions that our own daemon has and this gateway does not know, as after a lost history: their programs run, so they are shown. */
import { basename } from "node:path";
import { agentIdSchema } from "../../../shared/protocol/app-frames.ts";
import type { DaemonSession } from "../../../shared/protocol/daemon-api.ts";
import { check } from "../../../shared/protocol/schema.ts";
import { AGENTS } from "../../agents/agents.ts";
import { terminalView } from "./live-session.ts";
import type { SessionRecord } from "./session-record.ts";
import { isLinkId } from "./start-session.ts";

/** Undefined for a session without a program: whoever made it brings its token. Its events are read with the daemon's key. */
export function adoptedRecord(told: DaemonSession): SessionRecord | undefined {
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
    mcp: { own: true, session_id: told.session_id, token: "" },
    terminal_session: told.session_id,
    terminal: terminalView(told.terminal),
  };
}
