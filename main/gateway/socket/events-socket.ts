/** Owns `/ws/mcp/events`: a session's log as frames, in our protocol or, event by event, in the original one. */
import type { WebSocket } from "ws";
import { eventClientFrameSchema } from "../../../shared/protocol/event-frames.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { CLOSE, SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { type Cursor, openCursor } from "../bridge/cursor.ts";
import { createLogRing } from "../bridge/session-log.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { openSessionStream, type StreamStatus } from "../link/session-stream.ts";
import type { LiveSession } from "../sessions/live-session.ts";
import { socketRoom } from "./socket-room.ts";

/** Memory for a session that this gateway did not create, and does not record. */
const GUEST_RING_BYTES = 4 * 1024 * 1024;

/** A session of ours: from `after`, or in the original protocol from now on. */
export function serveEvents(
  socket: WebSocket,
  session: LiveSession,
  after: number | undefined,
  parts: GatewayParts,
): void {
  const verbatim = socket.protocol !== SUBPROTOCOL;
  const out = socketRoom(socket, () => cursor.pump());
  const cursor = openCursor({
    log: session.log,
    after: verbatim ? session.log.last() : (after ?? 0),
    sink: out,
    history: (from) => parts.journal.read(session.record.id, from),
    verbatim,
  });
  const tell = (status: StreamStatus) => {
    if (!verbatim) cursor.whenCaughtUp(JSON.stringify(status));
  };
  const stop = parts.sessions.onStatus((id, status) => {
    if (id === session.record.id) tell(status);
  });
  listen(socket, cursor, () => {
    cursor.close();
    stop();
  });
  tell(session.stream?.status() ?? { status: "ended" });
  cursor.pump();
}

/** A session that somebody else made at the daemon, and whose token the client brings. */
export function serveGuest(socket: WebSocket, session: string, token: string, parts: GatewayParts): void {
  const verbatim = socket.protocol !== SUBPROTOCOL;
  const log = createLogRing(GUEST_RING_BYTES).open(session);
  const out = socketRoom(socket, () => cursor.pump());
  const cursor = openCursor({ log, after: 0, sink: out, history: async () => [], verbatim });
  const stream = openSessionStream({
    session,
    token,
    eventId: undefined,
    daemon: async () => parts.daemons.primary.current(),
    append: (events) => void log.append(events, new Date(parts.now()).toISOString()),
    room: () => undefined,
    onStatus(status) {
      if (!verbatim) return cursor.whenCaughtUp(JSON.stringify(status));
      if (status.status === "live") return;
      // The original protocol knows no reconnection: one frame that says why, then the end.
      cursor.whenCaughtUp(JSON.stringify({ error: "daemon-unreachable", detail: status.detail ?? status.status }));
      socket.close(CLOSE.backendFailed, "daemon unreachable");
    },
    now: parts.now,
    random: parts.random,
    log: parts.log,
  });
  listen(socket, cursor, () => {
    cursor.close();
    stream.close();
  });
}

function listen(socket: WebSocket, cursor: Cursor, closed: () => void): void {
  socket.on("message", (data, isBinary) => {
    if (socket.protocol !== SUBPROTOCOL || isBinary) return;
    const frame = parseJson(eventClientFrameSchema, data.toString());
    if (frame.ok) cursor.conflate(frame.value.conflate);
    else socket.close(CLOSE.policy, "not a frame of signalbox.v1");
  });
  socket.on("close", closed);
}
