/** `signalbox cluster init|join|status|leave`: takes this machine into a cluster and out of it, and lists who is there. */
import type { ClusterMachine } from "../../shared/protocol/cluster-api.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { type HomeFolder, homeFolder, prepareHomeFolder } from "../home/home-folder.ts";
import { complain, say, sayJson } from "../home/say.ts";
import {
  checkKey,
  checkUrl,
  clusterUrl,
  forgetKey,
  keepKey,
  keepUrl,
  keyPath,
  machineId,
  machineName,
  makeKey,
  readClusterConfig,
  readClusterKey,
  readClusterSettings,
  shownAddress,
} from "./cluster-config.ts";
import { listMachines } from "./list-machines.ts";
import { type Cluster, knownClusters, openCluster, registerCluster } from "./open-cluster.ts";

export interface ClusterOptions {
  home?: string;
  /** Address of Redis to keep in the settings; without credentials, since others may read argument lists. */
  url?: string;
  json?: boolean;
}

const WAIT_MS = 5_000;
const MAX_KEY_BYTES = 4_096;
const NO_URL =
  "Set SIGNALBOX_CLUSTER_URL, or `cluster.url` in settings.json, to your Redis' address (redis://user:password@host:6379).";
const RESTART =
  "A daemon or gateway that runs already takes part after its next start (`signalbox stop`, then start again).";

export async function initCluster(options: ClusterOptions): Promise<number> {
  const home = ready(options);
  if (!home.ok) return fail(home.fault);
  const kept = keepGivenUrl(home.value, options.url);
  if (!kept.ok) return fail(kept.fault);
  const before = readClusterKey(home.value);
  if (!before.ok) return fail(before.fault);
  if (before.value !== undefined) say(`This machine has a cluster's key already: ${keyPath(home.value)}.`);
  else {
    keepKey(home.value, makeKey());
    say(`A new cluster's key is in ${keyPath(home.value)}. Whoever has it may act on every machine of the cluster.`);
  }
  say("On the next machine, run (the key goes through SSH, and into no argument list):");
  say(`  ssh <next machine> signalbox cluster join < ${keyPath(home.value)}`);
  return reach(home.value, async (cluster) => {
    await registerCluster(cluster);
    return ok(undefined);
  });
}

export async function joinCluster(
  options: ClusterOptions,
  input: AsyncIterable<Buffer> = process.stdin,
): Promise<number> {
  const home = ready(options);
  if (!home.ok) return fail(home.fault);
  const key = checkKey(await readBounded(input));
  if (key === undefined) {
    return fail({
      code: "cluster-key",
      message: "Standard input holds no cluster's key: 64 hexadecimal characters are expected.",
      hint: "On a machine of the cluster it is in <home>/cluster.key: signalbox cluster join < cluster.key",
    });
  }
  const kept = keepGivenUrl(home.value, options.url);
  if (!kept.ok) return fail(kept.fault);
  const before = readClusterKey(home.value);
  if (!before.ok) return fail(before.fault);
  if (before.value !== undefined && before.value !== key) {
    return fail({
      code: "cluster-key",
      message: "This machine is in another cluster.",
      hint: "Leave it first: signalbox cluster leave",
    });
  }
  if (before.value === undefined) keepKey(home.value, key);
  const outcome = await reach(home.value, async (cluster) => {
    const { ours, others } = await knownClusters(cluster);
    if (ours || others === 0) {
      await registerCluster(cluster);
      return ok(undefined);
    }
    return failed(
      "other-cluster",
      "The Redis at that address knows other clusters, and not the one of this key.",
      "Compare cluster.key and the address with those of a machine that is in the cluster. The key was not kept.",
    );
  });
  if (outcome !== 0 && before.value === undefined) forgetKey(home.value);
  else say(`This machine is ${before.value === undefined ? "now" : "already"} in the cluster.`);
  return outcome;
}

export async function leaveCluster(options: ClusterOptions): Promise<number> {
  const home = ready(options);
  if (!home.ok) return fail(home.fault);
  const config = readClusterConfig(home.value);
  const key = readClusterKey(home.value);
  if (key.ok && key.value === undefined) {
    say("This machine is in no cluster.");
    return 0;
  }
  if (config?.ok === true) {
    await reach(home.value, async (cluster) => {
      await cluster.directory.remove(machineId(home.value));
      return ok(undefined);
    });
  }
  forgetKey(home.value);
  say(`This machine has left the cluster; its key is removed. ${RESTART}`);
  return 0;
}

