/** The routes about sessions: begin, list, end, their events and their terminals. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Hono } from "hono";
import {
  createSessionRequestSchema,
  type DaemonSession,
  type StopCallRequest,
  startTerminalRequestSchema,
  stopCallRequestSchema,
} from "../../../shared/protocol/daemon-api.ts";
import { fault } from "../../../shared/protocol/fault.ts";
import { type DaemonExposures, daemonExposuresSchema } from "../../../shared/protocol/preview-api.ts";
import { MAX_SCREEN_LINES, typeRequestSchema } from "../../../shared/protocol/script-api.ts";
import { pathsRequestSchema } from "../../../shared/protocol/terminal-paths.ts";
import { toolSettingsRequestSchema } from "../../../shared/protocol/tool-settings.ts";
import type { ClientTokens } from "../clients/client-tokens.ts";
import type { Inbox } from "../inbox/inbox.ts";
import { streamEvents } from "../progress/stream-events.ts";
import type { SessionNumbers } from "../sessions/session-numbers.ts";
import { RUN_IS_OVER, type Session, type SessionRegistry } from "../sessions/session-registry.ts";
import type { ToolSettingsStore } from "../settings/tool-settings-store.ts";
import { createPathResolver } from "../terminal/resolve-paths.ts";
import type { Terminals } from "../terminal/terminals.ts";
import { bearer, type Ctx, type Env, holdsKey, readJson, refuse, unauthorized } from "./route-kit.ts";

export interface SessionRoutesContext {
  key: string;
  registry: SessionRegistry;
  terminals: Terminals;
  sessionView: (session: Session) => DaemonSession;
  endSession: (id: string) => Promise<void>;
  /** Ends one call of a session for a person; false where no call of this name runs. */
  stopCall: (session: string, call: string, by: StopCallRequest) => boolean;
  numbers: Pick<SessionNumbers, "ofEnd">;
  settings: ToolSettingsStore;
  inbox: Pick<Inbox, "list" | "answer" | "takeOver">;
  clients: ClientTokens;
  /** The ports that previews of a session may reach from now on, also of one that this run of the daemon does not know. */
  expose: (id: string, exposures: DaemonExposures) => void;
  /** A session was made; resolves once it may be used wherever it may be. */
  made: (session: Session) => Promise<void>;
  /** Nothing may begin any more. */
  ending: () => boolean;
}

export const noSession = (c: Ctx): Response =>
  refuse(c, 404, fault("no-such-session", "There is no session of this id."));

/**
 * The one session route that is not the gateway's alone. A reader proves itself by the session's token; a gateway that
 * was restarted knows no tokens and reads on with the daemon's key.
 */
export function addEventRoute(app: Hono<Env>, { key, registry }: SessionRoutesContext): void {
  app.get("/session/:id/events", (c) => {
    const id = c.req.param("id");
    const token = bearer(c);
    if (token === undefined) return unauthorized(c);
    const reader = holdsKey(c, key) ? "gateway" : registry.owner(id, token);
    if (reader === "none") return unauthorized(c);
    const session = registry.get(id);
    if (session === undefined) return noSession(c);
    const { "last-event-id": lastEventId, accept } = c.req.header();
    streamEvents(session.ring, c.env.outgoing, { lastEventId, accept });
    return RESPONSE_ALREADY_SENT;
  });
}

