/** Machines of a cluster in this process: homes that share a key and a Redis, each with a daemon, some with a gateway. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { machineId, makeKey, readClusterConfig } from "../../main/cluster/cluster-config.ts";
import { type Cluster, openCluster } from "../../main/cluster/open-cluster.ts";
import type { DaemonOptions } from "../../main/daemon/daemon-options.ts";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { homeFolder, prepareHomeFolder } from "../../main/home/home-folder.ts";
import { startDaemon, type TestDaemon } from "./daemon/start-daemon.ts";
import { startGateway } from "./gateway/running-gateway.ts";
import type { RedisServer } from "./redis-server.ts";

export interface TestCluster {
  /** All that it made, in their order. */
  readonly homes: string[];
  /** A home that is in the cluster under this name. */
  home(name: string): string;
  /** Resolves once the others see it. */
  daemon(home: string, servers?: Record<string, unknown>, options?: Partial<DaemonOptions>): Promise<TestDaemon>;
  gateway(home: string): Promise<Gateway>;
  dispose(): Promise<void>;
}

export function testCluster(redis: Pick<RedisServer, "url">, key = makeKey()): TestCluster {
  const undo: (() => unknown)[] = [];
  const homes: string[] = [];
  let watcher: Cluster | undefined;
  const watch = (home: string): Cluster => {
    if (watcher !== undefined) return watcher;
    const config = readClusterConfig(homeFolder(home));
    if (config?.ok !== true) throw new Error(`${home} is in no cluster`);
    const opened = openCluster({ config: config.value });
    undo.push(() => opened.close());
    watcher = opened;
    return opened;
  };
  return {
    homes,
    home(name) {
      const path = mkdtempSync(join(tmpdir(), "signalbox-machine-"));
      homes.push(path);
      undo.push(() => rmSync(path, { recursive: true, force: true, maxRetries: 20 }));
      prepareHomeFolder(homeFolder(path));
      writeFileSync(join(path, "cluster.key"), `${key}\n`, { mode: 0o600 });
      writeFileSync(join(path, "settings.json"), JSON.stringify({ cluster: { url: redis.url, name } }), {
        mode: 0o600,
      });
      return path;
    },
    async daemon(home, servers = {}, options = {}) {
      const started = await startDaemon(servers, options, home);
      undo.push(() => started.daemon.dispose());
      const id = machineId(homeFolder(home));
      await vi.waitFor(async () => expect((await watch(home).directory.find(id))?.state).toBe("there"));
      return started;
    },
    async gateway(home) {
      const gateway = await startGateway({ home: homeFolder(home), remove() {} });
      undo.push(gateway.dispose);
      return gateway;
    },
    async dispose() {
      for (const step of undo.splice(0).reverse()) await step();
    },
  };
}
