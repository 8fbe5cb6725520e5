/** Owns the daemon's own HTTP routes (protocol.md §2), all but `/mcp`: which there are and what each caller must know. */
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { Health } from "../../../shared/protocol/daemon-api.ts";
import { fault } from "../../../shared/protocol/fault.ts";
import { z } from "../../../shared/protocol/schema.ts";
import { type NoticeSources, streamNotices } from "./notices.ts";
import { type Env, holdsKey, readJson, refuse, unauthorized } from "./route-kit.ts";
import { addServerRoutes, type ServerRoutesContext } from "./server-routes.ts";
import { addEventRoute, addSessionRoutes, type SessionRoutesContext } from "./session-routes.ts";
import { addCallbackRoute, addSignInRoutes, type SignInRoutesContext } from "./sign-in-routes.ts";

const NONCE = /^[0-9a-f]{16,128}$/i;
const stopRequestSchema = z.object({ force: z.boolean().optional() });

export interface RouteContext extends SessionRoutesContext, ServerRoutesContext, SignInRoutesContext {
  health: (nonce: string | undefined) => Health;
  notices: NoticeSources;
  /** A reader of `/events` came or went. */
  gateways: (change: 1 | -1) => void;
  /** Names what still runs, or undefined and then ends the daemon after the answer. */
  stop: (force: boolean) => string | undefined;
}

export function createDaemonRoutes(context: RouteContext): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/health", (c) => {
    const nonce = c.req.query("nonce");
    return c.json(context.health(nonce !== undefined && NONCE.test(nonce) ? nonce : undefined));
  });
  addEventRoute(app, context);
  addCallbackRoute(app, context);

  // Everything below is the gateway's.
  app.use("*", async (c, next) => (holdsKey(c, context.key) ? next() : unauthorized(c)));
  addSessionRoutes(app, context);
  addServerRoutes(app, context);
  addSignInRoutes(app, context);
  app.get("/events", (c) => {
    context.gateways(1);
    c.env.outgoing.once("close", () => context.gateways(-1));
    streamNotices(context.notices, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  app.post("/stop", async (c) => {
    const request = await readJson(c, stopRequestSchema);
    if (!request.ok) return request.response;
    const running = context.stop(request.value.force === true);
    if (running === undefined) return c.body(null, 202);
    return refuse(c, 409, fault("sessions-running", running, "With `force` they are ended, too."));
  });

  app.notFound((c) => refuse(c, 404, fault("not-found", "There is no such route.")));
  app.onError((error, c) => refuse(c, 500, fault("internal", `The daemon failed on this request: ${error.message}`)));
  return app;
}
