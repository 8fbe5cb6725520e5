/** The event streams that are open: one per session that is looked at, a few kept warm for quick switching. */

import type { GatewayGate } from "../gateway/gateway-gate.ts";
import type { CallPage } from "../gateway/read-call-page.ts";
import { readEventFrame } from "../gateway/read-event-frame.ts";
import { openReconnectingSocket, type ReconnectingSocket } from "../gateway/reconnecting-socket.ts";
import { type CallLogStore, createCallLogStore } from "./call-log-store.ts";
import { loadHistory } from "./load-history.ts";

/** Streams kept open beside the shown one; the least recently shown is closed and forgotten. */
const MAX_STREAMS = 6;

export interface SessionStreams {
  /** The store of a session, its stream opened if need be. */
  open(session: string): CallLogStore;
  close(session: string): void;
  reconnectNow(): void;
  dispose(): void;
}

const SETTLED_MS = 100;

/** Gives undefined when the gateway did not answer. */
export type ReadCalls = (session: string, before: number | undefined, limit: number) => Promise<CallPage | undefined>;

interface Stream {
  store: CallLogStore;
  /** Undefined while the newest calls are on their way. */
  socket: ReconnectingSocket | undefined;
  gone: boolean;
}

export function createSessionStreams(gate: GatewayGate, readCalls: ReadCalls): SessionStreams {
  const open = new Map<string, Stream>();

  function start(session: string): Stream {
    const stream: Stream = { store: createCallLogStore(nextFrame), socket: undefined, gone: false };
    const read = (before: number | undefined, limit: number) => readCalls(session, before, limit);
    void loadHistory(stream.store, { read, gone: () => stream.gone, drawn: twoFrames }).then(() => {
      if (stream.gone) return;
      stream.store.setReady();
      stream.socket = follow(session, stream.store);
    });
    return stream;
  }

  function follow(session: string, store: CallLogStore): ReconnectingSocket {
    return openReconnectingSocket({
      gate,
      path: () => `/ws/mcp/events?session_id=${encodeURIComponent(session)}&after=${store.log.lastSeq}`,
      onText(text) {
        const frame = readEventFrame(text);
        if (frame !== undefined) store.receive(frame, new Date().toISOString());
        else console.warn("An event frame was not understood.");
      },
      onLink: store.setLink,
      onOpen: (send) => send(JSON.stringify({ conflate: true })),
    });
  }

  function end(stream: Stream): void {
    stream.gone = true;
    stream.socket?.dispose();
  }

  return {
    open(session) {
      const known = open.get(session) ?? start(session);
      // Map order is the order of last use.
      open.delete(session);
      open.set(session, known);
      for (const [id, oldest] of open) {
        if (open.size <= MAX_STREAMS) break;
        end(oldest);
        open.delete(id);
      }
      return known.store;
    },
    close(session) {
      const stream = open.get(session);
      if (stream !== undefined) end(stream);
      open.delete(session);
    },
    reconnectNow() {
      for (const { socket } of open.values()) socket?.reconnectNow();
    },
    dispose() {
      for (const stream of open.values()) end(stream);
      open.clear();
    },
  };
}

/** What was changed before is drawn by then; the tasks that follow upon it are over a little later. */
function twoFrames(): Promise<void> {
  return new Promise((resolve) => nextFrame(() => nextFrame(() => setTimeout(resolve, SETTLED_MS))));
}

/** The next frame, or soon when the page is hidden and has no frames. */
function nextFrame(flush: () => void): void {
  if (document.visibilityState === "hidden") setTimeout(flush, 250);
  else requestAnimationFrame(flush);
}
