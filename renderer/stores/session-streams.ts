/** Owns the event streams that are open: one per session that is looked at, a few kept warm for quick switching. */
import { eventServerFrameSchema } from "../../shared/protocol/event-frames.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { openReconnectingSocket, type ReconnectingSocket } from "../gateway/reconnecting-socket.ts";
import type { Connection } from "../host/host.ts";
import { type CallLogStore, createCallLogStore } from "./call-log-store.ts";

/** Streams kept open beside the shown one; the least recently shown is closed and forgotten. */
const MAX_STREAMS = 6;

export interface SessionStreams {
  /** The store of a session, its stream opened if need be. */
  open(session: string): CallLogStore;
  close(session: string): void;
  reconnectNow(): void;
  dispose(): void;
}

export function createSessionStreams(connection: Connection): SessionStreams {
  const open = new Map<string, { store: CallLogStore; socket: ReconnectingSocket }>();

  function start(session: string): { store: CallLogStore; socket: ReconnectingSocket } {
    const store = createCallLogStore(nextFrame);
    const socket = openReconnectingSocket({
      connection,
      path: () => `/ws/mcp/events?session_id=${encodeURIComponent(session)}&after=${store.log.lastSeq}`,
      onText(text) {
        const frame = parseJson(eventServerFrameSchema, text);
        if (frame.ok) store.receive(frame.value, new Date().toISOString());
        else console.warn(`An event frame was not understood: ${frame.reason}`);
      },
      onLink: store.setLink,
      onOpen: (send) => send(JSON.stringify({ conflate: true })),
    });
    return { store, socket };
  }

  return {
    open(session) {
      const known = open.get(session) ?? start(session);
      // Map order is the order of last use.
      open.delete(session);
      open.set(session, known);
      for (const [id, oldest] of open) {
        if (open.size <= MAX_STREAMS) break;
        oldest.socket.dispose();
        open.delete(id);
      }
      return known.store;
    },
    close(session) {
      open.get(session)?.socket.dispose();
      open.delete(session);
    },
    reconnectNow() {
      for (const { socket } of open.values()) socket.reconnectNow();
    },
    dispose() {
      for (const { socket } of open.values()) socket.dispose();
      open.clear();
    },
  };
}

/** The next frame, or soon when the page is hidden and has no frames. */
function nextFrame(flush: () => void): void {
  if (document.visibilityState === "hidden") setTimeout(flush, 250);
  else requestAnimationFrame(flush);
}
