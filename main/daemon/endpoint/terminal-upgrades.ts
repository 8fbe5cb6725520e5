/** Upgrades `GET /session/{id}/terminal` to a WebSocket. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { COMPAT_SUBPROTOCOL, MAX_CLIENT_MESSAGE_BYTES, SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { sameSecret } from "../../home/secrets.ts";
import { bearerOf } from "../../wire/bearer.ts";
import { createHeartbeat } from "../../wire/heartbeat.ts";
import { refuseUpgrade } from "../../wire/refuse-upgrade.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { Terminals } from "../terminal/terminals.ts";

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
  const sockets = new Set<WebSocket>();
  const heartbeat = createHeartbeat(() => performance.now());

  return {
    handle(request, socket, head) {
      const url = new URL(request.url ?? "/", "http://localhost");
      const [, id] = PATH.exec(url.pathname) ?? [];
      if (id === undefined) return refuseUpgrade(socket, 404);
      const token = bearerOf(request.headers.authorization);
      if (token === undefined || !sameSecret(token, key)) return refuseUpgrade(socket, 401);
      if (registry.get(id) === undefined) return refuseUpgrade(socket, 404);
      server.handleUpgrade(request, socket, head, (ws) => {
        sockets.add(ws);
        ws.on("close", () => sockets.delete(ws));
        heartbeat.watch(ws);
        ws.on("error", () => ws.terminate());
        const cols = size(url.searchParams.get("cols"), 2);
        const rows = size(url.searchParams.get("rows"), 1);
        const watches = url.searchParams.get("watches") === "1";
        terminals.attach(id, ws, { ...(cols !== undefined && { cols }), ...(rows !== undefined && { rows }), watches });
      });
    },
    close() {
      heartbeat.dispose();
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}

function size(text: string | null, min: number): number | undefined {
  const number = /^\d{1,4}$/.test(text ?? "") ? Number(text) : Number.NaN;
  return number >= min && number <= 1000 ? number : undefined;
}
