/** Runs a redis-server for a measurement, without persistence, and counts its commands. */
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { launch } from "./own-processes.ts";

export interface Redis {
  url: string;
  /** Commands that it has carried out so far. */
  commands(): number;
  end(): Promise<void>;
}

export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const fixed = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const server = await launch("redis-server", ["--port", String(port), ...fixed]);
  await new Promise<void>((resolve, reject) => {
    server.child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)));
    server.child.stdout?.on("data", (bytes: Buffer) => bytes.includes("Ready to accept") && resolve());
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    commands() {
      const told = spawnSync("redis-cli", ["-p", String(port), "info", "stats"], { encoding: "utf8" }).stdout;
      return Number(/total_commands_processed:(\d+)/.exec(told)?.[1] ?? Number.NaN);
    },
    end: () => server.end(),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
