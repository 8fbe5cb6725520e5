/** `/ws/mcp/events`: a session's log as frames, in our protocol or, event by event, in the original one. */
import type { WebSocket } from "ws";
import { eventClientFrameSchema } from "../../../shared/protocol/event-frames.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { CLOSE, SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { type Cursor, openCursor } from "../bridge/cursor.ts";
import type { Journal } from "../journal/open-journal.ts";
import type { StreamStatus } from "../link/session-stream.ts";
import type { LiveSession } from "../sessions/live-session.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { type Corkable, socketRoom } from "./socket-room.ts";

export interface EventsSocketContext {
  journal: Pick<Journal, "read">;
  sessions: Pick<Sessions, "onStatus" | "leave">;
}

/**
 * From `after`; in the original protocol from now on, and without a second attempt: one frame says why, then the end.
 * A guest that nobody accepted is given up with the socket that asked for it.
 */
export function serveEvents(
  socket: WebSocket,
  session: LiveSession,
  after: number | undefined,
  parts: EventsSocketContext,
  stream?: Corkable,
): void {
  const verbatim = socket.protocol !== SUBPROTOCOL;
  if (after !== undefined) session.count.claim(after);
  const out = socketRoom(socket, () => cursor.pump(), stream);
  const cursor = openCursor({
    log: session.log,
    after: verbatim ? session.log.last() : (after ?? 0),
    sink: out,
    history: (from) => parts.journal.read(session.record.id, from),
    verbatim,
  });
  const tell = (status: StreamStatus, news: boolean) => {
    if (!verbatim) {
      cursor.whenCaughtUp(JSON.stringify(status));
      if (status.status === "ended" && !session.listed) socket.close(CLOSE.noSuchSession, "no such session");
      return;
    }
    if (status.status === "live" || !(news || status.status === "ended")) return;
    cursor.whenCaughtUp(JSON.stringify({ error: "daemon-unreachable", detail: status.detail ?? status.status }));
    socket.close(CLOSE.backendFailed, "daemon unreachable");
  };
  const stop = parts.sessions.onStatus((told, status) => {
    if (told === session) tell(status, true);
  });
  listen(socket, cursor, () => {
    cursor.close();
    stop();
    parts.sessions.leave(session);
  });
  tell(session.stream?.status() ?? { status: "ended" }, false);
  cursor.pump();
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
