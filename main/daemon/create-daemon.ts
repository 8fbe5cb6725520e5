/** Composes the daemon: options in, `{ url, done, dispose }` out. */
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { portOf } from "../../shared/protocol/proof.ts";
import type { Cluster } from "../cluster/open-cluster.ts";
import type { Log } from "../home/create-log.ts";
import { readLastPort, writeLastPort } from "../home/last-port.ts";
import { sameSecret } from "../home/secrets.ts";
import { setAsideOf } from "../home/set-aside.ts";
import { VERSION } from "../home/version.ts";
import { bearerOf } from "../wire/bearer.ts";
import type { ClientRoom } from "./clients/client-room.ts";
import { createClientUpgrades } from "./clients/client-upgrades.ts";
import { takeSeat } from "./cluster-seat.ts";
import { createDaemonLife, type EndReason } from "./daemon-life.ts";
import type { DaemonOptions } from "./daemon-options.ts";
import { createDaemonParts } from "./daemon-parts.ts";
import { createDaemonView } from "./daemon-view.ts";
import { type DiscoveryEntry, liveOwner, writeDiscovery } from "./discovery-entry.ts";
import { createDaemonRoutes } from "./endpoint/daemon-routes.ts";
import { type Handlers, type Listening, listen } from "./endpoint/listen.ts";
import { CALLBACK_PATH } from "./endpoint/sign-in-routes.ts";
import { createTerminalUpgrades } from "./endpoint/terminal-upgrades.ts";
import { openHome } from "./open-home.ts";
import { findListeners } from "./preview/find-listeners.ts";
import { createPortProxy } from "./preview/port-proxy.ts";
import { createPortWatch } from "./preview/watch-ports.ts";
import { createMcpEndpoint } from "./relay/mcp-endpoint.ts";
import { routeMcp } from "./route-mcp.ts";
import { openRedisSessionStore } from "./sessions/redis-session-store.ts";
import type { Session } from "./sessions/session-registry.ts";
import { createSharedSessionStore } from "./sessions/shared-session-store.ts";
import { startHere } from "./start-here.ts";

export interface Daemon {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Ends everything that the daemon started; within 2 s. May be called twice. */
  dispose(): Promise<void>;
  /** Resolves with the reason once the daemon wants to end without being asked; its owner then disposes of it. */
  readonly done: Promise<EndReason>;
  /** Every value that must stand in no log. */
  secrets(): readonly string[];
}

/** What goes from this machine to others, and is loaded in a cluster only. */
async function joinMachines(cluster: Cluster, log: Log) {
  const { createMachineReaches } = await import("../cluster/machine-reaches.ts");
  const { createFarClients } = await import("./clients/far-clients.ts");
  const reaches = createMachineReaches(cluster);
  return { reaches, farClientsOf: (room: ClientRoom) => createFarClients({ cluster, reaches, room, log }) };
}

