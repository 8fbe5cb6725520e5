/** The daemon's own HTTP routes, all but `/mcp`: which there are and what each caller must know. */
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { Health } from "../../../shared/protocol/daemon-api.ts";
import { fault } from "../../../shared/protocol/fault.ts";
import { z } from "../../../shared/protocol/schema.ts";
import type { StartHere } from "../start-here.ts";
import { type AgentReportContext, addAgentReportRoute } from "./agent-report-route.ts";
import { addClientRoutes, type ClientRoutesContext } from "./client-routes.ts";
import { addFarRoutes, type FarRoutesContext } from "./far-routes.ts";
import { addInboxRoutes, type InboxRoutesContext } from "./inbox-routes.ts";
import { type NoticeSources, streamNotices } from "./notices.ts";
import { addOfferRoutes, type OfferRoutesContext } from "./offer-routes.ts";
import { type Env, holdsKey, readJson, refuse, unauthorized } from "./route-kit.ts";
import { addServerRoutes, type ServerRoutesContext } from "./server-routes.ts";
import { addEventRoute, addSessionRoutes, type SessionRoutesContext } from "./session-routes.ts";
import { addCallbackRoute, addSignInRoutes, type SignInRoutesContext } from "./sign-in-routes.ts";
import { addStartRoute } from "./start-route.ts";

const NONCE = /^[0-9a-f]{16,128}$/i;
/** Where a server that has a sign-in would tell about it and take part in it; also below the address of `/mcp`. */
const SIGN_IN_PATHS = ["/.well-known/*", "/mcp/.well-known/*", "/register", "/authorize", "/token"];
const stopRequestSchema = z.object({ force: z.boolean().optional() });

export interface RouteContext
  extends AgentReportContext,
    SessionRoutesContext,
    ServerRoutesContext,
    SignInRoutesContext,
    InboxRoutesContext,
    FarRoutesContext,
    OfferRoutesContext,
    ClientRoutesContext {
  health: (nonce: string | undefined) => Health;
  notices: NoticeSources;
  startHere: StartHere;
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
  addAgentReportRoute(app, context);
  addCallbackRoute(app, context);
  // An MCP client whose token is refused asks for these (RFC 9728, RFC 8414, RFC 7591). There is no sign-in here, and 404 is
  // how that is said; 401 would make it ask on, and hide our own words about the token.
  for (const path of SIGN_IN_PATHS) app.all(path, (c) => c.notFound());

  // Everything below is the gateway's.
  app.use("*", async (c, next) => (holdsKey(c, context.key) ? next() : unauthorized(c)));
  addStartRoute(app, context.startHere);
  addSessionRoutes(app, context);
  addServerRoutes(app, context);
  addSignInRoutes(app, context);
  addInboxRoutes(app, context);
  addClientRoutes(app, context);
  addFarRoutes(app, context);
  addOfferRoutes(app, context);
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
