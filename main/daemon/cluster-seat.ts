/** The daemon's part in a cluster: announces it while it serves, and takes the links of other machines. */
import type { TLSSocket } from "node:tls";
import { PROTOCOL_VERSION } from "../../shared/protocol/wire.ts";
import { readClusterConfig, shownAddress } from "../cluster/cluster-config.ts";
import type { Presence } from "../cluster/directory.ts";
import type { Cluster } from "../cluster/open-cluster.ts";
import type { Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { VERSION } from "../home/version.ts";

export interface ClusterSeat {
  readonly cluster: Cluster;
  /** What another machine's gateway shows in place of the daemon's key. */
  readonly memberToken: string;
  /** Whether, at this moment, no other machine can have taken this one for gone. */
  isSure(): boolean;
  /** From now on it is announced, and links are served. */
  serve(daemon: Served): void;
  leave(): Promise<void>;
}

export interface Served {
  port: number;
  since: string;
  load: () => number;
  accept: (socket: TLSSocket) => void;
  /** It may have counted as gone, or Redis as empty: looks whether its sessions are still its own. */
  verify: () => Promise<void>;
}

/** Undefined on a machine without a cluster, which loads nothing of it; what is wrong with its settings is in the log, and ends nothing. */
export async function takeSeat(home: HomeFolder, log: Log, env: NodeJS.ProcessEnv): Promise<ClusterSeat | undefined> {
  const config = readClusterConfig(home, env);
  if (config === undefined) return undefined;
  if (!config.ok) {
    log.warn(
      { code: config.fault.code },
      `without the cluster: ${config.fault.message} ${config.fault.hint ?? ""}`.trim(),
    );
    return undefined;
  }
  const { openCluster } = await import("../cluster/open-cluster.ts");
  let served: Served | undefined;
  let presence: Presence | undefined;
  const cluster = openCluster({
    config: config.value,
    accept: (socket) => (served === undefined ? socket.destroy() : served.accept(socket)),
  });
  const where = shownAddress(config.value.redis.url);
  cluster.bus.onState((state) => {
    if (state.up) log.info({ redis: where, version: state.version }, "cluster connected");
    else log.warn({ redis: where, reason: state.reason }, "cluster away");
  });
  return {
    cluster,
    memberToken: cluster.memberToken(cluster.machine.id),
    isSure: () => presence?.isSure() === true,
    serve(daemon) {
      served = daemon;
      presence = cluster.announce({
        entry: () => ({
          version: VERSION,
          protocol: PROTOCOL_VERSION,
          since: daemon.since,
          load: daemon.load(),
          port: daemon.port,
        }),
        onRenewed: async (anew) => (anew ? daemon.verify() : undefined),
        onProblem: (reason) => log.warn({ reason }, "this machine is not announced in the cluster"),
      });
    },
    async leave() {
      served = undefined;
      cluster.closeLinks();
      // Redis that hangs must not hold up the end.
      await Promise.race([presence?.leave(), new Promise((resolve) => setTimeout(resolve, 300).unref())]);
      cluster.close();
    },
  };
}
