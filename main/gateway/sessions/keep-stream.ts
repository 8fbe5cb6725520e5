/** Ties a session to its stream: which daemon may get its token, and where its events go. */
import type { Log } from "../../home/create-log.ts";
import type { Counters } from "../bridge/counters.ts";
import type { Journal } from "../journal/open-journal.ts";
import { FOREIGN_DAEMON } from "../link/daemon-ref.ts";
import type { Daemons } from "../link/daemons.ts";
import { openSessionStream, type StreamStatus } from "../link/session-stream.ts";
import type { CleanEvents } from "./clean-event.ts";
import type { LiveSession } from "./live-session.ts";
import { isDaemonOf, sessionHeaders } from "./session-credential.ts";
import type { ShrinkEvents } from "./shrink-event.ts";

export interface StreamContext {
  journal: () => Journal;
  daemons: () => Daemons;
  log: Log;
  now: () => number;
  steady: () => number;
  random: () => number;
  counters: Counters;
  onStatus: (session: LiveSession, status: StreamStatus) => void;
  /** For what a foreign daemon sends; ours has removed all that it knows. */
  cleanEvents: CleanEvents;
  /** For the same, where an event is larger than ours are. */
  shrinkEvents: ShrinkEvents;
}

/** Opens the session's stream, closing an earlier one. It goes on where the last recorded event was. */
export function keepStream(session: LiveSession, context: StreamContext): void {
  const { mcp, id } = session.record;
  session.stream?.close();
  const stream = openSessionStream({
    session: mcp.session_id,
    headers: (daemon) => sessionHeaders(mcp, daemon),
    eventId: session.eventId,
    daemon: (signal) => context.daemons().when((daemon) => isDaemonOf(mcp, daemon), signal),
    entries: session.log,
    count: session.count,
    add(seq, source, from, to, at, marks, mark) {
      context.counters.events += 1;
      context.counters.eventBytes += to - from;
      if (mcp.daemon !== FOREIGN_DAEMON) session.log.add(seq, source, from, to, at, marks, mark);
      else {
        const small = context.shrinkEvents.shrink(id, source, from, to);
        const clean = context.cleanEvents.clean(small.source, small.from, small.to);
        // A mark tells of what the daemon said; what was changed is read.
        const isUntouched = clean.source === source;
        session.log.add(seq, clean.source, clean.from, clean.to, at, isUntouched ? marks : undefined, mark);
      }
    },
    publish(lastId) {
      session.eventId = lastId ?? session.eventId;
      context.journal().append(id, session.log.publish(), lastId);
    },
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