export function addSessionRoutes(app: Hono<Env>, context: SessionRoutesContext): void {
  const { registry, terminals, sessionView, settings } = context;
  const pathResolver = createPathResolver();

  app.post("/session", async (c) => {
    const request = await readJson(c, createSessionRequestSchema);
    if (!request.ok) return request.response;
    const cwd = existingFolder(request.value.cwd);
    if (cwd === undefined) {
      const message = `${request.value.cwd ?? ""} is not a folder.`;
      return refuse(c, 400, fault("no-such-folder", message, "Choose another folder."));
    }
    const session = registry.create({ ...request.value, cwd });
    if (request.value.after !== undefined) {
      settings.takeOver(request.value.after, session.id);
      context.inbox.takeOver(request.value.after, session.id);
      context.clients.takeOver(request.value.after, session.id);
    }
    await context.made(session);
    return c.json({ session_id: session.id, token: session.token, cwd });
  });
  app.get("/sessions", (c) => c.json({ sessions: registry.list().map(sessionView) }));
  app.delete("/session/:id", async (c) => {
    const id = c.req.param("id");
    const known = registry.get(id) !== undefined;
    // Also one of an earlier run, which an agent could otherwise still take up again.
    await context.endSession(id);
    return known ? c.body(null, 204) : noSession(c);
  });

  app.post("/session/:id/over", (c) => {
    const id = c.req.param("id");
    if (registry.present(id) !== undefined) {
      return refuse(c, 409, fault("session-there", "This session is here: its stream tells of its calls."));
    }
    const seq = context.numbers.ofEnd(id);
    return seq === undefined ? noSession(c) : c.json({ seq, event: RUN_IS_OVER });
  });

  app.get("/session/:id/tool-settings", (c) => {
    const id = c.req.param("id");
    return registry.get(id) === undefined ? noSession(c) : c.json(settings.ofSession(id));
  });
  app.put("/session/:id/tool-settings", async (c) => {
    const id = c.req.param("id");
    if (registry.get(id) === undefined) return noSession(c);
    const request = await readJson(c, toolSettingsRequestSchema);
    if (!request.ok) return request.response;
    settings.setOfSession(id, request.value);
    return c.json(request.value);
  });

  app.put("/session/:id/exposures", async (c) => {
    const request = await readJson(c, daemonExposuresSchema);
    if (!request.ok) return request.response;
    context.expose(c.req.param("id"), request.value.exposures);
    return c.body(null, 204);
  });

  app.post("/session/:id/paths", async (c) => {
    const session = registry.get(c.req.param("id"));
    if (session === undefined) return noSession(c);
    const request = await readJson(c, pathsRequestSchema);
    if (!request.ok) return request.response;
    return c.json({ paths: await pathResolver.resolve(session.cwd, request.value.paths) });
  });

  app.post("/session/:id/calls/:call/stop", async (c) => {
    const request = await readJson(c, stopCallRequestSchema);
    if (!request.ok) return request.response;
    const { id, call } = c.req.param();
    if (registry.get(id) === undefined) return noSession(c);
    if (context.stopCall(id, call, request.value)) return c.body(null, 204);
    return refuse(
      c,
      409,
      fault("call-not-open", "No call of this name runs at a server.", "It has ended, or its agent runs it itself."),
    );
  });

  app.post("/session/:id/terminal", async (c) => {
    const id = c.req.param("id");
    const session = registry.get(id);
    if (session === undefined) return noSession(c);
    const request = await readJson(c, startTerminalRequestSchema);
    if (!request.ok) return request.response;
    await terminals.prepared;
    if (context.ending()) return refuse(c, 503, fault("daemon-ending", "The daemon is ending."));
    if (!("restart" in request.value)) session.callWait = request.value.call_wait;
    // Whoever runs now says which conversation it is in.
    session.conversation = undefined;
    const started = terminals.start(id, request.value);
    if (started.ok) return c.json(started.value, 201);
    return refuse(c, started.fault.code === "terminal-running" ? 409 : 400, started.fault);
  });
  app.get("/session/:id/screen", async (c) => {
    const asked = c.req.query("lines");
    const lines = asked === undefined ? undefined : Number(asked);
    if (lines !== undefined && !(Number.isInteger(lines) && lines > 0 && lines <= MAX_SCREEN_LINES)) {
      return refuse(c, 400, fault("bad-request", `lines is a whole number from 1 to ${MAX_SCREEN_LINES}.`));
    }
    const shown = await terminals.read(c.req.param("id"), lines);
    return shown === undefined ? refuse(c, 404, fault("no-terminal", "This session has no terminal.")) : c.json(shown);
  });
  app.post("/session/:id/input", async (c) => {
    const request = await readJson(c, typeRequestSchema);
    if (!request.ok) return request.response;
    const done = await terminals.type(c.req.param("id"), request.value);
    if (done.ok) return c.body(null, 204);
    return refuse(c, done.fault.code === "no-terminal" ? 404 : 409, done.fault);
  });
  app.post("/session/:id/terminal/stop", async (c) => {
    const stopped = await terminals.stop(c.req.param("id"));
    return stopped === undefined ? noSession(c) : c.json(stopped);
  });
}

/** The absolute path of an existing folder; the home directory when none is named. */
function existingFolder(path: string | undefined): string | undefined {
  if (path !== undefined && !isAbsolute(path)) return undefined;
  const full = path === undefined ? homedir() : resolve(path);
  return statSync(full, { throwIfNoEntry: false })?.isDirectory() === true ? full : undefined;
}
