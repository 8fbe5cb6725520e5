/** Finds a redis-server to test with, or installs Debian's where that is allowed. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Whether the one on the PATH is new enough: sharded channels came with 7. */
export function hasRedisServer(): boolean {
  const found = spawnSync("redis-server", ["--version"], { encoding: "utf8" });
  return found.status === 0 && Number(/v=(\d+)/.exec(found.stdout)?.[1] ?? 0) >= 7;
}

/** Says what it does. */
export function findOrInstallRedis(): boolean {
  if (hasRedisServer() || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return hasRedisServer();
  console.log("No redis-server found: installing Debian's…");
  // Only the program is wanted, and no service.
  const env = { ...process.env, RUNLEVEL: "1" };
  spawnSync("apt-get", ["update", "-qq"], { stdio: "inherit", env });
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "redis-server"], { stdio: "inherit", env });
  return hasRedisServer();
}
