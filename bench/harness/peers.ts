/** Owns the programs that are measured beside the product: fetched from npm on first use, into a cache that no one ships. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const CACHE = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "bench-peers");

const PEERS = {
  "mcp-proxy": { version: "6.7.19", dependencies: {}, overrides: {} },
  supergateway: { version: "4.0.0", dependencies: {}, overrides: {} },
  // The same PTY library as ours, in the build that needs no compiler.
  wetty: {
    version: "3.2.0",
    dependencies: { "socket.io-client": "4.8.1" },
    overrides: { "node-pty": "npm:@lydell/node-pty@1.1.0" },
  },
} as const;
export type PeerName = keyof typeof PEERS;

export type Peer = { ok: true; folder: string; version: string } | { ok: false; reason: string };

/** The peer's folder (its package is under `node_modules/`), or why it cannot be had. Install scripts are not run. */
export function findPeer(name: PeerName): Peer {
  const { version, dependencies, overrides } = PEERS[name];
  const folder = join(CACHE, `${name}-${version}`);
  if (existsSync(folder)) return { ok: true, folder, version };
  const making = `${folder}.part`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  const manifest = { private: true, dependencies: { [name]: version, ...dependencies }, overrides };
  writeFileSync(join(making, "package.json"), JSON.stringify(manifest));
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  const run = spawnSync("npm", args, { cwd: making, encoding: "utf8", shell: process.platform === "win32" });
  if (run.status !== 0) {
    const said = (run.error?.message ?? run.stderr).trim().split("\n").at(0);
    return { ok: false, reason: `${name} ${version} could not be installed: ${said}` };
  }
  // Only a whole installation gets the name under which it is found again.
  renameSync(making, folder);
  return { ok: true, folder, version };
}

/** A port that was free a moment ago, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
