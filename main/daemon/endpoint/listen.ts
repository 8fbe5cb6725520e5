/** The daemon's HTTP server: one loopback address, the check of every request, and which part answers it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { createWaitingRoom } from "../../home/waiting-room.ts";
import { type Decision, decideDoor, doorFacts } from "../../wire/decide-door.ts";
import { refuseUpgrade } from "../../wire/refuse-upgrade.ts";

export interface Handlers {
  /** `routed`: it came from another machine of the cluster. */
  mcp: (request: IncomingMessage, response: ServerResponse, routed: boolean) => void;
  routes: (request: IncomingMessage, response: ServerResponse) => void;
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Whether the answer to `Expect: 100-continue` comes from behind us. */
  continues: (url: string) => boolean;
  /** What a request over such a connection may show in place of the daemon's key, and that key; absent without a cluster. */
  member?: { token: string; key: string } | undefined;
  /** Whether these credentials open anything here. Asked for each request of a connection until it is so. */
  knows: (authorization: string | undefined) => boolean;
}

export interface Listening {
  port: number;
  /** Takes no more connections, and no more requests on those that are open: 503. */
  stop(): void;
  /** This connection has shown something that opens a door. */
  admitted(socket: Duplex): void;
  /** Serves a connection that did not come over TCP: another machine of the cluster has proved itself on it. */
  accept(socket: Duplex): void;
  /** Ends the connections that are open. */
  close(): Promise<void>;
}

/** The gateway adds to the headers of a browser, which may have 16 KiB there. */
const MAX_HEAD_BYTES = 32 * 1024;

/** Listens on 127.0.0.1 only; port 0 chooses a free one. Faults: `port-in-use`, `cannot-listen`. */
export function listen(port: number, handlers: Handlers): Promise<Result<Listening>> {
  let own = port;
  let stopped = false;
  /** Those that have shown a key or a token; the others are few at a time, and not for long. */
  const admitted = new WeakSet<Duplex>();
  const admit = (socket: Duplex) => {
    admitted.add(socket);
    room.admitted(socket);
  };
  // Agents and the gateway come straight to our loopback address and are no browsers: no other origin may speak to us.
  const decide = (request: IncomingMessage): Decision<void> =>
    decideDoor(doorFacts(request.url, request.rawHeaders), { port: own, allowedOrigins: [] });
  const links = new WeakSet<Duplex>();
  const look = (request: IncomingMessage) => {
    const { headers, socket } = request;
    if (handlers.member !== undefined && links.has(socket)) asGateway(request, handlers.member);
    if (!admitted.has(socket) && handlers.knows(headers.authorization)) admit(socket);
  };
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    if (!room.takes(request.socket, response)) return;
    look(request);
    if (!admitted.has(request.socket)) room.serving(request.socket, response);
    if (stopped) {
      response.writeHead(503, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify({ error: { code: "daemon-ending", message: "The daemon is ending." } }));
      return;
    }
    const decision = decide(request);
    if (!decision.accept) {
      const { status, fault } = decision.refusal;
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify({ error: fault }));
      return;
    }
    const path = request.url?.split("?", 1)[0];
    if (path === "/mcp" || path === "/mcp/") handlers.mcp(request, response, links.has(request.socket));
    else handlers.routes(request, response);
  };
  const server: Server = createServer({ maxHeaderSize: MAX_HEAD_BYTES }, serve);
  // Whether a body is wanted is said by whoever reads it: a previewed program, or we.
  server.on("checkContinue", (request, response) => {
    if (!handlers.continues(request.url ?? "")) response.writeContinue();
    serve(request, response);
  });
  const room = createWaitingRoom(server);
  server.maxHeadersCount = 0;
  // Tool calls take as long as they take; only the head of a request is hurried (slow-loris).
  server.requestTimeout = 0;
  server.headersTimeout = 10_000;
  server.keepAliveTimeout = 65_000;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    look(request);
    const decision = decide(request);
    if (stopped) refuseUpgrade(socket, 503);
    else if (decision.accept) handlers.upgrade(request, socket, head);
    else refuseUpgrade(socket, decision.refusal.status, decision.refusal.fault);
  });

  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        resolve(failed("port-in-use", `Port ${port} is in use.`, "Choose another with --port."));
      else resolve(failed("cannot-listen", `Cannot listen on 127.0.0.1:${port}: ${error.message}`));
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("a TCP server without an address");
      own = address.port;
      resolve(
        ok({
          port: own,
          admitted: admit,
          accept(socket) {
            links.add(socket);
            server.emit("connection", socket);
            admit(socket);
          },
          stop() {
            stopped = true;
            server.close();
          },
          close: () =>
            new Promise((closed) => {
              // Also where it has stopped before: the callback comes once the last connection is gone.
              server.close(() => closed());
              server.closeAllConnections();
            }),
        }),
      );
    });
  });
}

/** A gateway of another machine does not know this daemon's key. Over its link, and nowhere else, its own token stands for that. */
function asGateway(request: IncomingMessage, { token, key }: { token: string; key: string }): void {
  if (request.headers.authorization !== `Bearer ${token}`) return;
  const own = `Bearer ${key}`;
  request.headers.authorization = own;
  // Some who read a request look at one, some at the other.
  const { rawHeaders } = request;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.toLowerCase() === "authorization") rawHeaders[at + 1] = own;
}
