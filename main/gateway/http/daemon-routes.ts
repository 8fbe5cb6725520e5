/** Owns the routes about the daemon, its servers, the agents of this machine and its folders. */
import { Hono } from "hono";
import { parseLinkPath } from "../../../shared/links/deep-link.ts";
import { serversFileSchema, testServerRequestSchema } from "../../../shared/protocol/daemon-api.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { z } from "../../../shared/protocol/schema.ts";
import { detectTemplates } from "../../agents/templates.ts";
import { mayOnlyWatch, READ_ONLY } from "../auth/scope.ts";
import { examine } from "../doctor/examine.ts";
import { liveFindings } from "../doctor/live-findings.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import type { DaemonClient } from "../link/daemon-client.ts";
import { answer, readBody, refuseWith } from "./answer.ts";
import type { Guarded } from "./http-server.ts";
import { listFolders } from "./list-folders.ts";
import { readServers, writeServers } from "./servers-file.ts";

const nothing = z.object({});
const openSchema = z.object({ path: z.string() });
const stopSchema = z.object({ force: z.boolean().optional() });
/** Folders offered for the next session. */
const RECENT_FOLDERS = 8;

export function daemonRoutes(parts: GatewayParts): Hono {
  const { daemons, home } = parts;
  const app = new Hono();
  const own = (): Result<DaemonClient> => {
    const daemon = daemons.own();
    return daemon === undefined
      ? failed("no-daemon", "Signalbox's own daemon is not running.", "Press Start built-in daemon.")
      : ok(daemon.client);
  };

  app.post("/daemon/retry", async (context) => {
    const body = await readBody(context, nothing);
    if (body.ok) daemons.primary.retry();
    return answer(context, body, 202);
  });
  app.post("/daemon/start", async (context) => {
    const body = await readBody(context, nothing);
    if (body.ok) daemons.primary.start();
    return answer(context, body, 202);
  });
  /** One of another version may be ended too. */
  const stoppable = (): Result<DaemonClient> => {
    const other = daemons.primary.mismatched();
    return other === undefined ? own() : ok(other);
  };
  app.post("/daemon/stop", async (context) => {
    const body = await readBody(context, stopSchema);
    const daemon = stoppable();
    if (!body.ok || !daemon.ok) return answer(context, body.ok ? daemon : body);
    return answer(context, await daemon.value.stop(body.value.force === true), 202);
  });
  app.post("/daemon/restart", async (context) => {
    const body = await readBody(context, stopSchema);
    const daemon = stoppable();
    if (!body.ok || !daemon.ok) return answer(context, body.ok ? daemon : body);
    const stopped = await daemon.value.stop(body.value.force === true);
    if (stopped.ok) daemons.primary.start();
    return answer(context, stopped, 202);
  });

  app.get("/servers", (context) => answer(context, readServers(home.servers)));
  app.put("/servers", async (context) => {
    const body = await readBody(context, serversFileSchema);
    return answer(context, body.ok ? writeServers(home.servers, body.value) : body);
  });
  app.post("/servers/test", async (context) => {
    const body = await readBody(context, testServerRequestSchema);
    const daemon = own();
    if (!body.ok || !daemon.ok) return answer(context, body.ok ? daemon : body);
    return answer(context, await daemon.value.testServer(body.value));
  });
  app.post("/servers/:name/restart", async (context) => {
    const body = await readBody(context, nothing);
    const daemon = own();
    if (!body.ok || !daemon.ok) return answer(context, body.ok ? daemon : body);
    return answer(context, await daemon.value.restartServer(context.req.param("name")), 202);
  });

  app.get("/agents", async (context) => {
    const recent = parts.hub.state().sessions.toSorted((a, b) => b.created_at.localeCompare(a.created_at));
    const folders = [...new Set(recent.map((session) => session.cwd))].slice(0, RECENT_FOLDERS);
    const agents = [...(await parts.agents()), ...(await detectTemplates(home, process.env))];
    return context.json({ agents, recent_folders: folders });
  });
  app.post("/open", async (context) => {
    const body = await readBody(context, openSchema);
    if (!body.ok) return answer(context, body);
    // A link only navigates, and only to a session or a call (protocol.md §7).
    if (parseLinkPath(body.value.path) === undefined)
      return answer(context, failed("bad-link", "This is no link to a session or a call."));
    return context.json({ delivered: parts.open(body.value.path) });
  });
  app.get("/doctor", async (context) =>
    context.json(await examine({ home, discovery: parts.discovery, live: liveFindings(parts) })),
  );
  // They only serve starting something.
  app.get("/folders", async (context: Guarded) =>
    mayOnlyWatch(context.env.identity)
      ? refuseWith(context, READ_ONLY)
      : answer(context, await listFolders(context.req.query("path"))),
  );
  return app;
}
