/** Upgrades `GET /tools` to the WebSocket of a client, whose token and origin the gateway passes on. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { MAX_TOOLS_FRAME_BYTES } from "../../../shared/protocol/client-tools.ts";
import { fault } from "../../../shared/protocol/fault.ts";
import { CLIENT_ORIGIN_HEADER, CLIENT_TOKEN_HEADER, SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { sameSecret } from "../../home/secrets.ts";
import { bearerOf } from "../../wire/bearer.ts";
import { createHeartbeat } from "../../wire/heartbeat.ts";
import { refuseUpgrade } from "../../wire/refuse-upgrade.ts";
import type { ClientRoom } from "./client-room.ts";
import type { ClientTokens } from "./client-tokens.ts";

export interface ClientUpgrades {
  takes(url: string): boolean;
  /** Host and Origin have been checked before. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

const PATH = /^\/tools(?:\?|$)/;

export function createClientUpgrades(
  key: string,
  tokens: Pick<ClientTokens, "find">,
  room: Pick<ClientRoom, "attach">,
): ClientUpgrades {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_TOOLS_FRAME_BYTES,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  const sockets = new Set<WebSocket>();
  const heartbeat = createHeartbeat(() => performance.now());
  return {
    takes: (url) => PATH.test(url),
    handle(request, socket, head) {
      const { authorization, [CLIENT_TOKEN_HEADER]: token, [CLIENT_ORIGIN_HEADER]: origin } = request.headers;
      const bearer = bearerOf(authorization);
      if (bearer === undefined || !sameSecret(bearer, key)) return refuseUpgrade(socket, 401);
      const client = typeof token === "string" ? tokens.find(token) : undefined;
      if (client === undefined) {
        return refuseUpgrade(socket, 401, fault("unauthorized", "A valid client token is needed."));
      }
      if (origin !== undefined && !client.origins.includes(String(origin))) {
        const hint = "Make a token that names this origin.";
        return refuseUpgrade(
          socket,
          403,
          fault("foreign-origin", "Pages of this origin may not use this token.", hint),
        );
      }
      const takeover = new URL(request.url ?? "/", "http://localhost").searchParams.get("takeover") === "1";
      server.handleUpgrade(request, socket, head, (ws) => {
        sockets.add(ws);
        ws.on("close", () => sockets.delete(ws));
        heartbeat.watch(ws);
        room.attach(ws, client, takeover);
      });
    },
    close() {
      heartbeat.dispose();
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}
