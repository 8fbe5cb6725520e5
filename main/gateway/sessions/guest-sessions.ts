/** Sessions that somebody else made at a daemon and whose token a client brings: bridged and recorded like our own. */
import { randomUUID } from "node:crypto";
import type { LogRing } from "../bridge/session-log.ts";
import { type Connected, can } from "../link/connected.ts";
import { createEntryCount } from "../link/entry-count.ts";
import { UNKNOWN_RUN } from "../link/run-mark.ts";
import { type LiveSession, NO_CALLS } from "./live-session.ts";
import { isLinkId, runOf } from "./start/start-session.ts";

/** The record of a guest. It is listed and recorded once the daemon has accepted its token. `known` finds listed sessions. */
export function guestSession(
  session: string,
  token: string,
  daemon: Connected,
  ring: LogRing,
  now: string,
  known: (id: string) => LiveSession | undefined,
): LiveSession {
  const id = isLinkId(session) ? session : randomUUID();
  const log = ring.open(id);
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
      mcp: {
        daemon: daemon.ref.id,
        session_id: session,
        token,
        ...(can(daemon, "terminals") ? {} : { run: runOf(daemon) }),
      },
      terminal: { state: "none" },
    },
    log,
    count: createEntryCount(log),
    counts: NO_CALLS,
    attention: false,
    stream: undefined,
    // By a newer token: it goes on where the history of that id is.
    eventId: known(id)?.eventId ?? (log.last() > 0 ? UNKNOWN_RUN : undefined),
    listed: false,
  };
}

/** The same session by the same token, listed or not: one stream serves all who ask. */
export function findGuest(sessions: readonly LiveSession[], id: string, token: string): LiveSession | undefined {
  return sessions.find(({ record: { mcp } }) => mcp.session_id === id && mcp.token === token);
}
