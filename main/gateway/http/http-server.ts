/** Owns the HTTP server: bound to loopback, every request decided before its body is read, then given to the routes. */
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { failed, fault, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { Log } from "../../home/create-log.ts";
import { type AccessRules, decideRequest } from "../auth/decide-request.ts";
import { requestFacts } from "../auth/request-facts.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** Where a person looks first; another free port when it is taken. */
export const DEFAULT_PORT = 54_400;
const LOOPBACK = "127.0.0.1";

export function createHttpServer(): Server {
  return createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 5_000,
    requestTimeout: 60_000,
    keepAliveTimeout: 10_000,
  });
}

/** Answers requests. `rules` has the port, so this comes after listening. */
export function answerRequests(
  server: Server,
  routes: () => Hono,
  rules: AccessRules,
  waiting: WaitingRoom,
  log: Log,
): void {
  let listener: ReturnType<typeof getRequestListener> | undefined;
  server.on("request", (request, response) => {
    const decision = decideRequest(requestFacts(request), rules);
    if (!decision.accept) {
      const { status, fault: error } = decision.refusal;
      response.writeHead(status, {
        "content-type": "application/json",
        "cache-control": "no-store",
        connection: "close",
      });
      response.end(JSON.stringify({ error }));
      return;
    }
    if (decision.value.identity !== undefined) waiting.admitted(request.socket);
    // The routes are made with the first request: the gateway listens sooner.
    listener ??= getRequestListener((incoming, env) => routes().fetch(incoming, env), {
      overrideGlobalObjects: false,
      errorHandler(error) {
        log.error({ error }, "a request failed");
        return Response.json({ error: fault("internal-error", "Signalbox failed at this request.") }, { status: 500 });
      },
    });
    void listener(request, response);
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    else socket.destroy();
  });
}

/**
 * Listens on 127.0.0.1 and gives the port. Without a port: 54400, or a free one when that is taken.
 * Faults: `port-in-use` (only for a given port), `listen-failed`.
 */
export async function listen(server: Server, port: number | undefined): Promise<Result<number>> {
  const first = await tryListen(server, port ?? DEFAULT_PORT);
  const outcome = port === undefined && first.code === "EADDRINUSE" ? await tryListen(server, 0) : first;
  if (outcome.code === undefined) return ok(outcome.port);
  if (outcome.code === "EADDRINUSE") {
    return failed(
      "port-in-use",
      `Port ${port} on ${LOOPBACK} is in use by another program.`,
      `Choose another one with --port, or leave the option out. To see who has it: ${process.platform === "win32" ? `netstat -ano | findstr :${port}` : `lsof -iTCP:${port} -sTCP:LISTEN`}`,
    );
  }
  return failed(
    "listen-failed",
    `Port ${port ?? DEFAULT_PORT} cannot be opened (${outcome.code}).`,
    "Choose another one with --port.",
  );
}

function tryListen(server: Server, port: number): Promise<{ port: number; code?: string }> {
  return new Promise((resolve) => {
    const done = (code?: string) => {
      server.off("error", error);
      server.off("listening", listening);
      const address = server.address();
      const bound = typeof address === "object" && address !== null ? address.port : port;
      resolve(code === undefined ? { port: bound } : { port, code });
    };
    const error = (problem: NodeJS.ErrnoException) => done(problem.code ?? "unknown");
    const listening = () => done();
    server.once("error", error);
    server.once("listening", listening);
    server.listen(port, LOOPBACK);
  });
}
