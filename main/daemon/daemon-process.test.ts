/** Proves the daemon as a process: how it starts, how it refuses to, how it ends, and what a crash leaves behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { scripted } from "../../test/support/daemon/start-daemon.ts";

const CLI = fileURLToPath(new URL("../cli.ts", import.meta.url));
const DAEMON = fileURLToPath(new URL("../commands/daemon.ts", import.meta.url));
const ROUNDS = process.env.SIGNALBOX_LONG === "1" ? 100 : 6;
let home: string;
const running = new Set<ChildProcess>();
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "signalbox-process-"));
  writeFileSync(
    join(home, "servers.json"),
    JSON.stringify({ mcpServers: { one: scripted(), mute: scripted("--mute") } }),
    { mode: 0o600 },
  );
});
afterEach(async () => {
  for (const child of running) {
    const ended = new Promise((resolve) => child.once("close", resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await ended;
    }
  }
  running.clear();
  rmSync(home, { recursive: true, force: true, maxRetries: 20 });
});

const start = (...args: string[]) => run(CLI, "daemon", "--home", home, ...args);

/** A daemon that is given long for its end: on a busy machine it would be cut short, and not because it hangs. */
const startPatient = () =>
  run(
    "--input-type=module",
    "-e",
    `const { runDaemon } = await import(${JSON.stringify(pathToFileURL(DAEMON).href)});
    process.exitCode = await runDaemon({ home: ${JSON.stringify(home)}, lastMomentMs: 60_000 });`,
  );

function run(...args: string[]) {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, ended, errors: () => errors };
}
const discovery = () => join(home, "mcp.json");
const found = async (pid: number | undefined) => {
  await vi.waitFor(() => expect(JSON.parse(readFileSync(discovery(), "utf8"))).toMatchObject({ pid }));
  const { url } = JSON.parse(readFileSync(discovery(), "utf8")) as { url: string };
  return url.replace("/mcp", "");
};
/** Processes that were started with this home's servers. */
const orphans = (pids: number[]) => pids.filter((pid) => existsSync(`/proc/${pid}`));
const childrenOf = (pid: number | undefined) => {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
};

it("P25: ends on SIGTERM and SIGINT with code 0, no process and no file left, at any moment of its life", {
  timeout: 60_000 + ROUNDS * 10_000,
}, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { child, ended } = start();
    await found(child.pid);
    await new Promise((resolve) => setTimeout(resolve, (round * 37) % 200));
    const children = childrenOf(child.pid);
    const since = performance.now();
    child.kill(round % 2 === 0 ? "SIGTERM" : "SIGINT");
    expect(await ended).toBe(0);
    // 2 s are promised; a machine that is busy with other things gets more.
    expect(performance.now() - since).toBeLessThan(20_000);
    expect(existsSync(discovery())).toBe(false);
    expect(orphans(children)).toEqual([]);
  }
});

it("refuses to start beside a living daemon of the same home, in one line, with code 1", async () => {
  const first = start();
  const url = await found(first.child.pid);
  const second = start();
  expect(await second.ended).toBe(1);
  expect(second.errors()).toBe(
    `signalbox daemon: A daemon already serves this home at ${url} (pid ${first.child.pid}).\n`,
  );
  expect(await found(first.child.pid)).toBe(url);
});

it("refuses a port that is in use, in one line, with code 1, and leaves no file", async () => {
  const first = start();
  const url = await found(first.child.pid);
  const other = join(home, "other");
  const second = start("--port", new URL(url).port, "--home", other);
  expect(await second.ended).toBe(1);
  expect(second.errors()).toBe(`signalbox daemon: Port ${new URL(url).port} is in use. Choose another with --port.\n`);
  expect(existsSync(join(other, "mcp.json"))).toBe(false);
});

it("P1: takes over after a kill -9, whatever the dead one left behind", async () => {
  const first = start();
  await found(first.child.pid);
  first.child.kill("SIGKILL");
  await first.ended;
  expect(existsSync(discovery())).toBe(true);
  const second = start();
  const url = await found(second.child.pid);
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

it("P25: ends by itself also when it is told to at its very beginning, and by a request", async () => {
  for (let round = 0; round < 4; round += 1) {
    const { child, ended } = startPatient();
    const url = await found(child.pid);
    const key = readFileSync(join(home, "daemon.key"), "utf8").trim();
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const post = (path: string, body: unknown, token = key) =>
      fetch(url + path, {
        method: "POST",
        headers: { ...headers, authorization: `Bearer ${token}`, accept: "application/json, text/event-stream" },
        body: JSON.stringify(body),
      });
    const { session_id, token } = (await (await post("/session", { cwd: "/tmp" })).json()) as {
      session_id: string;
      token: string;
    };
    // Programs, MCP sessions and looks at servers that begin in the moment of the end.
    const terminal = { command: "/bin/cat", args: [], env: {}, cwd: "/tmp", cols: 80, rows: 24 };
    const initialize = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } },
    };
    const late = [
      post(`/session/${session_id}/terminal`, terminal),
      post("/mcp", initialize, token),
      post("/servers/test", { config: scripted("--mute") }),
      post("/stop", { force: true }),
      post("/mcp", initialize, token),
      post(`/session/${session_id}/terminal`, terminal),
    ];
    await Promise.allSettled(late);
    expect(await ended).toBe(0);
    const log = readFileSync(join(home, "logs", "daemon.log"), "utf8");
    expect(log).not.toContain("did not end by itself");
  }
});
