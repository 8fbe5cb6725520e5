/** Owns the daemon's own HTTP routes (protocol.md §2), all but `/mcp`: what may be asked, by whom, and how it is answered. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import {
  createSessionRequestSchema,
  type DaemonSession,
  type Health,
  startTerminalRequestSchema,
  testServerRequestSchema,
} from "../../../shared/protocol/daemon-api.ts";
import { type Fault, fault } from "../../../shared/protocol/fault.ts";
import { type Parsed, parseJson, z } from "../../../shared/protocol/schema.ts";
import { sameSecret } from "../../home/secrets.ts";
import { streamEvents } from "../progress/stream-events.ts";
import type { Session, SessionRegistry } from "../sessions/session-registry.ts";
import type { Terminals } from "../terminal/terminals.ts";
import { readServerConfig } from "../upstream/read-servers-file.ts";
import type { UpstreamServers } from "../upstream/upstream-servers.ts";
import { bearerOf } from "./bearer.ts";
import { type NoticeSources, streamNotices } from "./notices.ts";
import { readBody } from "./read-body.ts";

/** Bodies of these routes are small; `/mcp` has its own bound. */
const MAX_BODY_BYTES = 1024 * 1024;
const NONCE = /^[0-9a-f]{16,128}$/i;

export interface RouteContext {
  key: string;
  health: (nonce: string | undefined) => Health;
  registry: SessionRegistry;
  terminals: Terminals;
  servers: UpstreamServers;
  notices: NoticeSources;
  sessionView: (session: Session) => DaemonSession;
  endSession: (id: string) => Promise<void>;
  /** A reader of `/events` came or went. */
  gateways: (change: 1 | -1) => void;
  /** Names what still runs, or undefined and then ends the daemon after the answer. */
  stop: (force: boolean) => string | undefined;
}

const stopRequestSchema = z.object({ force: z.boolean().optional() });
const testRequestSchema = testServerRequestSchema.extend({ config: z.unknown() });

type Env = { Bindings: HttpBindings };

