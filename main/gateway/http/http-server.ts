/** The HTTP server: bound to loopback, every request decided before its body is read, then given to the routes. */
import { createServer, IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { failed, fault, ok, type Result } from "../../../shared/protocol/fault.ts";
import { routeOf } from "../../../shared/protocol/routes.ts";
import type { Log } from "../../home/create-log.ts";
import { DEFAULT_PORT } from "../../home/last-port.ts";
import { MAX_WAIT_MS, type WaitingRoom } from "../../home/waiting-room.ts";
import type { Refusal } from "../../wire/decide-door.ts";
import { type AccessRules, decideRequest, isPreviewPath } from "../auth/decide-request.ts";
import type { GuessLimit } from "../auth/guess-limit.ts";
import type { Identity } from "../auth/identity.ts";
import { requestFacts } from "../auth/request-facts.ts";
import type { Standing } from "../auth/standing.ts";
import type { PreviewDoor } from "../preview/preview-door.ts";
import { portOwner } from "./port-owner.ts";
import { refuseRequest } from "./refuse-request.ts";
import type { Routes } from "./routes.ts";

const LOOPBACK = "127.0.0.1";

/** An idle connection is told that it lasts as long as one without a token does, so that no client writes into one that is cut. */
export function createHttpServer(): Server {
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 5_000,
    // What a preview is sent takes as long as it takes; for all else see `BODY_MS`.
    requestTimeout: 0,
    keepAliveTimeout: MAX_WAIT_MS,
    // Other upgrades that a client offers (h2c) are left out, and its request is an ordinary one.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
  });
  // Their bytes are bounded; a bound on their number would leave out the last ones without a word.
  server.maxHeadersCount = 0;
  return server;
}

/** Milliseconds in which the body of a request to ourselves must have come. */
const BODY_MS = 60_000;
/** The same for a file, which may come over a slow line. */
const UPLOAD_MS = 15 * 60_000;

const isUpload = ({ method, path }: { method: string; path: string }): boolean =>
  routeOf(method, path)?.name === "POST /api/v1/sessions/:id/files";

export interface AnswerOptions {
  server: Server;
  routes: Routes;
  /** Has the port, so this comes after listening. */
  rules: AccessRules;
  waiting: WaitingRoom;
  guesses: GuessLimit;
  previews: PreviewDoor;
  log: Log;
}

export interface Answering {
  /** Cuts what these ask and are being sent, `acts` alone only what may change something: their access has ended. */
  close(whose: (identity: Identity) => boolean, what?: "all" | "acts"): void;
}

interface Open {
  identity: Identity;
  acts: boolean;
  last: boolean;
}

/** The answer to the very request that ended a token has this long to go out, in milliseconds. */
const LAST_ANSWER_MS = 500;

export function answerRequests({ server, routes, rules, waiting, guesses, previews, log }: AnswerOptions): Answering {
  const open = new Map<ServerResponse, Open>();
  const standings = new WeakMap<IncomingMessage, Standing>();
  const listener = getRequestListener(
    (request, env) => {
      const { incoming } = env;
      const standing = incoming instanceof IncomingMessage ? standings.get(incoming) : undefined;
      return standing === undefined
        ? routes.open.fetch(request, env)
        : routes.guarded.fetch(request, { ...env, ...standing });
    },
    {
      overrideGlobalObjects: false,
      errorHandler(error) {
        if (error instanceof RequestError) {
          return Response.json({ error: fault("bad-target", "Invalid request target.") }, { status: 400 });
        }
        log.error({ error }, "a request failed");
        return Response.json({ error: fault("internal-error", "Signalbox failed at this request.") }, { status: 500 });
      },
    },
  );
  function serve(request: IncomingMessage, response: ServerResponse, continues: boolean): void {
    if (!waiting.takes(request.socket, response)) return;
    const address = previews.addressed(request);
    if (address !== undefined) {
      waiting.serving(request.socket, response);
      previews.request(request, response, address, () => waiting.admitted(request.socket));
      return;
    }
    const facts = requestFacts(request);
    const decision = decideRequest(facts, rules);
    if (!decision.accept) {
      refuseRequest(request, response, limited(decision.refusal, guesses), rules.port);
      return;
    }
    const { identity } = decision.value;
    const forPreview = identity !== undefined && isPreviewPath(facts.path);
    if (!forPreview) {
      if (continues) response.writeContinue();
      const bodyMs = identity !== undefined && isUpload(facts) ? UPLOAD_MS : BODY_MS;
      const late = setTimeout(() => request.complete || request.destroy(), bodyMs);
      response.once("close", () => clearTimeout(late));
    }
    if (identity !== undefined) {
      const entry: Open = { identity, acts: true, last: false };
      standings.set(request, {
        identity,
        again: () => decideRequest(facts, rules),
        answersLast() {
          entry.last = true;
        },
        onlyShows() {
          entry.acts = false;
        },
      });
      open.set(response, entry);
      response.once("close", () => open.delete(response));
      waiting.admitted(request.socket);
    } else waiting.serving(request.socket, response);
    if (forPreview) previews.requestByPath(request, response, identity);
    else void listener(request, response);
  }
  server.on("request", (request, response) => serve(request, response, false));
  // Whether a body is wanted is said by whoever reads it: a previewed program, or we.
  server.on("checkContinue", (request, response) => serve(request, response, true));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else socket.destroy();
  });
  return {
    close(whose, what = "all") {
      for (const [response, { identity, acts, last }] of open) {
        if (!whose(identity) || (what === "acts" && !acts)) continue;
        if (last) setTimeout(() => open.has(response) && response.destroy(), LAST_ANSWER_MS).unref();
        else response.destroy();
      }
    },
  };
}

/** A wrong token, one too many, is told to come back later. */
export function limited(refusal: Refusal, guesses: GuessLimit): Refusal {
  if (refusal.status !== 401 || !guesses.failed()) return refusal;
  return { status: 429, fault: fault("too-many-attempts", "Too many wrong tokens.", "Wait a minute.") };
}

/**
 * Listens on 127.0.0.1 and gives the port. Without a port: the `last` one that this home had, else 54400, else a free one.
 * Faults: `port-in-use` (only for a given port), `listen-failed`.
 */
export async function listen(server: Server, port: number | undefined, last = 0): Promise<Result<number>> {
  const wanted = port === undefined ? [...(last === 0 ? [] : [last]), DEFAULT_PORT, 0] : [port];
  let outcome: Awaited<ReturnType<typeof tryListen>> = { port: DEFAULT_PORT, code: "EADDRINUSE" };
  for (const next of wanted) if (outcome.code === "EADDRINUSE") outcome = await tryListen(server, next);
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
