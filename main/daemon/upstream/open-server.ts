/** Owns which link a configured server gets. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import type { ServerConfig } from "../../../shared/protocol/daemon-api.ts";
import { selfCommand } from "../../home/self-command.ts";
import { deferLink } from "./defer-link.ts";
import { expandConfig, type References } from "./expand-config.ts";
import type { HttpServer } from "./http-calls.ts";
import { openHttpLink } from "./http-link.ts";
import { openAtInstance, type Place } from "./instances.ts";
import type { Link, LinkFault, LinkHandlers, OpenLink } from "./link.ts";
import type { SignIns } from "./oauth/sign-ins.ts";
import { openStdioLink } from "./stdio-link.ts";

/** Name of the built-in server, reserved unless somebody configures one of the same name. */
export const DEMO_SERVER = "demo";

export interface Server {
  name: string;
  transport: "stdio" | "http" | "builtin";
  config: ServerConfig;
}

export function configuredServer(name: string, config: ServerConfig): Server {
  return { name, transport: "command" in config ? "stdio" : "http", config };
}

/** The demo server: this program again, with work of its own to do. */
export function builtinDemo(): Server {
  const { command, args, env } = selfCommand("demo-server");
  return { name: DEMO_SERVER, transport: "builtin", config: { command, args, env } };
}

/** Opens a link to a server as it is configured now. A process runs in `cwd`, as if the agent there had started it; in the home directory without. */
export type OpenServer = (server: Server, cwd?: string) => OpenLink;

export interface ServerOpenerOptions extends References {
  /** What a server's process writes to standard error, as it comes. */
  onStderr: (server: string, chunk: Uint8Array) => void;
  /** One of a server's instances cannot be reached, or (without a fault) was. */
  onInstance: (server: string, instance: number, fault: LinkFault | undefined) => void;
  signIns: Pick<SignIns, "bearer" | "renew">;
  /** Resolves once `env` is what it is going to be. */
  prepared: Promise<void>;
}

/** References in the configuration are looked up at each opening, so that a restart sees a changed secret. */
export function createServerOpener(options: ServerOpenerOptions): OpenServer {
  /** How many connections each server has had, so that they are spread over its instances. */
  const turns = new Map<string, number>();
  const takeTurn = (name: string): Place => {
    const at = turns.get(name) ?? 0;
    turns.set(name, at + 1);
    return { at };
  };
  const open = (server: Server, folder: string, place: Place, handlers: LinkHandlers): Link => {
    const expanded = expandConfig(server.config, options);
    if (!expanded.ok) return brokenLink(`cannot be started: ${expanded.reason}`);
    const config = expanded.value;
    if ("url" in config) {
      const { url, instances = [] } = config;
      const openAt = (address: string, own: LinkHandlers) =>
        openHttpLink(httpServer(address, url, config.headers ?? {}, options.signIns), own);
      const heard = (instance: number, fault: LinkFault | undefined) =>
        options.onInstance(server.name, instance, instances.length === 0 ? undefined : fault);
      return openAtInstance({ addresses: [url, ...instances], place, open: openAt, heard }, handlers);
    }
    const cwd = resolve(folder, config.cwd ?? ".");
    if (!existsSync(cwd)) return brokenLink(`cannot be started: its folder ${cwd} does not exist`);
    const process = { command: config.command, args: config.args ?? [], env: config.env ?? {}, cwd };
    const onStderr = (chunk: Uint8Array) => options.onStderr(server.name, chunk);
    return openStdioLink(process, { env: options.env, onStderr }, handlers);
  };
  return (server, folder = homedir()) => {
    const place = takeTurn(server.name);
    return (handlers) =>
      deferLink(async () => {
        await options.prepared;
        return (own) => open(server, folder, place, own);
      }, handlers);
  };
}

/** A server whose configuration holds its own credential is never given another. All instances share the sign-in to `url`. */
function httpServer(
  address: string,
  url: string,
  own: Record<string, string>,
  signIns: Pick<SignIns, "bearer" | "renew">,
): HttpServer {
  if (Object.keys(own).some((name) => name.toLowerCase() === "authorization")) {
    return { url: address, headers: () => own };
  }
  return {
    url: address,
    headers() {
      const token = signIns.bearer(url);
      return token === undefined ? own : { ...own, authorization: `Bearer ${token}` };
    },
    renew: (sent, status, challenge) =>
      signIns.renew(url, sent.authorization?.replace(/^Bearer /, ""), status, challenge),
  };
}

function brokenLink(reason: string): Link {
  return {
    start: async () => ({ reason, undelivered: true }),
    send: async () => {},
    ready() {},
    stderr: () => "",
    close: async () => {},
  };
}
