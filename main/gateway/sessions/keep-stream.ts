/** Owns tying a session to its stream: which daemon may get its token, and where its events go. */
import type { Log } from "../../home/create-log.ts";
import type { Journal } from "../journal/open-journal.ts";
import type { Daemons } from "../link/daemons.ts";
import { openSessionStream, type StreamStatus } from "../link/session-stream.ts";
import type { Counters } from "../metrics.ts";
import type { LiveSession } from "./live-session.ts";
import { runOf } from "./start-session.ts";

export interface StreamContext {
  journal: () => Journal;
  daemons: () => Daemons;
  log: Log;
  now: () => number;
  steady: () => number;
  random: () => number;
  counters: Counters;
  onStatus: (session: LiveSession, status: StreamStatus) => void;
}

/** Opens the session's stream, closing an earlier one. It goes on where the last recorded event was. */
export function keepStream(session: LiveSession, context: StreamContext): void {
  const { mcp, id } = session.record;
  session.stream?.close();
  const stream = openSessionStream({
    session: mcp.session_id,
    token: mcp.token,
    eventId: session.eventId,
    // A token goes to the daemon that gave it and to no other: ours proves itself, a foreign one is known by its run.
    daemon: (signal) =>
      context.daemons().when((daemon) => {
        if (mcp.own || daemon.found.own) return mcp.own && daemon.found.own;
        return mcp.run === runOf(daemon);
      }, signal),
    add(source, from, to, at) {
      context.counters.events += 1;
      context.counters.eventBytes += to - from;
      session.log.add(source, from, to, at);
    },
    publish(lastId) {
      session.eventId = lastId ?? session.eventId;
      context.journal().append(id, session.log.publish(), lastId);
    },
    broken: () => session.log.breakOff(),
    room: () => context.journal().room(),
    onStatus: (status) => {
      if (status.status === "reconnecting") context.counters.reconnects += 1;
      if (session.stream === stream || session.stream === undefined) context.onStatus(session, status);
    },
    now: context.now,
    steady: context.steady,
    random: context.random,
    log: context.log,
  });
  session.stream = stream;
}
