/** The doctor's look at the cluster: its settings, and the Redis that carries it. A machine without a cluster has nothing to look at. */
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { readClusterConfig, shownAddress } from "../../cluster/cluster-config.ts";
import type { Bus } from "../../cluster/redis-bus.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { bad, type Finding, good, warning } from "./finding.ts";

const WAIT_MS = 4_000;
/** A message through Redis that takes longer is felt in a terminal. */
const SLOW_MS = 100;
const CLOCK_MS = 60_000;
const EVICTS = /^(allkeys|volatile)-/;

export async function examineCluster(home: HomeFolder, env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  const config = readClusterConfig(home, env);
  if (config === undefined) return [];
  if (!config.ok) return [bad("cluster", config.fault.message, config.fault.hint)];
  const { openCluster, knownClusters } = await import("../../cluster/open-cluster.ts");
  const cluster = openCluster({ config: config.value });
  try {
    const state = await cluster.bus.settled(WAIT_MS);
    if (!state.up) {
      const hint = "Sessions of this machine do not need it. Check the address, the password and the network.";
      return [bad("cluster", `${state.reason.charAt(0).toUpperCase()}${state.reason.slice(1)}.`, hint)];
    }
    const where = `Redis ${state.version} (${state.mode}) at ${shownAddress(config.value.redis.url)}`;
    const machines = await cluster.directory.list();
    const there = machines.filter((machine) => machine.state === "there").length;
    const took = await roundTrip(cluster.bus, cluster.prefix);
    const findings = [
      took < SLOW_MS
        ? good(
            "cluster",
            `${where} answers in ${took.toFixed(1)} ms; ${there} of ${machines.length} machines are there.`,
          )
        : warning(
            "cluster",
            `${where} takes ${Math.round(took)} ms for an answer.`,
            "Terminals of other machines feel as slow. Use one that is nearer.",
          ),
      ...(await policy(cluster.bus, cluster.prefix)),
      ...(await clock(cluster.bus, cluster.prefix)),
    ];
    const { others } = await knownClusters(cluster);
    if (there <= 1 && others > 0) {
      const text = `This Redis is used with ${others} other ${others === 1 ? "key" : "keys"}, and no other machine has this one.`;
      findings.push(warning("cluster", text, "Compare cluster.key with that of a machine that should be here."));
    }
    return findings;
  } catch (error) {
    return [
      bad(
        "cluster",
        `Redis does not do what is needed: ${reasonOf(error)}.`,
        "docs/cluster.md lists what its user must be allowed to do.",
      ),
    ];
  } finally {
    cluster.close();
  }
}

async function roundTrip(bus: Bus, key: string): Promise<number> {
  const began = performance.now();
  await bus.send(key, ["TIME"]);
  return performance.now() - began;
}

async function policy(bus: Bus, key: string): Promise<Finding[]> {
  // Many who rent a Redis may not ask.
  const reply = await bus.send(key, ["CONFIG", "GET", "maxmemory-policy"]).catch(() => undefined);
  const text = JSON.stringify(reply ?? "");
  const [name] = /(allkeys|volatile)-[a-z]+/.exec(text) ?? [];
  if (name === undefined || !EVICTS.test(name)) return [];
  return [
    warning(
      "cluster",
      `Redis throws keys away when its memory is full (${name}).`,
      "CONFIG SET maxmemory-policy noeviction",
    ),
  ];
}

async function clock(bus: Bus, key: string): Promise<Finding[]> {
  const reply = await bus.send(key, ["TIME"]);
  const ahead = Date.now() - Number(Array.isArray(reply) ? reply[0] : 0) * 1_000;
  if (Math.abs(ahead) < CLOCK_MS) return [];
  const text = `This machine's clock is ${Math.round(Math.abs(ahead) / 1_000)} s ${ahead > 0 ? "ahead of" : "behind"} Redis' clock.`;
  return [warning("cluster", text, "Nothing breaks; times in lists are off. Set the clock.")];
}
