/** Bounds the connections that have not shown a token yet: how many may wait, and for how long. */
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/**
 * Connections that may be silent at once, and as many again that are being answered: two rooms, so that neither silent
 * ones nor slow readers take the others' places. For one more in a room, the one that is there longest is cut.
 */
export const MAX_WAITING = 256;
/** Milliseconds without a token and without an answer under way, after which a connection is cut. */
export const MAX_WAIT_MS = 5_000;
/** Milliseconds that an answer may take which needs no token: the page's files over a slow line, and no more. */
export const MAX_ANSWER_MS = 30_000;
/** Requests that may wait on one connection for the answers before theirs. Browsers and agents wait for each answer. */
export const MAX_PIPELINED = 8;

export interface WaitingRoom {
  /**
   * To be asked first about every request. False where its connection asked for too much before it was answered, and is
   * cut: one read can hold a thousand requests, all of which would come before the next read of anybody else.
   */
  takes(socket: Duplex, response: ServerResponse): boolean;
  /** This connection has shown a token. */
  admitted(socket: Duplex): void;
  /** An answer that needs no token is under way; its connection is not idle until it is out. */
  serving(socket: Duplex, response: ServerResponse): void;
  readonly waiting: number;
  /** Cuts all connections. */
  dispose(): void;
}

/**
 * Any program of this machine can fill the room. Whoever has a token shows it at once, and is out of the room again
 * before others can have made it the one that waits longest; so they are never kept out, however many wait.
 */
export function createWaitingRoom(server: Server, maxWaitMs = MAX_WAIT_MS, maxAnswerMs = MAX_ANSWER_MS): WaitingRoom {
  /** Each in the order in which they came. */
  const silent = new Map<Duplex, NodeJS.Timeout>();
  const answered = new Map<Duplex, NodeJS.Timeout>();
  const all = new Set<Socket>();
  const pipelined = new WeakMap<Duplex, number>();
  const leave = (socket: Duplex) => {
    for (const room of [silent, answered]) {
      clearTimeout(room.get(socket));
      room.delete(socket);
    }
  };
  const enter = (room: Map<Duplex, NodeJS.Timeout>, socket: Duplex, ms: number) => {
    leave(socket);
    const [longest] = room.keys();
    if (longest !== undefined && room.size >= MAX_WAITING) {
      leave(longest);
      longest.destroy();
    }
    const timer = setTimeout(() => socket.destroy(), ms);
    timer.unref();
    room.set(socket, timer);
  };
  server.on("connection", (socket) => {
    all.add(socket);
    socket.on("close", () => {
      all.delete(socket);
      leave(socket);
    });
    enter(silent, socket, maxWaitMs);
  });
  return {
    takes(socket, response) {
      // What was read together with the request that cut it.
      if (socket.destroyed) return false;
      const open = (pipelined.get(socket) ?? 0) + 1;
      pipelined.set(socket, open);
      response.once("close", () => pipelined.set(socket, (pipelined.get(socket) ?? 1) - 1));
      if (open <= MAX_PIPELINED) return true;
      socket.destroy();
      return false;
    },
    admitted: leave,
    serving(socket, response) {
      if (!silent.has(socket)) return;
      enter(answered, socket, maxAnswerMs);
      response.on("close", () => {
        if (answered.has(socket)) enter(silent, socket, maxWaitMs);
      });
    },
    get waiting() {
      return silent.size + answered.size;
    },
    dispose() {
      for (const socket of all) socket.destroy();
    },
  };
}
