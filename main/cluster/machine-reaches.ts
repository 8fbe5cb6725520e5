/** Ways to the daemons of other machines, one each, kept while they lead there. */
import { type Reach, reachBy } from "../wire/reach.ts";
import type { Listed } from "./directory.ts";
import type { Cluster } from "./open-cluster.ts";

/** That are kept; the oldest goes first. */
const MAX_REACHES = 64;

export interface MachineReaches {
  /** Through the links that lead to this run of the machine's daemon. */
  to(machine: Pick<Listed, "id" | "inbox" | "port">): Reach;
  close(): void;
}

export function createMachineReaches(cluster: Pick<Cluster, "connect">): MachineReaches {
  const reaches = new Map<string, Reach>();
  return {
    to(machine) {
      const host = `127.0.0.1:${machine.port}`;
      const key = `${machine.id} ${machine.inbox} ${host}`;
      const known = reaches.get(key);
      if (known !== undefined) return known;
      const reach = reachBy(`http://${host}`, () => cluster.connect(machine));
      reaches.set(key, reach);
      for (const [oldest, unused] of reaches) {
        if (reaches.size <= MAX_REACHES) break;
        unused.close();
        reaches.delete(oldest);
      }
      return reach;
    },
    close() {
      for (const reach of reaches.values()) reach.close();
    },
  };
}
