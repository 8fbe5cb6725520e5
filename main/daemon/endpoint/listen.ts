/** Owns the daemon's HTTP server: one loopback address, the check of every request, and which part answers it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { decideRequest } from "./decide-request.ts";
import { refuseUpgrade } from "./terminal-upgrades.ts";

export interface Handlers {
  mcp: (request: IncomingMessage, response: ServerResponse) => void;
  routes: (request: IncomingMessage, response: ServerResponse) => void;
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface Listening {
  port: number;
  /** Takes no more connections, and no more requests on those that are open: 503. */
  stop(): void;
  /** Ends the connections that are open. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 only; port 0 chooses a free one. Faults: `port-in-use`, `cannot-listen`. */
export function listen(port: number, handlers: Handlers): Promise<Result<Listening>> {
  let own = port;
  let stopped = false;
  const server: Server = createServer((request, response) => {
    if (stopped) {
      response.writeHead(503, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify({ error: { code: "daemon-ending", message: "The daemon is ending." } }));
      return;
    }
    const decision = decideRequest({ url: request.url ?? "", rawHeaders: request.rawHeaders }, own);
    if (!decision.ok) {
      response.writeHead(decision.status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify({ error: { code: decision.code, message: decision.message } }));
      return;
    }
    const path = request.url?.split("?", 1)[0];
    if (path === "/mcp" || path === "/mcp/") handlers.mcp(request, response);
    else handlers.routes(request, response);
  });
  // Tool calls take as long as they take; only the head of a request is hurried (slow-loris).
  server.requestTimeout = 0;
  server.headersTimeout = 10_000;
  server.keepAliveTimeout = 65_000;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const decision = decideRequest({ url: request.url ?? "", rawHeaders: request.rawHeaders }, own);
    if (stopped) refuseUpgrade(socket, 503);
    else if (decision.ok) handlers.upgrade(request, socket, head);
    else refuseUpgrade(socket, decision.status);
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