/** Faults: `already-running`, `home-unusable`, `port-in-use`, `cannot-listen`. */
export async function createDaemon(options: DaemonOptions): Promise<Result<Daemon>> {
  const { home, log } = options;
  const opened = openHome(home, log);
  if (!opened.ok) return opened;
  const { key, store, settings, own } = opened.value;
  const owner = await liveOwner(home.discovery, key);
  if (owner !== undefined) {
    opened.value.outbox.close();
    opened.value.known.close();
    opened.value.inbox.dispose();
    await opened.value.sessions.close();
    return failed(
      "already-running",
      `A daemon already serves this home at ${owner.url} (pid ${owner.pid ?? "unknown"}).`,
    );
  }

  const seat = await takeSeat(home, log, options.env ?? process.env);
  const startedAt = Date.now();
  let url = "";
  let ending = false;
  let entry: DiscoveryEntry | undefined;

  const shared =
    seat === undefined || options.sessionStore !== undefined
      ? undefined
      : createSharedSessionStore(
          openRedisSessionStore({ ...seat.cluster, sealer: seat.cluster.sealer("mcp sessions") }),
          opened.value.sessions,
        );
  const sessionStore = shared ?? options.sessionStore ?? opened.value.sessions;
  const joined = seat === undefined ? undefined : await joinMachines(seat.cluster, log);
  const parts = createDaemonParts({ ...options, sessionStore }, opened.value, {
    redirectUrl: () => url + CALLBACK_PATH,
    serves,
    ...(joined !== undefined && { farClientsOf: joined.farClientsOf }),
  });
  const { terminals, registry, signIns, servers, outbox, inbox, agents, reports } = parts;
  const life = createDaemonLife({
    idleMs: options.idleMs,
    lookMs: options.lookMs,
    hasSessions: () => registry.list().length > 0,
    hasKeptWrites: () => outbox.list().some(({ state }) => state === "queued"),
    look() {
      // A folder becomes a worktree, or stops being one, without anybody saying so.
      if (settings.dependOnFolder()) agents.toolsChanged();
    },
    isReplaced: () => entry?.check() === "another",
  });
  registry.onChange(life.update);

  const view = createDaemonView({
    key,
    port: () => portOf(url),
    startedAt,
    registry,
    terminals,
    servers,
    outbox,
    inbox,
    ports: (id) => portWatch.ports(id)?.filter(({ port }) => port !== portOf(url)),
    onServers: parts.onServers,
  });
  const endSession = async (id: string) => {
    registry.end(id);
    settings.forget(id);
    inbox.forget(id);
    reports.ended(id);
    previews.expose(id, []);
    await Promise.all([agents.endAllOf(id), terminals.end(id)]);
  };
  const stop = (force: boolean): string | undefined => {
    const running = view.running();
    if (running !== undefined && !force) return running;
    // Before the answer: whoever has the answer that it ends must not find it again.
    entry?.remove();
    life.stop();
    return undefined;
  };

  const previews = createPortProxy({
    key,
    isOwnPort: (port) => port === portOf(url),
    onExposed: () => portWatch.look(),
  });
  const portWatch = createPortWatch({
    leaders: () =>
      registry.list().flatMap(({ id }) => {
        const info = terminals.info(id);
        return info?.state === "running" ? [{ session: id, pid: info.pid }] : [];
      }),
    offset: terminals.offset,
    exposed: previews.exposed,
    exposing: previews.exposing,
    find: findListeners,
    onChange: (id) => registry.get(id) !== undefined && registry.changed(id),
    costly: process.platform !== "linux",
  });
  async function serves(session: string, port: number): Promise<boolean> {
    if (previews.exposed(session).includes(port)) return true;
    await portWatch.looked();
    return portWatch.ports(session)?.some((found) => found.port === port && found.ours) ?? false;
  }
  // Redis that is away is no reason not to begin: it is claimed once Redis is back.
  const made = async (session: Session) => void (await router?.claim(session).catch(() => {}));
  const routes = createDaemonRoutes({
    key,
    home,
    env: options.env ?? process.env,
    secrets: parts.secrets,
    registry,
    terminals,
    servers,
    store,
    settings,
    own,
    outbox,
    inbox,
    reports,
    clients: opened.value.clients,
    clientRoom: parts.clients,
    approvals: parts.approvals,
    damagedOutboxes: () => setAsideOf(join(home.path, "outbox.db")),
    signIns,
    sessionView: view.session,
    health: view.health,
    notices: view.notices,
    endSession,
    stopCall: agents.stopCall,
    numbers: opened.value.numbers,
    expose: previews.expose,
    ending: () => ending,
    made,
    startHere: startHere({
      made,
      home,
      env: options.env ?? process.env,
      registry,
      terminals,
      mcpUrl: () => `${url}/mcp`,
      longCallMs: () => own.get().long_call_minutes * 60_000,
      ending: () => ending,
      endSession,
    }),
    stop,
    gateways: life.gateways,
  });
  const upgrades = createTerminalUpgrades(key, registry, terminals);
  const clientUpgrades = createClientUpgrades(key, opened.value.clients, parts.clients);
  const upgrade: Handlers["upgrade"] = (request, socket, head) => {
    const url = request.url ?? "";
    const to = previews.takes(url)
      ? previews.upgrade
      : clientUpgrades.takes(url)
        ? clientUpgrades.handle
        : upgrades.handle;
    to(request, socket, head);
  };
  const serveRoutes = getRequestListener(routes.fetch, { overrideGlobalObjects: false });
  const endpoint = createMcpEndpoint(agents, (socket) => listening.ok && listening.value.admitted(socket));
  const router =
    seat === undefined || joined === undefined
      ? undefined
      : routeMcp({
          cluster: seat.cluster,
          reaches: joined.reaches,
          registry,
          store: sessionStore,
          log,
          isSure: seat.isSure,
          release: ({ id }) => agents.release(id),
          serve: endpoint,
        });
  const handlers: Handlers = {
    mcp: router?.handle ?? endpoint,
    routes: (request, response) =>
      previews.takes(request.url ?? "") ? previews.request(request, response) : void serveRoutes(request, response),
    upgrade,
    continues: previews.takes,
    member: seat === undefined ? undefined : { token: seat.memberToken, key },
    knows(authorization: string | undefined) {
      const token = bearerOf(authorization);
      return token !== undefined && (sameSecret(token, key) || registry.byToken(token) !== undefined);
    },
  };
  const portFile = join(home.path, "daemon.port");
  let listening: Result<Listening> = await listen(options.port ?? readLastPort(portFile), handlers);
  // The last one's port is only preferred.
  if (!listening.ok && options.port === undefined) listening = await listen(0, handlers);

  let disposing: Promise<void> | undefined;
  const disposeParts = async () => {
    ending = true;
    if (listening.ok) listening.value.stop();
    router?.dispose();
    // Redis that hangs must not hold up the end.
    await Promise.race([parts.far?.dispose(), new Promise((resolve) => setTimeout(resolve, 300).unref())]);
    joined?.reaches.close();
    await seat?.leave();
    life.dispose();
    upgrades.close();
    clientUpgrades.close();
    portWatch.dispose();
    previews.dispose();
    await parts.dispose();
    // How the last calls ended is still to be told to whoever reads.
    for (const { ring } of registry.list()) ring.settle();
    opened.value.numbers.close();
    await new Promise((resolve) => setImmediate(resolve));
    if (listening.ok) await listening.value.close();
  };
  if (!listening.ok) {
    await disposeParts();
    return listening;
  }
  writeLastPort(portFile, listening.value.port);
  url = `http://127.0.0.1:${listening.value.port}`;
  entry = writeDiscovery(home.discovery, url, new Date(startedAt).toISOString());
  const { port, accept } = listening.value;
  seat?.serve({
    port,
    accept,
    since: new Date(startedAt).toISOString(),
    load: () => registry.list().length,
    async verify() {
      await shared?.share();
      await router?.verify();
      await parts.far?.announce();
    },
  });
  log.info({ url, version: VERSION }, "daemon listens");

  return ok({
    url,
    done: life.done,
    secrets: parts.secrets,
    dispose() {
      disposing ??= (async () => {
        // First, so that nobody is sent to a daemon that is leaving.
        entry?.remove();
        await disposeParts();
      })();
      return disposing;
    },
  });
}
