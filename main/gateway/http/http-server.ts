/** Owns the HTTP server: bound to loopback, every request decided before its body is read, then given to the routes. */
import { createServer, IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener, type HttpBindings, RequestError } from "@hono/node-server";
import type { Context } from "hono";
import { failed, fault, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { Log } from "../../home/create-log.ts";
import type { Refusal } from "../auth/decide-door.ts";
import { type AccessRules, decideRequest, type Identity } from "../auth/decide-request.ts";
import type { GuessLimit } from "../auth/guess-limit.ts";
import { requestFacts } from "../auth/request-facts.ts";
import { portOwner } from "./port-owner.ts";
import type { Routes } from "./routes.ts";
import { MAX_WAIT_MS, type WaitingRoom } from "./waiting-room.ts";

/** Where a person looks first; another free port when it is taken. */
export const DEFAULT_PORT = 54_400;
const LOOPBACK = "127.0.0.1";

/** An idle connection is told that it lasts as long as one without a token does, so that no client writes into one that is cut. */
export function createHttpServer(): Server {
  return createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 5_000,
    requestTimeout: 60_000,
    keepAliveTimeout: MAX_WAIT_MS,
  });
}

export interface AnswerOptions {
  server: Server;
  routes: Routes;
  /** Has the port, so this comes after listening. */
  rules: AccessRules;
  waiting: WaitingRoom;
  guesses: GuessLimit;
  log: Log;
}

/** A request of a client that showed a token, with who that is. */
export type Guarded = Context<{ Bindings: HttpBindings & { identity: Identity } }>;

export interface Answering {
  /** Cuts, soon, what these are still being sent: their token is not good any more. */
  close(whose: (identity: Identity) => boolean): void;
}

/** The answer to the very request that ended a token has this long to go out, in milliseconds. */
const LAST_ANSWER_MS = 500;

export function answerRequests({ server, routes, rules, waiting, guesses, log }: AnswerOptions): Answering {
  const open = new Map<ServerResponse, Identity>();
  const identities = new WeakMap<IncomingMessage, Identity>();
  const listener = getRequestListener(
    (request, env) => {
      const { incoming } = env;
      const identity = incoming instanceof IncomingMessage ? identities.get(incoming) : undefined;
      return identity === undefined
        ? routes.open.fetch(request, env)
        : routes.guarded.fetch(request, { ...env, identity });
    },
    {
      overrideGlobalObjects: false,
      errorHandler(error) {
        if (error instanceof RequestError) {
          return Response.json({ error: fault("bad-target", "The request target makes no sense.") }, { status: 400 });
        }
        log.error({ error }, "a request failed");
        return Response.json({ error: fault("internal-error", "Signalbox failed at this request.") }, { status: 500 });
      },
    },
  );
  server.on("request", (request, response) => {
    const decision = decideRequest(requestFacts(request), rules);
    if (!decision.accept) {
      const refusal = limited(decision.refusal, request, guesses);
      response.writeHead(refusal.status, {
        "content-type": "application/json",
        "cache-control": "no-store",
        connection: "close",
      });
      response.end(JSON.stringify({ error: refusal.fault }));
      return;
    }
    const { identity } = decision.value;
    if (identity !== undefined) {
      identities.set(request, identity);
      open.set(response, identity);
      response.once("close", () => open.delete(response));
      waiting.admitted(request.socket);
    } else waiting.serving(request.socket, response);
    void listener(request, response);
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    else socket.destroy();
  });
  return {
    close(whose) {
      const ended = [...open].filter(([, identity]) => whose(identity)).map(([response]) => response);
      setTimeout(() => {
        for (const response of ended) if (open.has(response)) response.destroy();
      }, LAST_ANSWER_MS).unref();
    },
  };
}

/** A wrong token, one too many, is told to come back later. */
export function limited(refusal: Refusal, request: IncomingMessage, guesses: GuessLimit): Refusal {
  if (refusal.status !== 401 || !guesses.failed(request.socket.remoteAddress ?? "unknown")) return refusal;
  return { status: 429, fault: fault("too-many-attempts", "Too many wrong tokens.", "Wait a minute.") };
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
      `Port ${port} on ${LOOPBACK} is in use by ${portOwner(port ?? DEFAULT_PORT) ?? "another program"}.`,
      "Choose another one with --port, or leave the option out to get a free one.",
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
