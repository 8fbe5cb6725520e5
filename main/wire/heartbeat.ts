/** Notices dead peers: a ping for every socket at a steady pace, and an end for those that stopped answering. */
import type { WebSocket } from "ws";
import { PEER_TIMEOUT_MS, PING_INTERVAL_MS } from "../../shared/protocol/wire.ts";

export interface Heartbeat {
  watch(socket: WebSocket): void;
  dispose(): void;
}

/** `now` in milliseconds, from a clock that only goes forward. One timer for all sockets. */
export function createHeartbeat(now: () => number): Heartbeat {
  const heard = new Map<WebSocket, number>();
  let ticked = now();
  const timer = setInterval(() => {
    // When this process itself stood still, nobody could be heard: that is no peer's fault.
    const late = now() - ticked > 2 * PING_INTERVAL_MS;
    ticked = now();
    if (late) for (const socket of heard.keys()) heard.set(socket, now());
    for (const [socket, at] of heard) {
      if (now() - at >= PEER_TIMEOUT_MS) socket.terminate();
      else socket.ping();
    }
  }, PING_INTERVAL_MS);
  timer.unref();
  return {
    watch(socket) {
      heard.set(socket, now());
      socket.on("pong", () => heard.set(socket, now()));
      socket.on("close", () => heard.delete(socket));
    },
    dispose: () => clearInterval(timer),
  };
}
