/** A daemon in this process with a home of its own, for tests. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDaemon, type Daemon } from "../../../main/daemon/create-daemon.ts";
import type { DaemonOptions } from "../../../main/daemon/daemon-options.ts";
import { silentLog } from "../../../main/home/create-log.ts";
import { homeFolder, prepareHomeFolder } from "../../../main/home/home-folder.ts";
import { daemonKey } from "../../../main/home/secrets.ts";
import type { Written } from "../../fixtures/upstream/written-server.ts";
import { connectAgent, fetchAgain, type McpAgent } from "./mcp-agent.ts";

const WRITTEN = fileURLToPath(new URL("../../fixtures/upstream/written-server.ts", import.meta.url));
const SCRIPTED = fileURLToPath(new URL("../../fixtures/upstream/scripted-server.ts", import.meta.url));

/** A `mcpServers` entry for a server whose answers are these. */
export const writtenServer = (written: Written) => ({
  command: process.execPath,
  args: [WRITTEN, JSON.stringify(written)],
});
/** A `mcpServers` entry for the scripted server with these options. */
export const scripted = (...args: string[]) => ({ command: process.execPath, args: [SCRIPTED, ...args] });

export interface TestDaemon {
  daemon: Daemon;
  url: string;
  key: string;
  home: string;
  writeServers(servers: Record<string, unknown>): void;
  /** A request with the daemon's key. */
  ask(
    path: string,
    init?: { method?: string; body?: unknown; token?: string; headers?: Record<string, string> },
  ): Promise<Response>;
  session(request?: Record<string, unknown>): Promise<{ session_id: string; token: string; cwd: string }>;
  /** A new session and an MCP client that has initialised in it. */
  agent(
    request?: Record<string, unknown>,
    client?: Parameters<typeof connectAgent>[2],
  ): Promise<McpAgent & { session: string }>;
  /** Resolves when no server is being looked at for the first time any more. A busy machine may need longer than an agent waits. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export async function startDaemon(
  servers: Record<string, unknown> = {},
  options: Partial<DaemonOptions> = {},
  /** A home that an earlier daemon has left. */
  former?: string,
): Promise<TestDaemon> {
  const path = former ?? mkdtempSync(join(tmpdir(), "signalbox-daemon-"));
  const home = homeFolder(path);
  prepareHomeFolder(home);
  const writeServers = (mcpServers: Record<string, unknown>) =>
    writeFileSync(home.servers, JSON.stringify({ mcpServers }, null, 2), { mode: 0o600 });
  writeServers(servers);
  // What Signalbox itself offers to agents would be in every list that a test compares.
  const settings = join(path, "daemon-settings.json");
  if (!existsSync(settings)) writeFileSync(settings, '{"person_tools": false}', { mode: 0o600 });
  const created = await createDaemon({ home, log: silentLog(), ...options });
  if (!created.ok) throw new Error(created.fault.message);
  const daemon = created.value;
  const key = daemonKey(home);
  const ask: TestDaemon["ask"] = (to, { method = "GET", body, token = key, headers = {} } = {}) =>
    fetchAgain(daemon.url + to, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const session: TestDaemon["session"] = async (request = {}) => {
    const response = await ask("/session", { method: "POST", body: { cwd: tmpdir(), ...request } });
    return (await response.json()) as { session_id: string; token: string; cwd: string };
  };
  return {
    daemon,
    url: daemon.url,
    key,
    home: path,
    writeServers,
    ask,
    session,
    async agent(request, client) {
      const { session_id, token } = await session(request);
      return Object.assign(await connectAgent(daemon.url, token, client), { session: session_id });
    },
    async settled() {
      while ((await (await ask("/servers")).text()).includes('"state":"connecting"'))
        await new Promise((resolve) => setTimeout(resolve, 10));
    },
    async stop() {
      await daemon.dispose();
      rmSync(path, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
