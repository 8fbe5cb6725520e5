/** Runs the built Signalbox for a measurement: gateway and daemon in a home of their own, and their process ids. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseDiscoveryFile } from "../../shared/protocol/discovery-file.ts";
import { createdSessionSchema, type NewSession } from "../../shared/protocol/gateway-api.ts";
import { z } from "../../shared/protocol/schema.ts";
import { type Launched, launch, temporaryFolder } from "./own-processes.ts";
import { firstLine, parse } from "./program.ts";
import { kill } from "./undo.ts";

/** How long a daemon may take to come up, in milliseconds. */
const DAEMON_MS = 20_000;

const announcement = z.object({ url: z.string(), token: z.string(), pid: z.number() });

export interface ProductOptions {
  /** The command's file: that of a build, or of the sources. */
  cli: string;
  /** Discovery file of a foreign daemon. */
  discovery?: string;
  servers?: Record<string, object>;
  /** Called with the home before anything is started. */
  prepare?: (home: string) => void;
  /** Arguments for the gateway's Node, for example `--cpu-prof`. */
  node?: readonly string[];
  /** Added to the environment, for example `NODE_OPTIONS` to profile the daemon that the gateway starts. */
  env?: Record<string, string>;
}

export interface Product {
  url: string;
  token: string;
  home: string;
  /** The gateway that runs now. */
  gateway: Launched;
  /** Bearer of the owner. */
  headers: Record<string, string>;
  /** Process id of our own daemon; undefined while none runs. */
  daemonPid(): number | undefined;
  request(method: string, path: string, body?: object): Promise<Response>;
  createSession(request: NewSession): Promise<string>;
  /** Address of a WebSocket. */
  socket(path: string): string;
  /** Returns when our own daemon has announced itself. */
  daemonReady(): Promise<number>;
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
  options.prepare?.(home);
  const daemonPid = () => announcedPid(join(home, "mcp.json"));
  const discovery = options.discovery === undefined ? [] : ["--discovery", options.discovery];
  const env = { ...cleanEnvironment(), ...options.env };
  const started = await startGateway({ cli: options.cli, home, node: options.node ?? [], args: discovery, env });

  async function request(method: string, path: string, body?: object): Promise<Response> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    return fetch(product.url + path, {
      method,
      headers: { ...product.headers, "content-type": "application/json" },
      ...json,
    });
  }
  const product: Product = {
    ...started,
    home,
    daemonPid,
    request,
    async createSession(session) {
      const response = await request("POST", "/api/v1/sessions", session);
      return parse(createdSessionSchema, await response.text()).id;
    },
    socket: (path) => product.url.replace("http", "ws") + path,
    async daemonReady() {
      for (const end = performance.now() + DAEMON_MS; performance.now() < end; await delay(20)) {
        const pid = daemonPid();
        if (pid !== undefined) return pid;
      }
      throw new Error("no daemon has announced itself");
    },
    async stop() {
      await product.gateway.end();
      const daemon = daemonPid();
      if (daemon !== undefined) {
        const end = await launch(process.execPath, [options.cli, "stop", "--force", "--home", home], {
          env,
          stdio: "ignore",
        });
        await new Promise((resolve) => (end.child.exitCode === null ? end.child.once("exit", resolve) : resolve(0)));
        kill(daemon);
      }
      folder.remove();
    },
  };
  return product;
}

type Running = Pick<Product, "gateway" | "url" | "token" | "headers">;

interface GatewayStart {
  cli: string;
  home: string;
  node: readonly string[];
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

async function startGateway(options: GatewayStart): Promise<Running> {
  const args = ["serve", "--home", options.home, "--port", "0", "--json", "--no-open", ...options.args];
  const gateway = await launch(process.execPath, [...options.node, options.cli, ...args], { env: options.env });
  const { url, token } = parse(announcement, await firstLine(gateway, "signalbox serve"));
  return { gateway, url, token, headers: { authorization: `Bearer ${token}` } };
}

/** Starts another gateway in the same home, once the earlier one was ended; the product then speaks to it. */
export async function startAgain(product: Product, cli: string): Promise<Running> {
  const running = await startGateway({ cli, home: product.home, node: [], args: [], env: cleanEnvironment() });
  return Object.assign(product, running);
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
