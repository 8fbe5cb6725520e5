/** Starts real redis-servers for tests, on free ports of loopback; where there is none on the PATH, those tests are not run and say so. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { hasRedisServer } from "./find-redis.ts";

/** Beside its name, a test that is not run says what would run it. */
export const describeWithRedis: (name: string, tests: () => void) => void = hasRedisServer()
  ? (name, tests) => describe(name, tests)
  : (name, tests) => describe.skip(`${name} (not run: install redis-server 7 or newer)`, tests);

export interface RedisServer {
  url: string;
  port: number;
  pid: number;
  /** The output of redis-cli. */
  cli(...args: string[]): string;
  signal(name: NodeJS.Signals): void;
  /** Ends it; `start` begins one at the same port, with what its folder holds. */
  stop(): Promise<void>;
  start(): Promise<void>;
  dispose(): Promise<void>;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

export async function startRedis(...options: string[]): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-redis-"));
  // A Redis Cluster's nodes speak to each other 10000 ports higher.
  let port = await freePort();
  while (port > 50_000) port = await freePort();
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: 0,
    cli: (...args) =>
      spawnSync("redis-cli", ["-p", String(port), ...args], { encoding: "utf8", timeout: 10_000 }).stdout.trim(),
    signal: (name) => void child?.kill(name),
    async start() {
      const fixed = [
        "--port",
        String(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        folder,
        "--save",
        "",
        "--appendonly",
        "no",
      ];
      const started = spawn("redis-server", [...fixed, ...options], { stdio: ["ignore", "pipe", "inherit"] });
      child = started;
      server.pid = started.pid ?? 0;
      await new Promise<void>((resolve, reject) => {
        started.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)));
        started.stdout?.on("data", (bytes: Buffer) => bytes.includes("Ready to accept") && resolve());
      });
    },
    async stop() {
      const ending = child;
      child = undefined;
      if (ending === undefined || ending.exitCode !== null) return;
      const ended = new Promise((resolve) => ending.once("exit", resolve));
      ending.kill("SIGKILL");
      await ended;
    },
    async dispose() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
