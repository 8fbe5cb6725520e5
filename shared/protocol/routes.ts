/** Lists every route of the gateway: method and path, what it asks of its client, its body, and the daemon's route that it is passed on to. */
import { filePlaceSchema } from "../links/editor-address.ts";
import type { Need } from "./access.ts";
import { agentTemplatesSchema } from "./agent-templates.ts";
import { serversFileSchema, testServerRequestSchema } from "./daemon-api.ts";
import {
  historyLimitsSchema,
  newSessionSchema,
  openRequestSchema,
  pairingRequestSchema,
  patchDeviceSchema,
  patchSessionSchema,
  restartSessionSchema,
  stopDaemonRequestSchema,
} from "./gateway-api.ts";
import { exposureSchema, grantRequestSchema, shareRequestSchema } from "./preview-api.ts";
import { z } from "./schema.ts";
import { typeRequestSchema } from "./script-api.ts";
import { pathsRequestSchema } from "./terminal-paths.ts";

export interface Route {
  /** Whoever does not have it is refused, before any body is read. */
  needs: Need;
  /** The shape of its JSON body, read and checked before the handler is called. */
  body?: z.ZodType;
  /** The path at our own daemon that answers it, with the same method; `:session` is the session's id there, `:terminal` that of its terminal. */
  passes?: `/${string}`;
  /** The names of its query that the daemon is given, too. */
  query?: readonly string[];
  /** What serves it, where that is no handler: the page's files, an upgrade to a WebSocket, or a session's program. */
  by?: "page" | "socket" | "preview";
}

const nothing = z.object({});
/** The daemon checks these bodies itself: what it takes may be newer than this gateway. */
const any = z.unknown();

/**
 * `:name` is one segment of the path and a closing `*` any rest. A `GET` answers `HEAD` too. What is not in this table is
 * served to nobody, and what has a row is served only to who has what it needs: `main/gateway/http/router.ts`.
 */
