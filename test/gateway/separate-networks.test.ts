/** Proves that machines of a cluster need to reach nothing but Redis: each is in a network of its own, from which only Redis can be reached. */
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { machineId, makeKey } from "../../main/cluster/cluster-config.ts";
import { homeFolder, prepareHomeFolder } from "../../main/home/home-folder.ts";
import { scripted } from "../support/daemon/start-daemon.ts";
import { hasRedisServer } from "../support/find-redis.ts";

const run = promisify(execFile);
const PREFIX = `sb${process.pid}`;
const CLI = resolve("main/cli.ts");

/** Why networks of one's own cannot be made here; undefined where they can. */
function whyNoNetworks(): string | undefined {
  if (!hasRedisServer()) return "install redis-server 7 or newer";
  if (process.platform !== "linux") return "network namespaces are Linux's";
  const made = spawnSync("ip", ["netns", "add", `${PREFIX}t`]);
  if (made.error !== undefined) return "install iproute2";
  spawnSync("ip", ["netns", "delete", `${PREFIX}t`]);
  return made.status === 0 ? undefined : "network namespaces cannot be made here";
}
const why = whyNoNetworks();

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const ip = (...args: string[]) => {
  const done = spawnSync("ip", args, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`ip ${args.join(" ")}: ${done.stderr}`);
};
function network(name: string): string {
  const full = `${PREFIX}${name}`;
  ip("netns", "add", full);
  undo.push(() => ip("netns", "delete", full));
  ip("-n", full, "link", "set", "lo", "up");
  return full;
}
/** A wire between two networks, with an address at each end. */
function wire(one: string, other: string, subnet: string): void {
  const [left, right] = [`${one}-${other.at(-1)}`, `${other}-${one.at(-1)}`];
  ip("-n", one, "link", "add", left, "type", "veth", "peer", "name", right, "netns", other);
  for (const [name, device, last] of [
    [one, left, 1],
    [other, right, 2],
  ] as const) {
    ip("-n", name, "address", "add", `${subnet}.${last}/24`, "dev", device);
    ip("-n", name, "link", "set", device, "up");
  }
}
function inNetwork(name: string, command: string, args: string[], env = process.env) {
  const child = spawn("ip", ["netns", "exec", name, command, ...args], { stdio: ["ignore", "pipe", "inherit"], env });
  undo.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  });
  return child;
}
function home(key: string, name: string, redis: string): string {
  const path = mkdtempSync(join(tmpdir(), "signalbox-network-"));
  undo.push(() => rmSync(path, { recursive: true, force: true, maxRetries: 20 }));
  prepareHomeFolder(homeFolder(path));
  writeFileSync(join(path, "cluster.key"), `${key}\n`, { mode: 0o600 });
  writeFileSync(join(path, "settings.json"), JSON.stringify({ cluster: { url: redis, name } }), { mode: 0o600 });
  writeFileSync(homeFolder(path).servers, JSON.stringify({ mcpServers: { one: scripted() } }), { mode: 0o600 });
  return path;
}

describe(`two machines in networks of their own${why === undefined ? "" : ` (not run: ${why})`}`, () => {
  it.skipIf(why !== undefined)("share a session's terminal and calls through Redis alone", async () => {
    const [laptop, box, middle] = [network("a"), network("b"), network("r")];
    wire(middle, laptop, "10.213.1");
    wire(middle, box, "10.213.2");
    const redis = inNetwork(middle, "redis-server", ["--port", "6390", "--save", "", "--protected-mode", "no"]);
    await new Promise<void>((done) =>
      redis.stdout.on("data", (bytes: Buffer) => bytes.includes("Ready to accept") && done()),
    );
    redis.stdout.resume();
    const reach = (from: string, to: string) =>
      spawnSync("ip", ["netns", "exec", from, "redis-cli", "-h", to, "-p", "6390", "ping"], { timeout: 5_000 }).status;
    expect(reach(laptop, "10.213.1.1")).toBe(0);
    // From one machine there is no way to the other.
    expect(reach(laptop, "10.213.2.2")).not.toBe(0);

    const key = makeKey();
    const near = home(key, "laptop", "redis://10.213.1.1:6390");
    const far = home(key, "box", "redis://10.213.2.1:6390");
    inNetwork(box, process.execPath, [CLI, "daemon", "--home", far]).stdout.resume();
    const gateway = inNetwork(laptop, process.execPath, [
      CLI,
      "serve",
      "--home",
      near,
      "--port",
      "0",
      "--no-open",
      "--json",
    ]);
    await once(gateway.stdout, "data");
    gateway.stdout.resume();
    undo.push(() => {
      const { pid } = JSON.parse(readFileSync(homeFolder(near).discovery, "utf8")) as { pid: number };
      process.kill(pid, "SIGKILL");
    });
    const signalbox = async (...args: string[]) =>
      (await run("ip", ["netns", "exec", laptop, process.execPath, CLI, ...args, "--home", near])).stdout;

    await vi.waitFor(async () => expect(await signalbox("cluster", "status")).toMatch(/box/));
    const made = await vi.waitFor(
      async () =>
        JSON.parse(await signalbox("new", "--machine", "box", "--cwd", "/", "--json", "sh")) as { id: string },
    );
    await signalbox("send", made.id, "echo far-$((40+2))");
    await signalbox("wait", made.id, "--until", "output far-42", "--timeout", "30");
    const agent = `${process.execPath} ${resolve("test/fixtures/agents/call-tool.ts")}`;
    await signalbox("send", made.id, `${agent} echo '{"text": "through-Redis"}'`);
    await signalbox("wait", made.id, "--until", "output result: [{", "--timeout", "60");
    const status = JSON.parse(await signalbox("status", made.id, "--json")) as Record<string, unknown>;
    expect(status).toMatchObject({ machine: machineId(homeFolder(far)), calls: { total: 1, running: 0, failed: 0 } });
  });
});
