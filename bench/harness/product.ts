/** Owns running the built Signalbox for a measurement: gateway and daemon in a home of their own, and their process ids. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDiscoveryFile } from "../../shared/protocol/discovery-file.ts";
import { createdSessionSchema, type NewSession } from "../../shared/protocol/gateway-api.ts";
import { z } from "../../shared/protocol/schema.ts";
import { kill, type Launched, launch, onInterrupt, temporaryFolder } from "./own-processes.ts";
import { firstLine, parse } from "./program.ts";

const announcement = z.object({ url: z.string(), token: z.string(), pid: z.number() });

export interface ProductOptions {
  /** Folder of the build. */
  out: string;
  /** Discovery file of a foreign daemon. */
  discovery?: string;
  servers?: Record<string, object>;
  /** Arguments for the gateway's Node, for example `--cpu-prof`. */
  node?: readonly string[];
}

export interface Product {
  url: string;
  token: string;
  home: string;
  gateway: Launched;
  /** Bearer of the owner. */
  headers: Record<string, string>;
  /** Process id of our own daemon; undefined while none runs. */
  daemonPid(): number | undefined;
  request(method: string, path: string, body?: object): Promise<Response>;
  createSession(request: NewSession): Promise<string>;
  /** Address of a WebSocket. */
  socket(path: string): string;
  stop(): Promise<void>;
}

/** The environment of a fresh machine: neither npm's variables nor another home leak in. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(npm_|SIGNALBOX_|NODE_)/.test(key)));
}

/** Starts `signalbox serve` on a free port. Throws when it does not answer. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const folder = temporaryFolder();
  const home = join(folder.path, "home");
  mkdirSync(home, { mode: 0o700 });
  if (options.servers !== undefined) {
    writeFileSync(join(home, "servers.json"), JSON.stringify({ mcpServers: options.servers }), { mode: 0o600 });
  }
  const daemonPid = () => announcedPid(join(home, "mcp.json"));
  const forget = onInterrupt(() => {
    const pid = daemonPid();
    if (pid !== undefined) kill(pid);
  });
  const cli = join(options.out, "main", "cli.js");
  const discovery = options.discovery === undefined ? [] : ["--discovery", options.discovery];
  const args = ["serve", "--home", home, "--port", "0", "--json", "--no-open", ...discovery];
  const env = cleanEnvironment();
  const gateway = await launch(process.execPath, [...(options.node ?? []), cli, ...args], { env });
  const { url, token } = parse(announcement, await firstLine(gateway, "signalbox serve"));
  const headers = { authorization: `Bearer ${token}` };

  async function request(method: string, path: string, body?: object): Promise<Response> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    return fetch(url + path, { method, headers: { ...headers, "content-type": "application/json" }, ...json });
  }
  return {
    url,
    token,
    home,
    gateway,
    headers,
    daemonPid,
    request,
    async createSession(session) {
      const response = await request("POST", "/api/v1/sessions", session);
      return parse(createdSessionSchema, await response.text()).id;
    },
    socket: (path) => url.replace("http", "ws") + path,
    async stop() {
      await gateway.end();
      const daemon = daemonPid();
      if (daemon !== undefined) {
        const end = await launch(process.execPath, [cli, "stop", "--force", "--home", home], { env, stdio: "ignore" });
        await new Promise((resolve) => (end.child.exitCode === null ? end.child.once("exit", resolve) : resolve(0)));
        kill(daemon);
      }
      forget();
      folder.remove();
    },
  };
}

function announcedPid(path: string): number | undefined {
  try {
    const file = parseDiscoveryFile(readFileSync(path, "utf8"));
    return file.ok ? file.value.pid : undefined;
  } catch {
    // No daemon has announced itself.
    return undefined;
  }
}