export function createDaemonRoutes(context: RouteContext): Hono<Env> {
  const { key, registry, terminals, servers } = context;
  const app = new Hono<Env>();
  const refuse = (c: Context<Env>, status: 400 | 401 | 404 | 409 | 413 | 415 | 500, error: Fault) =>
    c.json({ error }, status);
  const unauthorized = (c: Context<Env>) => refuse(c, 401, fault("unauthorized", "A token is needed for this."));
  const bearer = (c: Context<Env>) => bearerOf(c.req.header("authorization"));
  const isGateway = (c: Context<Env>) => {
    const token = bearer(c);
    return token !== undefined && sameSecret(token, key);
  };
  const noSession = (c: Context<Env>) => refuse(c, 404, fault("no-such-session", "There is no session of this id."));

  /** A JSON body of this shape, or the answer that says what is wrong with it. */
  const body = async <T>(c: Context<Env>, schema: z.ZodType<T>): Promise<Parsed<T> & { response?: Response }> => {
    const type = c.req.header("content-type") ?? "";
    const text = await readBody(c.env.incoming, MAX_BODY_BYTES);
    if (text === undefined) {
      const reason = "The body is too large.";
      return { ok: false, reason, response: refuse(c, 413, fault("body-too-large", reason)) };
    }
    if (text !== "" && !/^application\/json\s*(;|$)/i.test(type)) {
      const reason = "The body must be application/json.";
      return { ok: false, reason, response: refuse(c, 415, fault("unsupported-media-type", reason)) };
    }
    const parsed = parseJson(schema, text === "" ? "{}" : text);
    if (parsed.ok) return parsed;
    return {
      ...parsed,
      response: refuse(c, 400, fault("bad-request", `The body is not as expected: ${parsed.reason}`)),
    };
  };

  app.get("/health", (c) => {
    const nonce = c.req.query("nonce");
    return c.json(context.health(nonce !== undefined && NONCE.test(nonce) ? nonce : undefined));
  });

  // An SSE reader proves itself by the session's token; the gateway, which outlives none of its own, by the daemon's key.
  app.get("/session/:id/events", (c) => {
    const id = c.req.param("id");
    const token = bearer(c);
    if (token === undefined) return unauthorized(c);
    const owner = registry.byToken(token);
    const gateway = isGateway(c);
    if (!gateway && !(owner.found === "live" && owner.session.id === id) && owner.found !== "ended")
      return unauthorized(c);
    const session = gateway ? registry.get(id) : owner.found === "live" ? owner.session : undefined;
    if (session === undefined) return noSession(c);
    streamEvents(session.ring, c.env.outgoing, c.req.header("last-event-id"));
    return RESPONSE_ALREADY_SENT;
  });

  app.use("*", async (c, next) => (isGateway(c) ? next() : unauthorized(c)));

  app.post("/session", async (c) => {
    const request = await body(c, createSessionRequestSchema);
    if (!request.ok) return request.response ?? c.body(null, 400);
    const cwd = folder(request.value.cwd);
    if (cwd === undefined) {
      return refuse(
        c,
        400,
        fault("no-such-folder", `${request.value.cwd ?? ""} is not a folder.`, "Choose another folder."),
      );
    }
    const session = registry.create({ ...request.value, cwd });
    return c.json({ session_id: session.id, token: session.token, cwd });
  });
  app.get("/sessions", (c) => c.json({ sessions: registry.list().map(context.sessionView) }));
  app.delete("/session/:id", async (c) => {
    const id = c.req.param("id");
    if (registry.get(id) === undefined) return noSession(c);
    await context.endSession(id);
    return c.body(null, 204);
  });

  app.post("/session/:id/terminal", async (c) => {
    const id = c.req.param("id");
    if (registry.get(id) === undefined) return noSession(c);
    const request = await body(c, startTerminalRequestSchema);
    if (!request.ok) return request.response ?? c.body(null, 400);
    const started = terminals.start(id, request.value);
    if (started.ok) return c.json(started.value, 201);
    return refuse(c, started.fault.code === "terminal-running" ? 409 : 400, started.fault);
  });

  app.get("/events", (c) => {
    context.gateways(1);
    c.env.outgoing.once("close", () => context.gateways(-1));
    streamNotices(context.notices, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });

  app.get("/servers", (c) => c.json(servers.view()));
  app.post("/servers/test", async (c) => {
    // The kind of server is decided first, so that the reason names the field that is wrong.
    const request = await body(c, testRequestSchema);
    if (!request.ok) return request.response ?? c.body(null, 400);
    const { name, config } = request.value;
    const checked = readServerConfig(config);
    if (!checked.ok) return refuse(c, 400, fault("bad-server", `This server cannot be used: it ${checked.reason}`));
    return c.json(await servers.test(name ?? "test", checked.value));
  });
  app.post("/servers/:name/restart", (c) => {
    const name = c.req.param("name");
    if (servers.restart(name)) return c.body(null, 202);
    return refuse(c, 404, fault("no-such-server", `No server “${name}” is configured and enabled.`));
  });

  app.post("/stop", async (c) => {
    const request = await body(c, stopRequestSchema);
    if (!request.ok) return request.response ?? c.body(null, 400);
    const running = context.stop(request.value.force === true);
    if (running === undefined) return c.body(null, 202);
    const hint = "Stop with force to end them, too.";
    return refuse(c, 409, fault("sessions-running", running, hint));
  });

  app.notFound((c) => refuse(c, 404, fault("not-found", "There is no such route.")));
  app.onError((error, c) => refuse(c, 500, fault("internal", `The daemon failed on this request: ${error.message}`)));
  return app;
}

/** The absolute path of an existing folder; the home directory when none is named. */
function folder(path: string | undefined): string | undefined {
  const full = path === undefined ? homedir() : resolve(path);
  if (path !== undefined && !isAbsolute(path)) return undefined;
  try {
    return statSync(full).isDirectory() ? full : undefined;
  } catch {
    return undefined;
  }
}
