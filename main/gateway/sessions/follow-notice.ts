/** Owns what the daemon's notices change in the sessions: terminals that run, wait or ended, and sessions that are gone. */
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import type { AppFrame } from "../../../shared/protocol/app-frames.ts";
import type { DaemonNotice, DaemonSession } from "../../../shared/protocol/daemon-api.ts";
import { type LiveSession, terminalSigns, terminalView } from "./live-session.ts";
import { withTurn } from "./session-record.ts";

export interface SessionRoom {
  sessions(): Iterable<LiveSession>;
  publish(session: LiveSession, save: boolean): void;
  openStream(session: LiveSession): void;
  /** The daemon has a session that nobody here knows. */
  adopt(told: DaemonSession): void;
  append(session: LiveSession, event: GapEvent): void;
  /** Told to pages as it is. */
  pass(frame: Extract<AppFrame, { type: "servers" | "outbox" }>): void;
}

export function followNotice(notice: DaemonNotice, room: SessionRoom): void {
  switch (notice.type) {
    case "sessions": {
      const there = new Set(notice.sessions.map((item) => item.session_id));
      for (const told of notice.sessions) follow(told, room);
      for (const session of room.sessions()) {
        const terminal = session.record.terminal_session;
        if (terminal !== undefined && !there.has(terminal)) gone(session, "the daemon that ran it is gone", room);
      }
      break;
    }
    case "session":
      follow(notice.session, room);
      break;
    case "session_ended":
      for (const session of room.sessions()) {
        if (session.record.terminal_session === notice.session_id) gone(session, "its session was ended", room);
      }
      break;
    case "servers":
    case "outbox":
      room.pass(notice);
  }
}

function follow(told: DaemonSession, room: SessionRoom): void {
  let known = false;
  for (const session of room.sessions()) {
    if (session.record.terminal_session !== told.session_id) continue;
    known = true;
    if (told.terminal !== null) session.record.terminal = terminalView(told.terminal);
    // A session of an earlier run of the daemon came back for its agent, which outlived it; the terminal did not.
    else if (session.record.terminal.state === "running") {
      session.record.terminal = { state: "gone", reason: "the daemon that ran it is gone" };
    }
    const began = told.terminal?.turn_started_at;
    if (began !== undefined) session.record.turns = withTurn(session.record.turns, began);
    session.attention = told.terminal?.attention ?? false;
    session.attentionReason = told.terminal?.attention_reason;
    session.signs = told.terminal === null ? undefined : terminalSigns(told.terminal);
    if (session.stream === undefined || session.stream.status().status === "ended") room.openStream(session);
    room.publish(session, true);
  }
  if (!known) room.adopt(told);
}

/** The daemon does not have it any more: its program does not run, and nobody will say how its calls ended. */
function gone(session: LiveSession, reason: string, room: SessionRoom): void {
  const { terminal, mcp } = session.record;
  const ran = terminal.state === "running" || terminal.state === "starting";
  if (mcp.own && session.counts.running > 0) {
    room.append(session, { kind: "gap", missed: null, outcomes_lost: true });
  }
  if (!ran && !session.attention) return;
  if (ran) session.record.terminal = { state: "gone", reason };
  session.attention = false;
  session.attentionReason = undefined;
  room.publish(session, true);
}
