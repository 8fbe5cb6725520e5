/** Gives each route of the table what answers it: a handler, the page's files, or the daemon. */
import { type Context, Hono } from "hono";
import { fault } from "../../../shared/protocol/fault.ts";
import { DEVICE_NAME, NONCE } from "../../../shared/protocol/proof.ts";
import type { RouteRow } from "../../../shared/protocol/routes.ts";
import type { Log } from "../../home/create-log.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { gatewayProofs } from "../../home/proofs.ts";
import type { Devices } from "../auth/devices.ts";
import type { Journal } from "../journal/open-journal.ts";
import type { Daemons } from "../link/daemons.ts";
import { METRICS_TYPE, type MetricsContext, metricsText } from "../metrics.ts";
import { type PreviewRoutesContext, previewRoutes } from "../preview/preview-routes.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { refuseWith } from "./answer.ts";
import { type CompatRoutesContext, compatRoutes } from "./compat-routes.ts";
import { type DaemonRoutesContext, daemonRoutes } from "./daemon-routes.ts";
import { type AccessRoutesContext, accessRoutes } from "./device-routes.ts";
import { type HistoryRoutesContext, historyRoutes } from "./history-routes.ts";
import { type LimitsRoutesContext, limitsRoutes } from "./limits-routes.ts";
import { passRoutes } from "./pass-routes.ts";
import { isForPerson, lostPage } from "./refuse-request.ts";
import { type AnyHandler, addRoutes, type Handlers, handlers } from "./router.ts";
import { type SessionRoutesContext, sessionRoutes } from "./session-routes.ts";
import type { StaticFiles } from "./static-files.ts";
import { templateRoutes } from "./template-routes.ts";

/** What all routes need together; each file of routes says what it needs itself. */
export interface RoutesContext
  extends AccessRoutesContext,
    CompatRoutesContext,
    DaemonRoutesContext,
    HistoryRoutesContext,
    LimitsRoutesContext,
    MetricsContext,
    SessionRoutesContext {
  home: HomeFolder;
  daemons: Daemons;
  sessions: Sessions;
  devices: Devices;
  journal: Journal;
  log: Log;
  /** The port that the gateway listens on. */
  port: number;
  /** The proof for a page, by its token's device name; undefined for a token that is not known here. */
  proveTo: (device: string, nonce: string) => string | undefined;
  previews: PreviewRoutesContext;
}

export interface Routes {
  /** All that a client without a token reaches. The guarded routes are not in it, so no spelling of a path leads to them. */
  readonly open: Hono;
  /** For clients that showed a token. */
  readonly guarded: Hono;
}

/** Everything but `/ws/…`. Access has been decided before a request comes here. */
export function createRoutes(parts: RoutesContext, files: StaticFiles | undefined, sockets: () => number): Routes {
  const made = new Map(Object.entries(createHandlers(parts, sockets)) as [string, AnyHandler][]);
  const pass = passRoutes(parts);
  const page: AnyHandler = (context) =>
    files?.serve(rawPath(context.req.url), context.req.header("host") ?? "") ?? notFound(context);
  const serves = (row: RouteRow) => (row.by === "page" ? page : (made.get(row.name) ?? pass(row)));
  const open = addRoutes(newRouter(parts), (row) => (row.needs === "nothing" ? serves(row) : undefined));
  const guarded = addRoutes(newRouter(parts), (row) => (row.needs === "nothing" ? undefined : serves(row)));
  return { open, guarded };
}

function createHandlers(parts: RoutesContext, sockets: () => number): Handlers {
  return {
    ...handlers({
      "GET /api/v1/health": (context) => context.json({ status: "ok" }),
      "GET /api/v1/proof": (context) => {
        const nonce = context.req.query("nonce") ?? "";
        if (!NONCE.test(nonce)) return refuseWith(context, fault("bad-request", "nonce is 32 hexadecimal digits."));
        const device = context.req.query("device");
        if (device === undefined) return context.json(gatewayProofs(parts.owner.token(), nonce, parts.port));
        if (!DEVICE_NAME.test(device))
          return refuseWith(context, fault("bad-request", "device is 32 hexadecimal digits."));
        const proof = parts.proveTo(device, nonce);
        if (proof === undefined) return refuseWith(context, fault("unknown-device", "This browser isn't known here."));
        return context.json({ port_proof: proof });
      },
      "GET /api/v1/app": (context) => context.json(parts.hub.state()),
      "GET /metrics": async (context) =>
        context.text(await metricsText(parts, sockets()), 200, { "content-type": METRICS_TYPE }),
    }),
    ...sessionRoutes(parts),
    ...previewRoutes(parts.previews),
    ...accessRoutes(parts),
    ...daemonRoutes(parts),
    ...historyRoutes(parts),
    ...limitsRoutes(parts),
    ...templateRoutes(parts),
    ...compatRoutes(parts),
  };
}

function newRouter(parts: RoutesContext): Hono {
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

function notFound(context: Context): Response {
  const nothing = fault("not-found", "There is nothing at this address.");
  if (!isForPerson(context.req.method, context.req.header("accept"))) return refuseWith(context, nothing);
  const { html, headers } = lostPage(nothing);
  return context.html(html, 404, headers);
}

/** The path as it was sent: not decoded, not normalised. */
function rawPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = url.indexOf("?", start);
  return start < 0 ? "/" : url.slice(start, end < 0 ? undefined : end);
}
