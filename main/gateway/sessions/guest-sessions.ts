/** Owns sessions that somebody else made at a daemon and whose token a client brings: bridged and recorded like our own. */
import { randomUUID } from "node:crypto";
import type { LogRing } from "../bridge/session-log.ts";
import type { Connected } from "../link/daemon-link.ts";
import { type LiveSession, NO_CALLS } from "./live-session.ts";
import { isLinkId, runOf } from "./start-session.ts";

/** The record of a guest. It is listed and recorded once the daemon has accepted its token. */
export function guestSession(
  session: string,
  token: string,
  daemon: Connected,
  ring: LogRing,
  now: string,
): LiveSession {
  const id = isLinkId(session) ? session : randomUUID();
  const { own } = daemon.found;
  return {
    record: {
      id,
      agent: "custom",
      agent_name: "Other program",
      label: `Session ${session.slice(0, 8)}`,
      cwd: "",
      command: "",
      created_at: now,
      request: {},
      mcp: { own, session_id: session, token, ...(own ? {} : { run: runOf(daemon) }) },
      terminal: { state: "none" },
    },
    log: ring.open(id),
    counts: NO_CALLS,
    attention: false,
    stream: undefined,
    eventId: undefined,
    listed: false,
  };
}

/** The same session by the same token, listed or not: one stream serves all who ask. */
export function findGuest(sessions: readonly LiveSession[], id: string, token: string): LiveSession | undefined {
  return sessions.find(({ record: { mcp } }) => mcp.session_id === id && mcp.token === token);
}