export async function clusterStatus(options: ClusterOptions): Promise<number> {
  const home = ready(options);
  if (!home.ok) return fail(home.fault, options.json);
  const config = readClusterConfig(home.value);
  if (config === undefined) {
    return fail({ code: "no-cluster", message: "No address of Redis is configured.", hint: NO_URL }, options.json);
  }
  if (!config.ok) return fail(config.fault, options.json);
  const cluster = openCluster({ config: config.value });
  try {
    const state = await cluster.bus.settled(WAIT_MS);
    if (!state.up) {
      const hint = "`signalbox doctor` looks closer. Sessions of this machine do not need Redis.";
      return fail({ code: "redis-away", message: `${capital(state.reason)}.`, hint }, options.json);
    }
    const machines = await listMachines(cluster);
    if (options.json === true) sayJson({ cluster: cluster.id, redis: shownAddress(config.value.redis.url), machines });
    else {
      say(`Redis ${state.version} at ${shownAddress(config.value.redis.url)}, cluster ${cluster.id}`);
      if (machines.length === 0) say("No machine is announced. A machine is, as long as its daemon runs.");
      for (const machine of machines) say(line(machine));
      const { others } = await knownClusters(cluster);
      if (machines.length <= 1 && others > 0)
        say(
          `This Redis knows ${others} other ${others === 1 ? "cluster" : "clusters"}: machines with another cluster.key are not listed here.`,
        );
    }
    return 0;
  } catch (error) {
    return fail(
      { code: "redis-away", message: error instanceof Error ? `${error.message}.` : "Redis failed." },
      options.json,
    );
  } finally {
    cluster.close();
  }
}

const line = ({ name, id, state, version, load, self }: ClusterMachine): string =>
  `  ${name}  ${id}  ${self ? "this machine, " : ""}${state === "away" ? "away" : "connected"}, Signalbox ${version}, ${load} ${load === 1 ? "session" : "sessions"}`;

function ready({ home: option }: ClusterOptions): Result<HomeFolder> {
  const home = homeFolder(option);
  try {
    prepareHomeFolder(home);
    return ok(home);
  } catch (error) {
    return failed("home-unusable", error instanceof Error ? error.message : "the home folder cannot be used");
  }
}

function keepGivenUrl(home: HomeFolder, url: string | undefined): Result<void> {
  if (url === undefined) return ok(undefined);
  const checked = checkUrl(url);
  if (!checked.ok) return checked;
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") {
    return failed(
      "cluster-url",
      "An address with a password can't be an argument: others on this machine may read argument lists.",
      "Put it into SIGNALBOX_CLUSTER_URL, or into `cluster.url` of settings.json.",
    );
  }
  return keepUrl(home, url);
}

/** Does what needs Redis. Redis that is away is said, and no failure: machine and key are ready for when it is back. */
async function reach(home: HomeFolder, act: (cluster: Cluster) => Promise<Result<void>>): Promise<number> {
  const settings = readClusterSettings(home);
  if (!settings.ok) return fail(settings.fault);
  if (clusterUrl(settings.value, process.env) === undefined) {
    say(`No address of Redis is configured yet. ${NO_URL}`);
    return 0;
  }
  const config = readClusterConfig(home);
  if (config?.ok === false) return fail(config.fault);
  if (config === undefined) return 0;
  const cluster = openCluster({ config: config.value });
  try {
    const state = await cluster.bus.settled(WAIT_MS);
    if (!state.up) {
      say(`Redis can't be used now: ${state.reason}. \`signalbox cluster status\` shows when it can.`);
      return 0;
    }
    const acted = await act(cluster);
    if (!acted.ok) return fail(acted.fault);
    say(
      `Redis ${state.version} at ${shownAddress(config.value.redis.url)} answers. This machine is “${machineName(settings.value)}”. ${RESTART}`,
    );
    return 0;
  } catch (error) {
    say(`Redis can't be used now: ${error instanceof Error ? error.message : "it failed"}.`);
    return 0;
  } finally {
    cluster.close();
  }
}

async function readBounded(input: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > MAX_KEY_BYTES) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function fail(
  { code, message, hint }: { code: string; message: string; hint?: string | undefined },
  json = false,
): number {
  if (json) sayJson({ error: { code, message, ...(hint !== undefined && { hint }) } });
  complain(hint === undefined ? message : `${message}\n${hint}`);
  return 1;
}
