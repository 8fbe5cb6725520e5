/** Owns the list of HTTP routes. What each does is a function of the gateway's parts. */
import { type Context, Hono } from "hono";
import { fault } from "../../../shared/protocol/fault.ts";
import { GATEWAY_NONCE, gatewayProof } from "../gateway-file.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { METRICS_TYPE, metricsText } from "../metrics.ts";
import { refuseWith } from "./answer.ts";
import { compatRoutes } from "./compat-routes.ts";
import { daemonRoutes } from "./daemon-routes.ts";
import { accessRoutes, pairRoute } from "./device-routes.ts";
import { historyRoutes } from "./history-routes.ts";
import { limitsRoutes } from "./limits-routes.ts";
import { passRoutes } from "./pass-routes.ts";
import { sessionRoutes } from "./session-routes.ts";
import type { StaticFiles } from "./static-files.ts";
import { templateRoutes } from "./template-routes.ts";

export interface Routes {
  /** All that a client without a token reaches. The guarded routes are not in it, so no spelling of a path leads to them. */
  readonly open: Hono;
  /** For clients that showed a token. */
  readonly guarded: Hono;
}

/** Everything but `/ws/…`. Access has been decided before a request comes here. */
export function createRoutes(parts: GatewayParts, files: StaticFiles | undefined, sockets: () => number): Routes {
  return { open: openRoutes(parts, files), guarded: guardedRoutes(parts, sockets) };
}

function openRoutes(parts: GatewayParts, files: StaticFiles | undefined): Hono {
  const app = newRouter(parts);
  app.get("/api/v1/health", (context) => context.json({ status: "ok" }));
  app.get("/api/v1/proof", (context) => {
    const nonce = context.req.query("nonce") ?? "";
    if (!GATEWAY_NONCE.test(nonce)) return refuseWith(context, fault("bad-request", "nonce is 32 hexadecimal digits."));
    return context.json({ proof: gatewayProof(parts.owner.token(), nonce) });
  });
  pairRoute(app, parts);
  app.get(
    "*",
    (context) => files?.serve(rawPath(context.req.url), context.req.header("host") ?? "") ?? notFound(context),
  );
  return app;
}

function guardedRoutes(parts: GatewayParts, sockets: () => number): Hono {
  const app = newRouter(parts);
  app.get("/api/v1/app", (context) => context.json(parts.hub.state()));
  app.route("/api/v1/sessions", sessionRoutes(parts));
  app.route("/api/v1", accessRoutes(parts));
  app.route("/api/v1", daemonRoutes(parts));
  app.route("/api/v1", historyRoutes(parts));
  app.route("/api/v1", limitsRoutes(parts));
  app.route("/api/v1", passRoutes(parts));
  app.route("/api/v1", templateRoutes(parts));
  app.get("/metrics", async (context) =>
    context.text(await metricsText(parts, sockets()), 200, { "content-type": METRICS_TYPE }),
  );
  app.route("/api/mcp", compatRoutes(parts));
  return app;
}

function newRouter(parts: GatewayParts): Hono {
  const app = new Hono();
  app.use("/api/*", async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
    context.header("x-content-type-options", "nosniff");
  });
  app.notFound(notFound);
  app.onError((error, context) => {
    parts.log.error({ error, path: context.req.path }, "a request failed");
    return refuseWith(
      context,
      fault("internal-error", "Signalbox failed at this request.", "Its log has the details."),
    );
  });
  return app;
}

const notFound = (context: Context): Response =>
  refuseWith(context, fault("not-found", "There is nothing at this address."));

/** The path as it was sent: not decoded, not normalised. */
function rawPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = url.indexOf("?", start);
  return start < 0 ? "/" : url.slice(start, end < 0 ? undefined : end);
}
