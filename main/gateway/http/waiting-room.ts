/** Owns the limit on connections that have not shown a token yet: how many may wait, and for how long. */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Connections that may wait at once; the one too many is cut, so that the others are served. */
const MAX_WAITING = 64;
/** Milliseconds without a token after which a connection is cut. */
const MAX_WAIT_MS = 5_000;

export interface WaitingRoom {
  /** This connection has shown a token. */
  admitted(socket: Duplex): void;
  readonly waiting: number;
  dispose(): void;
}

/** Connections end with the gateway as well: `dispose` cuts all of them. */
export function createWaitingRoom(server: Server): WaitingRoom {
  const waiting = new Map<Duplex, NodeJS.Timeout>();
  const all = new Set<Socket>();
  const leave = (socket: Duplex) => {
    clearTimeout(waiting.get(socket));
    waiting.delete(socket);
  };
  server.on("connection", (socket) => {
    all.add(socket);
    socket.on("close", () => {
      all.delete(socket);
      leave(socket);
    });
    if (waiting.size >= MAX_WAITING) return socket.destroy();
    const timer = setTimeout(() => socket.destroy(), MAX_WAIT_MS);
    timer.unref();
    return waiting.set(socket, timer);
  });
  return {
    admitted: leave,
    get waiting() {
      return waiting.size;
    },
    dispose() {
      for (const socket of all) socket.destroy();
    },
  };
}
