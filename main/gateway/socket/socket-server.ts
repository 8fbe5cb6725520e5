/** Upgrades: each is decided before it happens, then handed to the socket that it asked for. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { CLOSE, COMPAT_SUBPROTOCOL, MAX_CLIENT_MESSAGE_BYTES, SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { createHeartbeat } from "../../wire/heartbeat.ts";
import { refuseUpgrade } from "../../wire/refuse-upgrade.ts";
import type { AppHub } from "../app-hub.ts";
import { type AccessRules, decideUpgrade, NO_DAEMON, type Upgrade } from "../auth/decide-request.ts";
import type { Devices } from "../auth/devices.ts";
import type { GuessLimit } from "../auth/guess-limit.ts";
import { type Identity, whoIs } from "../auth/identity.ts";
import { requestFacts } from "../auth/request-facts.ts";
import type { ToolsDoor } from "../clients/tools-door.ts";
import { limited } from "../http/http-server.ts";
import type { Journal } from "../journal/open-journal.ts";
import type { Daemons } from "../link/daemons.ts";
import type { PreviewDoor } from "../preview/preview-door.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { serveApp } from "./app-socket.ts";
import { type EventsSocketContext, serveEvents } from "./events-socket.ts";
import { serveTerminal, type TerminalSocketContext } from "./serve-terminal.ts";

export interface SocketServer {
  /** Live sockets. */
  readonly count: number;
  /** Closes what these have open, at once: their token is not good any more, or for another thing than before. */
  close(whose: (identity: Identity) => boolean, code: number, reason: string): void;
  dispose(): void;
}

export interface SocketsContext extends EventsSocketContext, TerminalSocketContext {
  hub: AppHub;
  sessions: Sessions;
  daemons: Daemons;
  journal: Journal;
  devices: Pick<Devices, "list">;
}

export interface SocketServerOptions {
  server: Server;
  parts: SocketsContext;
  rules: AccessRules;
  /** Milliseconds, of a clock that only goes forward. */
  steady: () => number;
  previews: PreviewDoor;
  tools: ToolsDoor;
  /** Told of connections that showed a token. */
  admitted: (socket: Duplex) => void;
  guesses: GuessLimit;
}

export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { server, parts, rules, steady, admitted, previews, tools } = options;
  const sockets = new Map<WebSocket, Identity>();
  const heartbeat = createHeartbeat(steady);
  const upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    // Never the offered bearer: only the protocol itself is echoed, and only when it was offered.
    handleProtocols: (offered) => [SUBPROTOCOL, COMPAT_SUBPROTOCOL].find((name) => offered.has(name)) ?? false,
  });

  const decide = (request: IncomingMessage) =>
    decideUpgrade(requestFacts(request), rules, {
      knows: (session) => parts.sessions.get(session) !== undefined,
      daemonFound: parts.daemons.primary.current() !== undefined,
    });

  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy());
    const address = previews.addressed(request);
    if (address !== undefined) {
      previews.upgrade(request, stream, head, address, () => admitted(stream));
      return;
    }
    if (tools.takes(request)) {
      tools.upgrade(request, stream, head);
      return;
    }
    const decision = decide(request);
    if (decision.accept || decision.refusal.fault.code !== NO_DAEMON) return upgrade(request, stream, head, decision);
    // It showed a token, and asks in a moment in which nobody knows yet whether there is a daemon.
    admitted(stream);
    const gone = new AbortController();
    const leave = () => gone.abort();
    stream.once("close", leave);
    void parts.daemons.settled(gone.signal).then(() => {
      stream.off("close", leave);
      // Its token may have ended meanwhile.
      if (!stream.destroyed) upgrade(request, stream, head, decide(request));
    });
  });

  function upgrade(
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
    decision: ReturnType<typeof decideUpgrade>,
  ): void {
    if (!decision.accept) {
      const { status, fault } = limited(decision.refusal, options.guesses);
      refuseUpgrade(stream, status, fault);
      return;
    }
    admitted(stream);
    const { identity, upgrade: wanted } = decision.value;
    if (wanted.route === "preview") {
      previews.upgradeByPath(request, stream, head, identity);
      return;
    }
    upgrades.handleUpgrade(request, stream, head, (socket) => {
      sockets.set(socket, identity);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", (error) => parts.log.debug({ error: error.message }, "a socket failed"));
      heartbeat.watch(socket);
      serve(socket, wanted, identity, stream);
    });
  }

  function serve(
    socket: WebSocket,
    upgrade: Exclude<Upgrade, { route: "preview" }>,
    identity: Identity,
    stream: Duplex,
  ): void {
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
        // What it still sends while the close is on its way is for nobody.
        socket.removeAllListeners("message");
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
