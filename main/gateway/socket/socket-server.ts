/** Owns upgrades: each is decided before it happens, then handed to the socket that it asked for. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { CLOSE, COMPAT_SUBPROTOCOL, MAX_CLIENT_MESSAGE_BYTES, SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import type { Refusal } from "../auth/decide-door.ts";
import { type AccessRules, decideUpgrade, type Identity, type Upgrade } from "../auth/decide-request.ts";
import type { GuessLimit } from "../auth/guess-limit.ts";
import { requestFacts } from "../auth/request-facts.ts";
import { whoIs } from "../auth/scope.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { limited } from "../http/http-server.ts";
import { serveApp } from "./app-socket.ts";
import { serveEvents } from "./events-socket.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { serveTerminal } from "./serve-terminal.ts";

export interface SocketServer {
  /** Live sockets. */
  readonly count: number;
  /** Closes what these have open, at once: their token is not good any more, or for another thing than before. */
  close(whose: (identity: Identity) => boolean, code: number, reason: string): void;
  dispose(): void;
}

export interface SocketServerOptions {
  server: Server;
  parts: GatewayParts;
  rules: AccessRules;
  /** Milliseconds, of a clock that only goes forward. */
  steady: () => number;
  /** Told of connections that showed a token. */
  admitted: (socket: Duplex) => void;
  guesses: GuessLimit;
}

export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { server, parts, rules, steady, admitted } = options;
  const sockets = new Map<WebSocket, Identity>();
  const heartbeat = createHeartbeat(steady);
  const upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    // Never the offered bearer: only the protocol itself is echoed, and only when it was offered.
    handleProtocols: (offered) => [SUBPROTOCOL, COMPAT_SUBPROTOCOL].find((name) => offered.has(name)) ?? false,
  });

  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy());
    const decision = decideUpgrade(requestFacts(request), rules, {
      knows: (session) => parts.sessions.get(session) !== undefined,
      daemonFound: parts.daemons.primary.current() !== undefined,
    });
    if (!decision.accept) return refuseUpgrade(stream, limited(decision.refusal, request, options.guesses));
    admitted(stream);
    const { identity, upgrade } = decision.value;
    upgrades.handleUpgrade(request, stream, head, (socket) => {
      sockets.set(socket, identity);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", (error) => parts.log.debug({ error: error.message }, "a socket failed"));
      heartbeat.watch(socket);
      serve(socket, upgrade, identity, stream);
    });
  });

  function serve(socket: WebSocket, upgrade: Upgrade, identity: Identity, stream: Duplex): void {
    switch (upgrade.route) {
      case "app":
        serveApp(socket, parts.hub, () => whoIs(identity, parts.devices.list()));
        break;
      case "events": {
        const { mcpToken } = upgrade;
        const known = parts.sessions.get(upgrade.session);
        const session =
          mcpToken === undefined || known?.record.mcp.token === mcpToken
            ? known
            : parts.sessions.guest(upgrade.session, mcpToken);
        if (session === undefined) socket.close(CLOSE.noSuchSession, "no such session");
        else serveEvents(socket, session, upgrade.after, parts, stream);
        break;
      }
      case "terminal":
        serveTerminal(socket, upgrade, parts);
        break;
    }
  }

  return {
    get count() {
      return sockets.size;
    },
    close(whose, code, reason) {
      for (const [socket, identity] of sockets) {
        if (!whose(identity)) continue;
        socket.close(code, reason);
        // One that does not answer the close is cut all the same.
        setTimeout(() => socket.terminate(), 500).unref();
      }
    },
    dispose() {
      heartbeat.dispose();
      for (const socket of sockets.keys()) {
        socket.close(CLOSE.goingAway, "Signalbox is closing");
        setTimeout(() => socket.terminate(), 300).unref();
      }
      upgrades.close();
    },
  };
}

/** An ordinary HTTP answer instead of the upgrade. */
function refuseUpgrade(stream: Duplex, { status, fault }: Refusal): void {
  const body = JSON.stringify({ error: fault });
  stream.end(
    `HTTP/1.1 ${status} ${REASONS[status] ?? "Refused"}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  421: "Misdirected Request",
  429: "Too Many Requests",
  503: "Service Unavailable",
};