export const ROUTES = {
  // The page. Its files hold no secret.
  "GET /": { needs: "nothing", by: "page" },
  "GET /index.html": { needs: "nothing", by: "page" },
  "GET /assets/*": { needs: "nothing", by: "page" },
  "GET /session": { needs: "nothing", by: "page" },
  "GET /session/*": { needs: "nothing", by: "page" },
  "GET /settings": { needs: "nothing", by: "page" },
  "GET /settings/*": { needs: "nothing", by: "page" },
  "GET /inbox": { needs: "nothing", by: "page" },
  "GET /inbox/*": { needs: "nothing", by: "page" },
  "GET /history": { needs: "nothing", by: "page" },
  "GET /history/*": { needs: "nothing", by: "page" },

  // Liveness, the proof of who we are, and the way to a token.
  "GET /api/v1/health": { needs: "nothing" },
  "GET /api/v1/proof": { needs: "nothing" },
  "POST /pair": { needs: "nothing" },

  "GET /api/v1/app": { needs: "view" },
  "GET /api/v1/me": { needs: "token" },
  "GET /metrics": { needs: "view" },
  "GET /api/v1/doctor": { needs: "view" },
  "GET /ws/app": { needs: "view", by: "socket" },

  "GET /api/v1/machines": { needs: "view" },
  "GET /api/v1/sessions": { needs: "view" },
  "POST /api/v1/sessions": { needs: "act", body: newSessionSchema },
  "GET /api/v1/sessions/:id": { needs: "view" },
  "PATCH /api/v1/sessions/:id": { needs: "act", body: patchSessionSchema },
  "DELETE /api/v1/sessions/:id": { needs: "act" },
  "POST /api/v1/sessions/:id/restart": { needs: "act", body: restartSessionSchema },
  // Which files there are is for who may open them.
  "POST /api/v1/sessions/:id/paths": {
    needs: "act",
    body: pathsRequestSchema,
    passes: "/session/:terminal/paths",
  },
  // Any bytes, 20 MB at most, streamed to the disk.
  "POST /api/v1/sessions/:id/files": { needs: "act" },
  "POST /api/v1/sessions/:id/edit": { needs: "act", body: filePlaceSchema },
  // For scripts: the text of its terminal, and what is typed into it.
  "GET /api/v1/sessions/:id/screen": { needs: "view", passes: "/session/:terminal/screen", query: ["lines"] },
  "POST /api/v1/sessions/:id/input": { needs: "act", body: typeRequestSchema },
  "POST /api/v1/sessions/:id/stop": { needs: "act", body: nothing },
  "GET /api/v1/sessions/:id/calls": { needs: "view" },
  "POST /api/v1/sessions/:id/calls/:call/stop": {
    needs: "act",
    body: nothing,
    passes: "/session/:session/calls/:call/stop",
  },
  "GET /api/v1/sessions/:id/turns": { needs: "view" },
  "GET /api/v1/sessions/:id/events": { needs: "view" },
  "GET /api/v1/sessions/:id/totals": { needs: "view" },
  "GET /api/v1/sessions/:id/parts/:name": { needs: "view" },
  "GET /api/v1/sessions/:id/export": { needs: "view" },
  "GET /api/v1/search": { needs: "view" },
  "GET /ws/mcp/events": { needs: "view", by: "socket" },
  // A client that may only watch looks on: what it types is dropped.
  "GET /ws/terminal": { needs: "view", by: "socket" },

  "GET /api/v1/sessions/:id/previews": { needs: "view" },
  "POST /api/v1/sessions/:id/previews": { needs: "act", body: exposureSchema },
  "DELETE /api/v1/sessions/:id/previews/:port": { needs: "act" },
  "GET /api/v1/sessions/:id/previews/:port/check": { needs: "view" },
  "POST /api/v1/sessions/:id/previews/:port/grant": { needs: "act", body: grantRequestSchema },
  "GET /api/v1/sessions/:id/previews/:port/shares": { needs: "view" },
  "POST /api/v1/sessions/:id/previews/:port/shares": { needs: "act", body: shareRequestSchema },
  "DELETE /api/v1/sessions/:id/previews/:port/shares/:share": { needs: "act" },
  // Using a program is acting, whatever the method. The program reads the body.
  "* /s/:id": { needs: "act", by: "preview" },
  "* /s/:id/*": { needs: "act", by: "preview" },

  // What can be started here. Folders serve nothing but starting something.
  "GET /api/v1/agents": { needs: "view" },
  "GET /api/v1/folders": { needs: "act" },
  "GET /api/v1/agent-templates": { needs: "view" },
  "PUT /api/v1/agent-templates": { needs: "act", body: agentTemplatesSchema },
  "POST /api/v1/open": { needs: "act", body: openRequestSchema },

  "GET /api/v1/servers": { needs: "view" },
  "PUT /api/v1/servers": { needs: "act", body: serversFileSchema },
  "POST /api/v1/servers/test": { needs: "act", body: testServerRequestSchema },
  "POST /api/v1/servers/:name/restart": { needs: "act", body: nothing },
  "POST /api/v1/servers/:name/accept": { needs: "act", body: any, passes: "/servers/:name/accept" },
  "GET /api/v1/servers/:name/log": { needs: "view", passes: "/servers/:name/log" },
  "POST /api/v1/servers/:name/sign-in": { needs: "act", body: any, passes: "/servers/:name/sign-in" },
  "DELETE /api/v1/servers/:name/sign-in": { needs: "act", passes: "/servers/:name/sign-in" },
  "GET /api/v1/secrets": { needs: "view", passes: "/secrets" },
  "PUT /api/v1/secrets/:name": { needs: "act", body: any, passes: "/secrets/:name" },
  "DELETE /api/v1/secrets/:name": { needs: "act", passes: "/secrets/:name" },
  "GET /api/v1/tool-settings": { needs: "view", passes: "/tool-settings" },
  "PUT /api/v1/tool-settings": { needs: "act", body: any, passes: "/tool-settings" },
  "GET /api/v1/sessions/:id/tool-settings": { needs: "view", passes: "/session/:session/tool-settings" },
  "PUT /api/v1/sessions/:id/tool-settings": { needs: "act", body: any, passes: "/session/:session/tool-settings" },
  "GET /api/v1/outbox": { needs: "view", passes: "/outbox" },
  "POST /api/v1/outbox/:id/retry": { needs: "act", body: any, passes: "/outbox/:id/retry" },
  "DELETE /api/v1/outbox/:id": { needs: "act", passes: "/outbox/:id" },
  "GET /api/v1/inbox": { needs: "view", passes: "/inbox" },
  "POST /api/v1/inbox/:id/answer": { needs: "act", body: any, passes: "/inbox/:id/answer" },
  // Programs that execute tools for agents.
  "GET /api/v1/client-tokens": { needs: "view", passes: "/client-tokens" },
  "POST /api/v1/client-tokens": { needs: "act", body: any, passes: "/client-tokens" },
  "PATCH /api/v1/client-tokens/:id": { needs: "act", body: any, passes: "/client-tokens/:id" },
  "DELETE /api/v1/client-tokens/:id": { needs: "act", passes: "/client-tokens/:id" },
  // Its own token opens it, and no other: the daemon knows which are good.
  "GET /ws/tools": { needs: "tools", by: "socket" },
  "GET /api/v1/daemon/settings": { needs: "view", passes: "/settings" },
  "PUT /api/v1/daemon/settings": { needs: "act", body: any, passes: "/settings" },
  "POST /api/v1/daemon/start": { needs: "act", body: nothing },
  "POST /api/v1/daemon/retry": { needs: "act", body: nothing },
  "POST /api/v1/daemon/stop": { needs: "act", body: stopDaemonRequestSchema },
  "POST /api/v1/daemon/restart": { needs: "act", body: stopDaemonRequestSchema },
  "GET /api/v1/history-limits": { needs: "view" },
  "PUT /api/v1/history-limits": { needs: "act", body: historyLimitsSchema },

  "GET /api/v1/devices": { needs: "view" },
  "PATCH /api/v1/devices/:id": { needs: "act", body: patchDeviceSchema },
  "DELETE /api/v1/devices/:id": { needs: "act" },
  "GET /api/v1/pairing": { needs: "view" },
  "POST /api/v1/pairing": { needs: "act", body: pairingRequestSchema },
  "DELETE /api/v1/pairing/:id": { needs: "act" },
  "POST /api/v1/token/rotate": { needs: "act", body: nothing },

  // The original routes, for older clients: streamed to the daemon that is connected.
  "GET /api/mcp/discovery": { needs: "view" },
  "POST /api/mcp/session": { needs: "act" },
  "POST /api/mcp/call": { needs: "act" },
  "GET /api/mcp/session/:id/events": { needs: "view" },
  "POST /api/mcp/servers/test": { needs: "act" },
} as const satisfies Record<`${string} /${string}`, Route>;

