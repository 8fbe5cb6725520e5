/** This process' part in the cluster: its connection to Redis, who is there, links to others, and where sessions are. */
import { randomBytes } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Sealer } from "../home/sealer.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import { clusterKeys } from "./cluster-keys.ts";
import {
  type Directory,
  keepPresence,
  type Listed,
  type MachineEntry,
  openDirectory,
  type Presence,
} from "./directory.ts";
import { createLinks } from "./links.ts";
import { type Offers, openOffers } from "./offers.ts";
import { openPlaces, type Places } from "./places.ts";
import { type Bus, openBus } from "./redis-bus.ts";

export interface Cluster {
  /** In Redis' names. */
  readonly id: string;
  readonly machine: { id: string; name: string };
  readonly bus: Bus;
  readonly directory: Directory;
  readonly places: Places;
  readonly offers: Offers;
  /** What lies in Redis under this begins so; one hash tag for all of it. */
  readonly prefix: string;
  /** Seals what lies in Redis, for this purpose alone. */
  sealer(purpose: string): Sealer;
  /** What that machine's daemon asks of who speaks to it over a link. */
  memberToken(machine: string): string;
  /** A stream of bytes to the daemon of that machine, which may be written to at once; what goes wrong is its error. */
  connect(machine: Pick<Listed, "id" | "inbox">): TLSSocket;
  /** Announces this process as the machine's daemon. */
  announce(options: AnnounceOptions): Presence;
  /** Ends every link, and says so to its other end. */
  closeLinks(): void;
  close(): void;
}

export interface AnnounceOptions {
  entry: () => Omit<MachineEntry, "id" | "name" | "inbox">;
  onRenewed: (anew: boolean) => Promise<void>;
  onProblem: (reason: string) => void;
}

export interface OpenClusterOptions {
  config: ClusterConfig;
  /** Takes links of other machines. */
  accept?: (socket: TLSSocket) => void;
  steady?: () => number;
  random?: () => number;
}

/** All clusters in this Redis, by id, with when each was last used: how a key of another cluster is told from a wrong address. */
const CLUSTERS = "signalbox:clusters";

const LAST_WORDS_MS = 20;

export function openCluster(options: OpenClusterOptions): Cluster {
  const { config, steady = () => performance.now(), random = Math.random } = options;
  const keys = clusterKeys(config.key);
  const inbox = randomBytes(8).toString("hex");
  const channelOf = (id: string) => `signalbox:{${keys.id}:${id}}:inbox`;
  const prefix = `signalbox:{${keys.id}}`;
  const bus = openBus({ address: config.redis, inbox: channelOf(inbox), steady, random });
  const links = createLinks({
    bus,
    inbox,
    channelOf,
    machine: config.machine.id,
    psk: keys.psk,
    ...(options.accept !== undefined && { accept: options.accept }),
  });
  const directory = openDirectory(bus, prefix, keys.sealer("machines"));
  return {
    id: keys.id,
    machine: config.machine,
    bus,
    directory,
    places: openPlaces(bus, prefix),
    offers: openOffers(bus, prefix, keys.sealer("offers")),
    prefix,
    sealer: keys.sealer,
    memberToken: keys.memberToken,
    connect: ({ id, inbox: peer }) => links.open(id, peer),
    announce: ({ entry, onRenewed, onProblem }) =>
      keepPresence({
        bus,
        directory,
        steady,
        entry: () => ({ ...entry(), ...config.machine, inbox }),
        onProblem,
        async onRenewed(anew) {
          await onRenewed(anew);
          if (!anew) return;
          // What nobody has used for long is of no interest; 4096 are enough to tell one from none.
          bus.send(CLUSTERS, ["ZADD", CLUSTERS, String(Math.round(Date.now() / 1_000)), keys.id]).catch(() => {});
          bus.send(CLUSTERS, ["ZREMRANGEBYRANK", CLUSTERS, "0", "-4097"]).catch(() => {});
        },
      }),
    closeLinks: links.close,
    close() {
      links.close();
      // Whom the ends of links are for still hears of them.
      setTimeout(bus.close, LAST_WORDS_MS);
    },
  };
}

/** Whether this cluster has been in this Redis, and how many others. */
export async function knownClusters(cluster: Cluster): Promise<{ ours: boolean; others: number }> {
  const score = await cluster.bus.send(CLUSTERS, ["ZSCORE", CLUSTERS, cluster.id]);
  const all = Number(await cluster.bus.send(CLUSTERS, ["ZCARD", CLUSTERS]));
  const ours = score !== null && score !== undefined;
  return { ours, others: all - (ours ? 1 : 0) };
}

/** Enters this cluster into the list of those that this Redis knows. */
export async function registerCluster(cluster: Cluster): Promise<void> {
  await cluster.bus.send(CLUSTERS, ["ZADD", CLUSTERS, String(Math.round(Date.now() / 1_000)), cluster.id]);
}
