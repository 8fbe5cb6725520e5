/** Owns the routes about sessions: begin, list, end, their events and their terminals (protocol.md §2). */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Hono } from "hono";
import {
  createSessionRequestSchema,
  type DaemonSession,
  startTerminalRequestSchema,
} from "../../../shared/protocol/daemon-api.ts";
import { fault } from "../../../shared/protocol/fault.ts";
import { toolSettingsRequestSchema } from "../../../shared/protocol/tool-settings.ts";
import { streamEvents } from "../progress/stream-events.ts";
import type { Session, SessionRegistry } from "../sessions/session-registry.ts";
import type { ToolSettingsStore } from "../settings/tool-settings-store.ts";
import type { Terminals } from "../terminal/terminals.ts";
import { bearer, type Ctx, type Env, holdsKey, readJson, refuse, unauthorized } from "./route-kit.ts";

export interface SessionRoutesContext {
  key: string;
  registry: SessionRegistry;
  terminals: Terminals;
  sessionView: (session: Session) => DaemonSession;
  endSession: (id: string) => Promise<void>;
  settings: ToolSettingsStore;
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
    streamEvents(session.ring, c.env.outgoing, c.req.header("last-event-id"));
    return RESPONSE_ALREADY_SENT;
  });
}

export function addSessionRoutes(app: Hono<Env>, context: SessionRoutesContext): void {
  const { registry, terminals, sessionView, settings } = context;

  app.post("/session", async (c) => {
    const request = await readJson(c, createSessionRequestSchema);
    if (!request.ok) return request.response;
    const cwd = existingFolder(request.value.cwd);
    if (cwd === undefined) {
      const message = `${request.value.cwd ?? ""} is not a folder.`;
      return refuse(c, 400, fault("no-such-folder", message, "Choose another folder."));
    }
    const session = registry.create({ ...request.value, cwd });
    if (request.value.after !== undefined) settings.takeOver(request.value.after, session.id);
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

  app.post("/session/:id/terminal", async (c) => {
    const id = c.req.param("id");
    if (registry.get(id) === undefined) return noSession(c);
    const request = await readJson(c, startTerminalRequestSchema);
    if (!request.ok) return request.response;
    if (context.ending()) return refuse(c, 503, fault("daemon-ending", "The daemon is ending."));
    const started = terminals.start(id, request.value);
    if (started.ok) return c.json(started.value, 201);
    return refuse(c, started.fault.code === "terminal-running" ? 409 : 400, started.fault);
  });
}

/** The absolute path of an existing folder; the home directory when none is named. */
function existingFolder(path: string | undefined): string | undefined {
  if (path !== undefined && !isAbsolute(path)) return undefined;
  const full = path === undefined ? homedir() : resolve(path);
  return statSync(full, { throwIfNoEntry: false })?.isDirectory() === true ? full : undefined;
}
