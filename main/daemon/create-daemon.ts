import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import type { Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { VERSION } from "../home/version.ts";
import { createDaemonLife, type EndReason } from "./daemon-life.ts";
import { createDaemonParts } from "./daemon-parts.ts";
import { createDaemonView } from "./daemon-view.ts";
import { type DiscoveryEntry, liveOwner, writeDiscovery } from "./discovery-entry.ts";
import { createDaemonRoutes } from "./endpoint/daemon-routes.ts";
import { listen } from "./endpoint/listen.ts";
import { CALLBACK_PATH } from "./endpoint/sign-in-routes.ts";
import { createTerminalUpgrades } from "./endpoint/terminal-upgrades.ts";
import { readLastPort, writeLastPort } from "./last-port.ts";
import { openHome } from "./open-home.ts";
import { createMcpEndpoint } from "./relay/mcp-endpoint.ts";
import type { SessionStore } from "./sessions/session-store.ts";

export interface DaemonOptions {
  /** Prepared by the caller. */
  home: HomeFolder;
  log: Log;
  /** 0, the default, chooses a free one. */
  port?: number;
  /** What terminals and upstream servers inherit, without Signalbox's own. */
  env?: NodeJS.ProcessEnv;
  /** Milliseconds without a session and without a gateway after which the daemon ends itself. */
  idleMs?: number;
  /** Where MCP sessions are recorded; a database of the home folder by default. */
  sessionStore?: SessionStore;
  /** Milliseconds that never jump, by which MCP sessions grow old, and how often that is looked at. */
  clock?: () => number;
  sweepMs?: number;
  /** Milliseconds between looks at what nobody tells. */
  lookMs?: number;
  /** Milliseconds after which a request that nobody reads counts as left by its agent. */
  abandonMs?: number;
}

export interface Daemon {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Ends everything that the daemon started; within 2 s. May be called twice. */
  dispose(): Promise<void>;
  /** Resolves with the reason once the daemon wants to end by itself; its owner then disposes of it. */
  readonly done: Promise<EndReason>;
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
    await opened.value.sessions.close();
    return failed(
      "already-running",
      `A daemon already serves this home at ${owner.url} (pid ${owner.pid ?? "unknown"}).`,
    );
  }

  const startedAt = Date.now();
  let url = "";
  let ending = false;
  let entry: DiscoveryEntry | undefined;

  const parts = createDaemonParts(options, opened.value, () => url + CALLBACK_PATH);
  const { terminals, registry, signIns, servers, outbox, agents } = parts;
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
    startedAt,
    registry,
    terminals,
    servers,
    outbox,
    onServers: parts.onServers,
  });
  const endSession = async (id: string) => {
    registry.end(id);
    settings.forget(id);
    await Promise.all([agents.endAllOf(id), terminals.end(id)]);
  };
  const stop = (force: boolean): string | undefined => {
    const running = view.running();
    if (running !== undefined && !force) return running;
    life.stop();
    return undefined;
  };

  const routes = createDaemonRoutes({
    key,
    registry,
    terminals,
    servers,
    store,
    settings,
    own,
    outbox,
    signIns,
    sessionView: view.session,
    health: view.health,
    notices: view.notices,
    endSession,
    ending: () => ending,
    stop,
    gateways: life.gateways,
  });
  const upgrades = createTerminalUpgrades(key, registry, terminals);
  const handlers = {
    mcp: createMcpEndpoint(agents),
    routes: getRequestListener(routes.fetch, { overrideGlobalObjects: false }),
    upgrade: upgrades.handle,
  };
  const portFile = join(home.path, "daemon.port");
  let listening = await listen(options.port ?? readLastPort(portFile), handlers);
  // The last one's port is only preferred.
  if (!listening.ok && options.port === undefined) listening = await listen(0, handlers);

  let disposing: Promise<void> | undefined;
  const disposeParts = async () => {
    ending = true;
    if (listening.ok) listening.value.stop();
    life.dispose();
    upgrades.close();
    await parts.dispose();
    // How the last calls ended is still to be told to whoever reads.
    for (const { ring } of registry.list()) ring.settle();
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
  log.info({ url, version: VERSION }, "daemon listens");

  return ok({
    url,
    done: life.done,
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
