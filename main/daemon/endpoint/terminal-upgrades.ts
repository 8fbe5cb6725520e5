/** Owns the upgrade of `GET /session/{id}/terminal` to a WebSocket, and that a dead one is noticed. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import {
  COMPAT_SUBPROTOCOL,
  MAX_CLIENT_MESSAGE_BYTES,
  PEER_TIMEOUT_MS,
  PING_INTERVAL_MS,
  SUBPROTOCOL,
} from "../../../shared/protocol/wire.ts";
import { sameSecret } from "../../home/secrets.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { Terminals } from "../terminal/terminals.ts";
import { bearerOf } from "./bearer.ts";

const PATH = /^\/session\/([A-Za-z0-9-]{1,64})\/terminal$/;

export interface TerminalUpgrades {
  /** Host and Origin have been checked before. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createTerminalUpgrades(key: string, registry: SessionRegistry, terminals: Terminals): TerminalUpgrades {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    handleProtocols: (offered) => [SUBPROTOCOL, COMPAT_SUBPROTOCOL].find((name) => offered.has(name)) ?? false,
  });
  const answeredAt = new Map<WebSocket, number>();
  const ping = setInterval(() => {
    for (const [socket, at] of answeredAt) {
      if (performance.now() - at > PEER_TIMEOUT_MS) socket.terminate();
      else socket.ping();
    }
  }, PING_INTERVAL_MS);

  return {
    handle(request, socket, head) {
      const url = new URL(request.url ?? "/", "http://localhost");
      const [, id] = PATH.exec(url.pathname) ?? [];
      if (id === undefined) return refuseUpgrade(socket, 404);
      const token = bearerOf(request.headers.authorization);
      if (token === undefined || !sameSecret(token, key)) return refuseUpgrade(socket, 401);
      if (registry.get(id) === undefined) return refuseUpgrade(socket, 404);
      server.handleUpgrade(request, socket, head, (ws) => {
        answeredAt.set(ws, performance.now());
        ws.on("pong", () => answeredAt.set(ws, performance.now()));
        ws.on("close", () => answeredAt.delete(ws));
        ws.on("error", () => ws.terminate());
        const cols = size(url.searchParams.get("cols"), 2);
        const rows = size(url.searchParams.get("rows"), 1);
        const watches = url.searchParams.get("watches") === "1";
        terminals.attach(id, ws, { ...(cols !== undefined && { cols }), ...(rows !== undefined && { rows }), watches });
      });
    },
    close() {
      clearInterval(ping);
      for (const socket of answeredAt.keys()) socket.terminate();
      server.close();
    },
  };
}

/** Answers an upgrade with a plain status and hangs up. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on("error", () => {});
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function size(text: string | null, min: number): number | undefined {
  const number = /^\d{1,4}$/.test(text ?? "") ? Number(text) : Number.NaN;
  return number >= min && number <= 1000 ? number : undefined;
}
