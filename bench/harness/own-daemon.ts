/** Runs the built daemon alone, in a home of its own, and the sessions that agents would have there. */
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createSessionResponseSchema, serversResponseSchema } from "../../shared/protocol/daemon-api.ts";
import { parseDiscoveryFile } from "../../shared/protocol/discovery-file.ts";
import type { Endpoint } from "./mcp-client.ts";
import { launch, temporaryFolder } from "./own-processes.ts";
import { cleanEnvironment } from "./product.ts";
import { parse } from "./program.ts";

const PATIENCE_MS = 20_000;

export interface OwnDaemon {
  pid: number;
  /** A new session's MCP endpoint, once all servers are ready, with a reader of its events that drops them. */
  openEndpoint(): Promise<Endpoint & { close(): void }>;
  end(): Promise<void>;
}

export interface OwnDaemonOptions {
  /** The command's file. */
  cli: string;
  servers: Record<string, object>;
  node?: readonly string[];
}

export async function startOwnDaemon(options: OwnDaemonOptions): Promise<OwnDaemon> {
  const folder = temporaryFolder();
  const home = join(folder.path, "home");
  mkdirSync(home, { mode: 0o700 });
  writeFileSync(join(home, "servers.json"), JSON.stringify({ mcpServers: options.servers }), { mode: 0o600 });
  const args = [...(options.node ?? []), options.cli, "daemon", "--home", home];
  const launched = await launch(process.execPath, args, {
    env: cleanEnvironment(),
    stdio: ["ignore", "ignore", "inherit"],
  });
  const base = await announced(join(home, "mcp.json"));
  const key = { authorization: `Bearer ${readFileSync(join(home, "daemon.key"), "utf8").trim()}` };
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(base + path, { ...init, headers: { ...key, "content-type": "application/json" } });
    return response.text();
  };
  await allReady(async () => parse(serversResponseSchema, await ask("/servers")).servers);
  return {
    pid: launched.pid,
    async openEndpoint() {
      const session = parse(createSessionResponseSchema, await ask("/session", { method: "POST", body: "{}" }));
      const headers = { authorization: `Bearer ${session.token}` };
      const events = get(`${base}/session/${session.session_id}/events`, { headers }, (response) => response.resume());
      await once(events, "response");
      return { url: `${base}/mcp`, headers, close: () => events.destroy() };
    },
    async end() {
      await launched.end();
      folder.remove();
    },
  };
}

async function announced(path: string): Promise<string> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await delay(20)) {
    if (!existsSync(path)) continue;
    const file = parseDiscoveryFile(readFileSync(path, "utf8"));
    if (file.ok) return file.value.base;
  }
  throw new Error("the daemon did not announce itself");
}

async function allReady(
  servers: () => Promise<{ name: string; state: string; reason?: string | undefined }[]>,
): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await delay(50)) {
    const all = await servers();
    const failed = all.find(({ state }) => state === "failed");
    if (failed !== undefined) throw new Error(`the upstream ${failed.name} failed: ${failed.reason}`);
    if (all.every(({ state }) => state === "ready" || state === "disabled")) return;
  }
  throw new Error("an upstream server did not become ready");
}
