/** The other machines of the cluster: who is there, and their daemons in the gateway's directory for as long as they are listed. */
import type { ClusterMachine, Machines as MachinesAnswer } from "../../../shared/protocol/cluster-api.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { PROTOCOL_VERSION } from "../../../shared/protocol/wire.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { readClusterConfig, shownAddress } from "../../cluster/cluster-config.ts";
import type { Listed } from "../../cluster/directory.ts";
import type { Cluster } from "../../cluster/open-cluster.ts";
import type { Log } from "../../home/create-log.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { reachBy } from "../../wire/reach.ts";
import { type DaemonId, OWN_DAEMON, signalboxDaemon } from "../link/daemon-ref.ts";
import type { Daemons } from "../link/daemons.ts";

export interface Machines {
  list(): Promise<MachinesAnswer>;
  /** The daemon of the machine of this id, or of this name where only one has it. Faults: `no-such-machine`, `machine-ambiguous`, `machine-away`. */
  find(machine: string): Promise<Result<DaemonId>>;
  dispose(): void;
}

/** Between looks at who is there. */
const LOOK_MS = 2_000;
const NO_CLUSTER = "This machine is in no cluster.";

const alone: Machines = {
  list: async () => ({ machines: [] }),
  find: async () => failed("no-such-machine", NO_CLUSTER, "`signalbox cluster init` makes one."),
  dispose() {},
};

export interface MachinesOptions {
  home: HomeFolder;
  daemons: Daemons;
  log: Log;
  env?: NodeJS.ProcessEnv;
}

/** On a machine without a cluster nothing of it is loaded. */
export async function openMachines({ home, daemons, log, env = process.env }: MachinesOptions): Promise<Machines> {
  const config = readClusterConfig(home, env);
  if (config === undefined) return alone;
  if (!config.ok) {
    const { message, hint = "" } = config.fault;
    log.warn({ code: config.fault.code }, `without the cluster: ${message} ${hint}`.trim());
    return { ...alone, list: async () => ({ machines: [], problem: message }) };
  }
  const { openCluster } = await import("../../cluster/open-cluster.ts");
  const { viewMachines } = await import("../../cluster/list-machines.ts");
  const cluster = openCluster({ config: config.value });
  const where = shownAddress(config.value.redis.url);
  const self = cluster.machine.id;
  let listed: readonly Listed[] = [];
  let problem: string | undefined;
  const held = new Map<DaemonId, { name: string; remove: () => void }>();

  const add = ({ id, name: said }: Listed) => {
    const name = oneLine(said, 64);
    if (held.get(id)?.name === name) return;
    held.get(id)?.remove();
    const remove = daemons.add({
      ref: signalboxDaemon(id),
      name,
      key: cluster.memberToken(id),
      async reach() {
        const machine = listed.find((item) => item.id === id);
        const why = machine === undefined ? "it is not listed any more" : whyNot(cluster, machine);
        if (machine === undefined || why !== undefined) throw new Error(why);
        return reachBy(`http://127.0.0.1:${machine.port}`, () => cluster.connect(machine));
      },
    });
    held.set(id, { name, remove });
  };

  function take(next: readonly Listed[]): void {
    const before = new Map(listed.map((machine) => [machine.id, machine]));
    listed = next;
    for (const machine of next) {
      if (machine.id === self) continue;
      add(machine);
      const known = before.get(machine.id);
      const isBack = known?.state !== machine.state || known.inbox !== machine.inbox;
      // Sooner than its next attempt would be.
      if (machine.state === "there" && isBack && daemons.get(machine.id) === undefined)
        void daemons.need(machine.id, 1);
    }
    for (const [id, { remove }] of held) {
      if (next.some((machine) => machine.id === id)) continue;
      remove();
      held.delete(id);
    }
  }

  let looking: Promise<void> | undefined;
  function look(): Promise<void> {
    looking ??= (async () => {
      try {
        take(await cluster.directory.list());
        problem = undefined;
      } catch (error) {
        const state = cluster.bus.state();
        problem = state.up
          ? `The list of machines could not be read: ${reasonOf(error)}.`
          : `${capital(state.reason)}.`;
      } finally {
        looking = undefined;
      }
    })();
    return looking;
  }
  const timer = setInterval(() => cluster.bus.state().up && void look(), LOOK_MS);
  timer.unref();
  cluster.bus.onState((state) => {
    if (state.up) log.info({ redis: where }, "cluster connected");
    else log.warn({ redis: where, reason: state.reason }, "cluster away");
    if (state.up) void look();
  });

  const view = (): ClusterMachine[] => viewMachines(listed, self);
  return {
    async list() {
      await cluster.bus.settled(500);
      await look();
      return { machines: view(), ...(problem !== undefined && { problem }) };
    },
    async find(wanted) {
      await look();
      const named = listed.filter(({ name }) => name === wanted);
      const found = listed.find(({ id }) => id === wanted) ?? (named.length === 1 ? named[0] : undefined);
      if (wanted === self || (found !== undefined && found.id === self)) return ok(OWN_DAEMON);
      if (found === undefined && named.length > 1) {
        const ids = named.map(({ id }) => id).join(", ");
        return failed(
          "machine-ambiguous",
          `${named.length} machines are called ${oneLine(wanted, 64)}.`,
          `Name one by its id: ${ids}.`,
        );
      }
      if (found === undefined) {
        return failed(
          "no-such-machine",
          `No machine of the cluster is called ${oneLine(wanted, 64)}.`,
          problem ?? "GET /api/v1/machines lists them.",
        );
      }
      const why = whyNot(cluster, found);
      return why === undefined
        ? ok(found.id)
        : failed("machine-away", `${oneLine(found.name, 64)} can't be reached: ${why}.`, "Try again when it is back.");
    },
    dispose() {
      clearInterval(timer);
      for (const { remove } of held.values()) remove();
      cluster.close();
    },
  };
}

/** A part of a sentence; undefined where it can be reached. */
function whyNot(cluster: Cluster, machine: Listed): string | undefined {
  const state = cluster.bus.state();
  if (!state.up) return state.reason;
  if (machine.protocol !== PROTOCOL_VERSION)
    return `it runs Signalbox ${machine.version}, which speaks version ${machine.protocol} and this one ${PROTOCOL_VERSION}`;
  if (machine.state === "away") return `it was last heard of ${Math.round(machine.silentMs / 1_000)} s ago`;
  return undefined;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
