/** The machines of the cluster as people and pages see them. */
import type { ClusterMachine } from "../../shared/protocol/cluster-api.ts";
import type { Listed } from "./directory.ts";
import type { Cluster } from "./open-cluster.ts";

/** This machine first, then those that are there, then those that are away; by name within. Rejects while Redis is away. */
export async function listMachines(cluster: Pick<Cluster, "directory" | "machine">): Promise<ClusterMachine[]> {
  return viewMachines(await cluster.directory.list(), cluster.machine.id);
}

export function viewMachines(listed: readonly Listed[], self: string): ClusterMachine[] {
  const rank = ({ self: own, state }: ClusterMachine) => (own ? 0 : state === "away" ? 2 : 1);
  return listed
    .map(
      ({ id, name, version, since, load, state }): ClusterMachine => ({
        id,
        name,
        version,
        since,
        load,
        state: state === "away" ? "away" : id === self ? "here" : "connected",
        self: id === self,
      }),
    )
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}