export type RouteName = keyof typeof ROUTES;
type Rows = typeof ROUTES;
type Served<By> = { [Name in RouteName]: Rows[Name] extends By ? Name : never }[RouteName];
/** Rows that a handler of the gateway answers: neither passed on nor served by something else. */
export type HandledRoute = Exclude<RouteName, Served<{ passes: string }> | Served<{ by: string }>>;
export type PassedRoute = Served<{ passes: string }>;
export type SocketRoute = Served<{ by: "socket" }>;
/** What a route's handler is given of the body. */
export type BodyOf<Name extends RouteName> = Rows[Name] extends { body: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;

export interface RouteRow extends Route {
  name: RouteName;
  /** In capitals; `*` for any. */
  method: string;
  path: string;
}

export const routeRows: readonly RouteRow[] = Object.entries<Route>(ROUTES).map(([name, route]) => {
  const cut = name.indexOf(" ");
  return { name: name as RouteName, method: name.slice(0, cut), path: name.slice(cut + 1), ...route };
});

const patterns = new Map(routeRows.map((row) => [row, patternOf(row.path)]));

function patternOf(path: string): RegExp {
  const text = path
    .split("/")
    .map((part) => (part === "*" ? ".*" : part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("/");
  return new RegExp(`^${text}$`, "s");
}

/** The row for a request's method and its path as it was sent, undecoded: another spelling of a path has none. */
export function routeOf(method: string, path: string): RouteRow | undefined {
  const asked = method === "HEAD" ? "GET" : method;
  return routeRows.find(
    (row) => (row.method === asked || row.method === "*") && patterns.get(row)?.test(path) === true,
  );
}

/** First segments below which everything wants a token, also where there is nothing. */
const closed = new Set(
  routeRows.flatMap(({ needs, path }) => (needs === "nothing" ? [] : [path.split("/", 2)[1] ?? ""])),
);
export const isClosedArea = (path: string): boolean => closed.has(path.split("/", 2)[1] ?? "");
