/** Proves that machines work together through a Redis Cluster of three nodes, and live through the end of one. */
import { once } from "node:events";
import type { TLSSocket } from "node:tls";
import { afterEach, expect, it, vi } from "vitest";
import { describeWithRedis, type RedisServer, startRedis } from "../../test/support/redis-server.ts";
import { makeKey } from "./cluster-config.ts";
import { type Cluster, openCluster } from "./open-cluster.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function threeNodes(): Promise<RedisServer[]> {
  const options = [
    "--cluster-enabled",
    "yes",
    "--cluster-node-timeout",
    "1000",
    "--cluster-require-full-coverage",
    "no",
  ];
  const nodes = await Promise.all([0, 1, 2].map(() => startRedis(...options)));
  for (const node of nodes) undo.push(node.dispose);
  const made = nodes[0]?.cli("--cluster", "create", ...nodes.map(({ port }) => `127.0.0.1:${port}`), "--cluster-yes");
  expect(made).toContain("16384 slots covered");
  for (const node of nodes) await vi.waitFor(() => expect(node.cli("cluster", "info")).toContain("cluster_state:ok"));
  return nodes;
}

function member(url: string, key: string, id: string, accept?: (socket: TLSSocket) => void): Cluster {
  const config = { redis: { url }, key, machine: { id: id.repeat(16), name: id } };
  const cluster = openCluster({ config, ...(accept !== undefined && { accept }) });
  const presence = cluster.announce({
    entry: () => ({ version: "1", protocol: 1, since: "", load: 0, port: 1 }),
    async onRenewed() {},
    onProblem() {},
  });
  undo.push(cluster.close, presence.leave);
  return cluster;
}

describeWithRedis("a Redis Cluster of three", () => {
  it("carries directory, claims and links, whichever node a machine was told", async () => {
    const nodes = await threeNodes();
    const key = makeKey();
    const echo = (socket: TLSSocket) => {
      socket.on("error", () => {});
      socket.pipe(socket);
    };
    const machines = nodes.map(({ url }, at) => member(url, key, "abc"[at] ?? "", echo));
    const [a, b] = machines as [Cluster, Cluster];
    for (const machine of machines)
      expect(await machine.bus.settled(30_000)).toMatchObject({ up: true, mode: "cluster" });
    await vi.waitFor(async () => expect(await a.directory.list()).toHaveLength(3));
    for (const { id, inbox } of await a.directory.list()) {
      const socket = a.connect({ id, inbox });
      await once(socket, "secureConnect");
      socket.write("through");
      expect(String((await once(socket, "data"))[0])).toBe("through");
      socket.destroy();
    }
    // Of several that claim the same, one gets it; and whoever takes over raises the fence.
    const claims = await Promise.all(machines.map(({ places, machine }) => places.claim("owner", machine.id)));
    expect(new Set(claims.map(({ machine }) => machine)).size).toBe(1);
    const [first] = claims;
    const second = await b.places.claim("owner", "d".repeat(16), first);
    expect(second).toEqual({ machine: "d".repeat(16), fence: (first?.fence ?? 0) + 1 });
    expect(await a.places.claim("owner", a.machine.id, first)).toEqual(second);
  });
});
