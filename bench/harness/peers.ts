/** The programs that are measured beside the product: fetched from npm on first use, into a cache that no one ships. */

import { once } from "node:events";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { reasonOf } from "../../shared/text/reason-of.ts";
import { launch } from "./own-processes.ts";

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
export async function findPeer(name: PeerName): Promise<Peer> {
  const { version, dependencies, overrides } = PEERS[name];
  const folder = join(CACHE, `${name}-${version}`);
  if (existsSync(folder)) return { ok: true, folder, version };
  const making = `${folder}.part`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  const manifest = { private: true, dependencies: { [name]: version, ...dependencies }, overrides };
  writeFileSync(join(making, "package.json"), JSON.stringify(manifest));
  const complaint = await install(making);
  if (complaint !== undefined) return { ok: false, reason: `${name} ${version} could not be installed: ${complaint}` };
  // Only a whole installation gets the name under which it is found again.
  renameSync(making, folder);
  return { ok: true, folder, version };
}

/** The first line of npm's complaint; undefined when all went well. */
async function install(folder: string): Promise<string | undefined> {
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  try {
    const { child } = await launch("npm", args, {
      cwd: folder,
      shell: process.platform === "win32",
      stdio: ["ignore", "ignore", "pipe"],
    });
    const gone = once(child, "exit");
    const said = child.stderr === null ? "" : await text(child.stderr);
    await gone;
    return child.exitCode === 0 ? undefined : said.trim().split("\n").at(0);
  } catch (error) {
    return reasonOf(error);
  }
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
