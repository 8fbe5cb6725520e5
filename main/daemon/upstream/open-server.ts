/** Which link a configured server gets. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import type { ServerConfig } from "../../../shared/servers/server-config.ts";
import { selfCommand } from "../../home/self-command.ts";
import { expandConfig, type References } from "./config/expand-config.ts";
import { askHeadersHelper } from "./config/headers-helper.ts";
import type { ConfiguredEntry } from "./config/read-servers-file.ts";
import { deferLink } from "./connection/defer-link.ts";
import type { Link, LinkFault, LinkHandlers, OpenLink } from "./connection/link.ts";
import type { HttpServer } from "./http/http-calls.ts";
import { openAtInstance, type Place } from "./http/instances.ts";
import { openRemoteLink } from "./http/remote-link.ts";
import type { SignIns } from "./oauth/sign-ins.ts";
import type { OrphanGuard } from "./stdio/orphan-guard.ts";
import { openStdioLink } from "./stdio/stdio-link.ts";

/** Name of the built-in server, reserved unless somebody configures one of the same name. */
export const DEMO_SERVER = "demo";

/** Name of what Signalbox itself offers to agents. */
export const BUILTIN_SERVER = "signalbox";

export interface Server {
  name: string;
  transport: "stdio" | "http" | "builtin" | "client";
  config: ServerConfig;
  /** It is Signalbox itself. */
  builtin?: true;
  /** Id of the client token whose program this is. */
  client?: string;
  /** Why its entry cannot be used; it is then listed, and never opened. */
  refused?: string;
  /** What its entry says that has no effect, each with its reason. */
  notes?: string[];
}

export function configuredServer(name: string, config: ServerConfig): Server {
  return { name, transport: "command" in config ? "stdio" : "http", config };
}

/** The server of an entry of servers.json, also of one that is refused. */
export function serverOfEntry(name: string, entry: ConfiguredEntry): Server {
  if ("config" in entry) {
    return { ...configuredServer(name, entry.config), ...(entry.notes.length > 0 && { notes: entry.notes }) };
  }
  const { refused, remote, disabled } = entry;
  const config = { ...(remote ? { url: "" } : { command: "" }), ...(disabled && { disabled }) };
  return { ...configuredServer(name, config), refused: `servers.json, ${refused}` };
}

/** The demo server: this program again, with work of its own to do. */
export function builtinDemo(): Server {
  const { command, args, env } = selfCommand("demo-server");
  return { name: DEMO_SERVER, transport: "builtin", config: { command, args, env } };
}

/** Opens a link to a server as it is configured now. A process runs in `cwd`, as if the agent there had started it; in the home directory without. */
export type OpenServer = (server: Server, cwd?: string, session?: AskingSession) => OpenLink;

/** The session whose agent wants the server. */
export interface AskingSession {
  id: string;
  label: string | undefined;
}

export interface ServerOpenerOptions extends References {
  /** Values in what is opened that must never be shown or recorded. */
  onSecrets: (server: string, values: readonly string[]) => void;
  /** What a server's process writes to standard error, as it comes. */
  onStderr: (server: string, chunk: Uint8Array) => void;
  /** One of a server's instances cannot be reached, or (without a fault) was. */
  onInstance: (server: string, instance: number, fault: LinkFault | undefined) => void;
  /** A connection to what Signalbox itself offers. */
  openBuiltin: (session: AskingSession | undefined) => OpenLink;
  /** A connection to the client of this token. */
  openClient: (id: string, session: AskingSession | undefined) => OpenLink;
  /** Ends the servers' processes where the daemon cannot. */
  guard: Pick<OrphanGuard, "hold" | "release">;
  signIns: Pick<SignIns, "bearer" | "renew">;
  /** Resolves once `env` is what it is going to be. */
  prepared: Promise<void>;
  /** Awaited before anything is asked by https. */
  certificates: () => Promise<void>;
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
  const open = async (server: Server, folder: string, place: Place): Promise<OpenLink> => {
    const broken = (reason: string): OpenLink => {
      return () => brokenLink(reason);
    };
    const expanded = expandConfig(server.config, { ...options, env: options.env, folder });
    if (!expanded.ok) return broken(`cannot be started: ${expanded.reason}`);
    options.onSecrets(server.name, expanded.secrets);
    const config = expanded.value;
    if ("url" in config) {
      const { url, instances = [], headersHelper } = config;
      if ([url, ...instances].some((address) => /^https:/i.test(address))) await options.certificates();
      const asked =
        headersHelper === undefined
          ? undefined
          : await askHeadersHelper(headersHelper, { name: server.name, url }, { cwd: folder, env: options.env });
      if (asked?.ok === false) return broken(`cannot be reached: its headersHelper failed: ${asked.reason}`);
      const headers = { ...config.headers, ...asked?.headers };
      if (asked !== undefined) options.onSecrets(server.name, Object.values(asked.headers).flatMap(withoutScheme));
      const openAt = (address: string, own: LinkHandlers) =>
        openRemoteLink(httpServer(address, url, headers, options.signIns), config.transport, own);
      const heard = (instance: number, fault: LinkFault | undefined) =>
        options.onInstance(server.name, instance, instances.length === 0 ? undefined : fault);
      return (handlers) => openAtInstance({ addresses: [url, ...instances], place, open: openAt, heard }, handlers);
    }
    const cwd = resolve(folder, config.cwd ?? ".");
    if (!existsSync(cwd)) return broken(`cannot be started: its folder ${cwd} does not exist`);
    const process = { command: config.command, args: config.args ?? [], env: config.env ?? {}, cwd };
    const onStderr = (chunk: Uint8Array) => options.onStderr(server.name, chunk);
    return (handlers) => openStdioLink(process, { env: options.env, onStderr, guard: options.guard }, handlers);
  };
  return (server, folder = homedir(), session) => {
    if (server.builtin === true) return options.openBuiltin(session);
    if (server.client !== undefined) return options.openClient(server.client, session);
    const place = takeTurn(server.name);
    return (handlers) =>
      deferLink(async () => {
        await options.prepared;
        return open(server, folder, place);
      }, handlers);
  };
}

const withoutScheme = (value: string): string[] => [value, value.replace(/^(Bearer|Basic|token) +/i, "")];

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

export function brokenLink(reason: string): Link {
  return {
    start: async () => ({ reason, undelivered: true }),
    send: async () => {},
    ready() {},
    said: () => "",
    close: async () => {},
  };
}
