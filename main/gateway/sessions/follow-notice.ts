/** What the daemon's notices change in the sessions: terminals that run, wait or ended, and sessions that are gone. */

import type { AppFrame } from "../../../shared/protocol/app-frames.ts";
import type { DaemonNotice, DaemonSession } from "../../../shared/protocol/daemon-api.ts";
import { ENDED_ON_PURPOSE } from "../../../shared/sessions/interrupted.ts";
import type { DaemonId } from "../link/daemon-ref.ts";
import { type LiveSession, terminalSigns, terminalView } from "./live-session.ts";
import { isAtOneDaemon, withTurn } from "./session-record.ts";
import { withShownSessions } from "./shown-inbox.ts";

export interface SessionRoom {
  /** Those that may have a terminal at this daemon. */
  sessions(daemon: DaemonId): Iterable<LiveSession>;
  publish(session: LiveSession, save: boolean): void;
  openStream(session: LiveSession): void;
  /** The daemon has a session that nobody here knows. */
  adopt(daemon: DaemonId, told: DaemonSession): void;
  /** Nobody will tell how its running calls end. */
  endCalls(session: LiveSession): void;
  /** The daemon knows of kept writes that have ended and that no stream tells of. */
  takeOutcomes(daemon: DaemonId): void;
  /** The id that pages know a daemon session by. */
  shown: (daemonId: string) => string | undefined;
  /** Told to pages, what waits on other machines together with ours. */
  pass(daemon: DaemonId, frame: Extract<AppFrame, { type: "servers" | "outbox" | "inbox" }>): void;
}

export function followNotice(daemon: DaemonId, notice: DaemonNotice, room: SessionRoom): void {
  switch (notice.type) {
    case "sessions": {
      const there = new Set(notice.sessions.map((item) => item.session_id));
      for (const told of notice.sessions) follow(daemon, told, room);
      for (const session of room.sessions(daemon)) {
        const terminal = session.record.terminal_session;
        if (terminal !== undefined && !there.has(terminal)) gone(session, "the daemon that ran it is gone", room);
      }
      break;
    }
    case "session":
      follow(daemon, notice.session, room);
      break;
    case "session_ended":
      for (const session of room.sessions(daemon)) {
        if (session.record.terminal_session === notice.session_id) gone(session, ENDED_ON_PURPOSE, room);
      }
      break;
    case "outbox":
      if ((notice.outbox.untold ?? 0) > 0) room.takeOutcomes(daemon);
      room.pass(daemon, notice);
      break;
    case "inbox":
      room.pass(daemon, { type: "inbox", inbox: withShownSessions(notice.inbox, room.shown) });
      break;
    case "servers":
      room.pass(daemon, notice);
  }
}

function follow(daemon: DaemonId, told: DaemonSession, room: SessionRoom): void {
  let known = false;
  for (const session of room.sessions(daemon)) {
    if (session.record.terminal_session !== told.session_id) continue;
    known = true;
    if (told.terminal !== null) session.record.terminal = terminalView(told.terminal);
    // A session of an earlier run of the daemon came back for its agent, which outlived it; the terminal did not.
    else if (session.record.terminal.state === "running") {
      session.record.terminal = { state: "gone", reason: "the daemon that ran it is gone" };
    }
    const began = told.terminal?.turn_started_at;
    if (began !== undefined) session.record.turns = withTurn(session.record.turns, began);
    if (told.conversation !== undefined) session.record.conversation = told.conversation;
    session.attention = told.terminal?.attention ?? false;
    session.attentionReason = told.terminal?.attention_reason;
    session.attentionNeed = told.terminal?.attention_need;
    session.ports = told.ports;
    session.asks = told.asks;
    session.signs = told.terminal === null ? undefined : terminalSigns(told.terminal);
    if (session.stream === undefined || session.stream.status().status === "ended") room.openStream(session);
    room.publish(session, true);
  }
  if (!known) room.adopt(daemon, told);
}

/** The daemon does not have it any more: its program does not run, and nobody will say how its calls ended. */
function gone(session: LiveSession, reason: string, room: SessionRoom): void {
  const { terminal } = session.record;
  const ran = terminal.state === "running" || terminal.state === "starting";
  if (isAtOneDaemon(session.record) && session.counts.running > 0) room.endCalls(session);
  if (!ran && !session.attention) return;
  if (ran) session.record.terminal = { state: "gone", reason };
  session.attention = false;
  session.attentionReason = undefined;
  session.attentionNeed = undefined;
  session.asks = undefined;
  room.publish(session, true);
}
