/** The routes about the daemon, its servers, the agents of this machine and its folders. */
import type { Context } from "hono";
import { parseLinkPath } from "../../../shared/links/deep-link.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { AgentView } from "../../../shared/protocol/gateway-api.ts";
import { listFolders } from "../../agents/list-folders.ts";
import { detectTemplates } from "../../agents/templates.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { may } from "../auth/identity.ts";
import { examine } from "../doctor/examine.ts";
import { type LiveFindingsContext, liveFindings } from "../doctor/live-findings.ts";
import type { DaemonClient } from "../link/daemon-client.ts";
import { OWN_DAEMON } from "../link/daemon-ref.ts";
import type { Daemons } from "../link/daemons.ts";
import type { Machines } from "../machines/machines.ts";
import { editServers } from "../servers/servers-file.ts";
import type { SignInLink } from "../sign-in-pages.ts";
import { answer } from "./answer.ts";
import { handlers } from "./router.ts";

/** Folders offered for the next session. */
const RECENT_FOLDERS = 8;

export interface DaemonRoutesContext extends LiveFindingsContext {
  home: HomeFolder;
  /** Discovery files that were given. */
  discovery: readonly string[];
  daemons: Daemons;
  agents: () => Promise<readonly AgentView[]>;
  machines: Pick<Machines, "list" | "find">;
  /** Shows a page's path in the desktop window. False when there is none. */
  open: (path: string) => boolean;
  /** A link with a code of the owner's. */
  pairingLink: (path: string) => SignInLink;
}

export function daemonRoutes(parts: DaemonRoutesContext) {
  const { daemons, home } = parts;
  const own = async (context: Context): Promise<Result<DaemonClient>> => {
    const daemon = await daemons.settledAt(OWN_DAEMON, context.req.raw.signal);
    return daemon === undefined
      ? failed("no-daemon", "Signalbox's own daemon is not running.", "Start the built-in daemon.")
      : ok(daemon.client);
  };

  /** What the machine that `?machine=` names says of itself; undefined where that is this one. */
  async function ofMachine(context: Context, path: string): Promise<Response | undefined> {
    const named = context.req.query("machine");
    if (named === undefined || named === "") return undefined;
    const found = await parts.machines.find(named);
    if (!found.ok) return answer(context, found);
    if (found.value === OWN_DAEMON) return undefined;
    const daemon = await daemons.settledAt(found.value, context.req.raw.signal);
    const away = failed("machine-away", "That machine can't be reached.", "Try again when it is back.");
    return answer(context, daemon === undefined ? away : await daemon.client.read(path));
  }

  /** One of another version may be ended too. */
  const stoppable = async (context: Context): Promise<Result<DaemonClient>> => {
    await daemons.settled(context.req.raw.signal);
    const other = daemons.primary.mismatched();
    return other === undefined ? own(context) : ok(other);
  };
  const stop = async (context: Context, force: boolean | undefined, again: boolean): Promise<Response> => {
    const daemon = await stoppable(context);
    if (!daemon.ok) return answer(context, daemon);
    const stopped = await daemon.value.stop(force === true);
    if (stopped.ok) daemons.ending(daemon.value, again);
    return answer(context, stopped, 202);
  };
  const servers = editServers(home.servers);

  return handlers({
    "POST /api/v1/daemon/retry": (context) => {
      daemons.primary.retry();
      return context.json({}, 202);
    },
    "POST /api/v1/daemon/start": (context) => {
      daemons.primary.start();
      return context.json({}, 202);
    },
    "POST /api/v1/daemon/stop": (context, { force }) => stop(context, force, false),
    "POST /api/v1/daemon/restart": (context, { force }) => stop(context, force, true),

    "GET /api/v1/servers": (context) => answer(context, servers.read(!may(context.env.identity, "act"))),
    "PUT /api/v1/servers": (context, body) => answer(context, servers.write(body)),
    "POST /api/v1/servers/test": async (context, { name, config: shown }) => {
      const daemon = await own(context);
      if (!daemon.ok) return answer(context, daemon);
      const config = servers.unmask(name ?? "", shown);
      return answer(context, config.ok ? await daemon.value.testServer({ name, config: config.value }) : config);
    },
    "POST /api/v1/servers/:name/restart": async (context) => {
      const daemon = await own(context);
      if (!daemon.ok) return answer(context, daemon);
      return answer(context, await daemon.value.restartServer(context.req.param("name")), 202);
    },

    "GET /api/v1/agents": async (context) => {
      const far = await ofMachine(context, "/agents");
      if (far !== undefined) return far;
      const recent = parts.hub.state().sessions.toSorted((a, b) => b.created_at.localeCompare(a.created_at));
      const folders = [...new Set(recent.map((session) => session.cwd))].slice(0, RECENT_FOLDERS);
      const agents = [...(await parts.agents()), ...(await detectTemplates(home, process.env))];
      return context.json({ agents, recent_folders: folders });
    },
    "POST /api/v1/open": async (context, { path, page }) => {
      // A link only navigates, and only to a session, a call or a preview.
      if (parseLinkPath(path) === undefined)
        return answer(context, failed("bad-link", "This is no link to a session or a call."));
      const delivered = parts.open(path);
      if (delivered || !page) return context.json({ delivered });
      if (context.env.identity.kind !== "owner") {
        return answer(context, failed("owner-only", "Only who has the owner's token can open a browser here."));
      }
      const link = parts.pairingLink(path);
      return context.json({ delivered, address: link.address, page: await link.page() });
    },
    "GET /api/v1/doctor": async (context) =>
      context.json(await examine({ home, discovery: parts.discovery, live: liveFindings(parts) })),
    "GET /api/v1/folders": async (context) => {
      const path = context.req.query("path");
      const query = path === undefined ? "" : `?path=${encodeURIComponent(path)}`;
      return (await ofMachine(context, `/folders${query}`)) ?? answer(context, await listFolders(path));
    },
  });
}
