/** Owns the limit on connections that have not shown a token yet: how many may wait, and for how long. */
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Connections that may wait at once; the one too many is cut, so that the others are served. */
export const MAX_WAITING = 64;
/** Milliseconds without a token and without an answer under way, after which a connection is cut. */
export const MAX_WAIT_MS = 5_000;

export interface WaitingRoom {
  /** This connection has shown a token. */
  admitted(socket: Duplex): void;
  /** An answer that needs no token is under way; its connection is not idle until it is out. */
  serving(socket: Duplex, response: ServerResponse): void;
  readonly waiting: number;
  /** Cuts all connections. */
  dispose(): void;
}

export function createWaitingRoom(server: Server, maxWaitMs = MAX_WAIT_MS): WaitingRoom {
  const waiting = new Map<Duplex, NodeJS.Timeout>();
  const all = new Set<Socket>();
  const leave = (socket: Duplex) => {
    clearTimeout(waiting.get(socket));
    waiting.delete(socket);
  };
  const wait = (socket: Duplex) => {
    clearTimeout(waiting.get(socket));
    const timer = setTimeout(() => socket.destroy(), maxWaitMs);
    timer.unref();
    waiting.set(socket, timer);
  };
  server.on("connection", (socket) => {
    all.add(socket);
    socket.on("close", () => {
      all.delete(socket);
      leave(socket);
    });
    if (waiting.size >= MAX_WAITING) socket.destroy();
    else wait(socket);
  });
  return {
    admitted: leave,
    serving(socket, response) {
      if (!waiting.has(socket)) return;
      clearTimeout(waiting.get(socket));
      response.on("close", () => {
        if (waiting.has(socket)) wait(socket);
      });
    },
    get waiting() {
      return waiting.size;
    },
    dispose() {
      for (const socket of all) socket.destroy();
    },
  };
}
