/** Proves by process ids that the MCP servers of a session begin with its agent and end with it, however a session ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { temporaryHome } from "../support/gateway/running-gateway.ts";
import { isAlive } from "../support/is-alive.ts";

const CLI = join(import.meta.dirname, "../../main/cli.ts");
const path = (file: string) => fileURLToPath(new URL(`../fixtures/${file}`, import.meta.url));
const STUBBORN = path("upstream/stubborn-server.ts");
const STAY = path("agents/stay.ts");

interface Started {
  folder: string;
  tool: string;
  pids: number[];
}

describe.skipIf(process.platform === "win32")("MCP servers of a session", () => {
  const { home, remove } = temporaryHome();
  const file = join(home.path, "started");
  let gateway: ChildProcess;
  let reach: { url: string; token: string };
  const folders: string[] = [];

  const run = (...args: string[]) => spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const daemonPid = (): number => JSON.parse(readFileSync(home.discovery, "utf8")).pid;
  const started = (): Started[] =>
    existsSync(file)
      ? readFileSync(file, "utf8")
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line))
      : [];
  /** Process ids, by tool, of the servers that run for the session of this folder. */
  const serversOf = (folder: string) => started().filter((item) => item.folder === folder);
  const alive = (pids: readonly number[]) => pids.filter(isRunning);
  const pidsOf = (folder: string) => serversOf(folder).flatMap(({ pids }) => pids);
  const ask = (target: string, init: RequestInit = {}) =>
    fetch(reach.url + target, {
      ...init,
      headers: { authorization: `Bearer ${reach.token}`, "content-type": "application/json", connection: "close" },
    });

  /** A session whose agent has read its tools, and whose servers run: the list may come from what was known of them. */
  async function session(servers = ["one", "two"]) {
    const cwd = realpathSync(mkdtempSync(join(tmpdir(), "signalbox-life-")));
    folders.push(cwd);
    const body = { agent: "custom", command: process.execPath, args: [STAY], cwd, servers };
    const made = () => ask("/api/v1/sessions", { method: "POST", body: JSON.stringify(body) });
    await expect.poll(async () => (await ask("/api/v1/app")).status).toBe(200);
    let answer = await made();
    // The first daemon of a busy machine.
    while (answer.status === 503) answer = await made();
    expect(answer.status, await answer.clone().text()).toBe(201);
    const { id } = (await answer.json()) as { id: string };
    await expect.poll(() => existsSync(join(cwd, "agent.json")), { message: "the agent's tools" }).toBe(true);
    const agent = JSON.parse(readFileSync(join(cwd, "agent.json"), "utf8")) as { pid: number; tools: string[] };
    await expect.poll(() => alive(pidsOf(cwd))).toHaveLength(servers.length * 2);
    return { id, cwd, agent };
  }

  beforeAll(async () => {
    prepareHomeFolder(home);
    const entry = (tool: string) => ({ command: process.execPath, args: [STUBBORN, tool, file] });
    const servers = { one: entry("first"), two: entry("second") };
    writeFileSync(home.servers, JSON.stringify({ mcpServers: servers }), { mode: 0o600 });
    gateway = run("serve", "--home", home.path, "--port", "0", "--json", "--no-open");
    if (gateway.stdout === null) throw new Error("no output");
    const [line] = (await once(createInterface({ input: gateway.stdout }), "line")) as [string];
    reach = JSON.parse(line);
  });
  afterAll(async () => {
    const exit = once(gateway, "exit");
    gateway.kill("SIGTERM");
    await exit;
    const stopped = run("stop", "--force", "--home", home.path);
    await once(stopped, "exit");
    remove();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    // Whatever a failed test left.
    for (const pid of alive(folders.flatMap(pidsOf))) process.kill(pid, "SIGKILL");
  });

  it("P30: begin with the session's agent, and are those that were chosen for it", async () => {
    const both = await session();
    expect(both.agent.tools.toSorted()).toEqual(["first", "second"]);
    const one = await session(["two"]);
    expect(one.agent.tools).toEqual(["second"]);
    expect(serversOf(one.cwd).map(({ tool }) => tool)).toEqual(["second"]);
    expect(alive(pidsOf(both.cwd))).toHaveLength(4);

    // The end of one is nothing to the other.
    await ask(`/api/v1/sessions/${one.id}`, { method: "DELETE" });
    await expect.poll(() => alive(pidsOf(one.cwd))).toEqual([]);
    expect(alive(pidsOf(both.cwd))).toHaveLength(4);
    await ask(`/api/v1/sessions/${both.id}`, { method: "DELETE" });
    await expect.poll(() => alive(pidsOf(both.cwd))).toEqual([]);
  });

  it("P30: end when the agent exits, also when it is killed", async () => {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const { id, cwd, agent } = await session();
      process.kill(agent.pid, signal);
      await expect.poll(() => alive(pidsOf(cwd))).toEqual([]);
      await ask(`/api/v1/sessions/${id}`, { method: "DELETE" });
    }
  });

  it("P30: end when the daemon is stopped, ended by a signal or killed, and no stranger is touched", async () => {
    for (const how of ["stop", "SIGTERM", "SIGKILL", "SIGKILL with its group"] as const) {
      const { cwd } = await session();
      const pids = pidsOf(cwd);
      const stranger = spawn(process.execPath, [STUBBORN, "stranger", file], { detached: true, stdio: "ignore" });
      const daemon = daemonPid();
      if (how === "stop") {
        expect((await ask("/api/v1/daemon/stop", { method: "POST", body: '{"force":true}' })).ok).toBe(true);
      } else if (how === "SIGKILL with its group") process.kill(-daemon, "SIGKILL");
      else process.kill(daemon, how);
      await expect.poll(() => isRunning(daemon), { message: how }).toBe(false);
      await expect.poll(() => alive(pids), { message: how }).toEqual([]);
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
      process.kill(-(stranger.pid ?? 0), "SIGKILL");
    }
  });
});

/** A killed process that nobody has waited for yet does not run. */
function isRunning(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return process.platform !== "linux";
  }
}
