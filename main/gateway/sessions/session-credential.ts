/** Which daemon may be sent a session's token: the one that gave it, and no other. Nothing else makes a header of a token. */
import { type Connected, can } from "../link/connected.ts";
import type { SessionRecord } from "./session-record.ts";
import { runOf } from "./start/start-session.ts";

type Place = SessionRecord["mcp"];

/** A daemon of Signalbox has proved who it is; a foreign one cannot, and is known by its run (process and start). */
export function isDaemonOf(mcp: Place, daemon: Connected): boolean {
  if (mcp.daemon !== daemon.ref.id) return false;
  return can(daemon, "terminals") || mcp.run === runOf(daemon);
}

/** The header by which the daemon knows the session; undefined for every daemon that did not give its token. */
export function sessionHeaders(mcp: Place, daemon: Connected): Record<string, string> | undefined {
  if (!isDaemonOf(mcp, daemon)) return undefined;
  // Without a token of its own, a session of a daemon of Signalbox is read with that daemon's key.
  return mcp.token === "" ? { ...daemon.client.keyHeaders } : { authorization: `Bearer ${mcp.token}` };
}
