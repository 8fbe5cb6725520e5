/** Owns which servers there are: servers.json, the built-in demo, and what is known of each. */
import type { ServerConfig, ServerStatus, ServersResponse } from "../../../shared/protocol/daemon-api.ts";
import { redactText } from "../../../shared/text/redact.ts";
import { loginEnvironment } from "../../agents/login-environment.ts";
import type { Log } from "../../home/create-log.ts";
import type { Session } from "../sessions/session-registry.ts";
import { blank, type Catalogue, createCatalogue, toolLine } from "./catalogue.ts";
import { expandConfig, secretValues } from "./expand-config.ts";
import type { KnownStore } from "./known-store.ts";
import type { ConfiguredClient, SignIns } from "./oauth/sign-ins.ts";
import {
  builtinDemo,
  configuredServer,
  createServerOpener,
  DEMO_SERVER,
  type OpenServer,
  type Server,
} from "./open-server.ts";
import { probeServer } from "./probe-server.ts";
import type { SecretStore } from "./secret-store.ts";
import { createServerInstances } from "./server-instances.ts";
import { createStderrTail, type StderrTail } from "./stderr-tail.ts";
import { watchServersFile } from "./watch-servers-file.ts";

export interface UpstreamServers {
  readonly catalogue: Catalogue;
  readonly open: OpenServer;
  /** Credentials in the configuration, which must never be shown or recorded. */
  secrets(): readonly string[];
  /** The end of what a server's processes wrote to standard error; undefined when there is no such server. */
  log(name: string): string | undefined;
  view(): ServersResponse;
  /** What this session is to be offered: its own choice of the enabled ones; the demo where it belongs. */
  forSession(session: Pick<Session, "agent" | "servers">): Server[];
  /** The enabled server of this name. */
  find(name: string): Server | undefined;
  /** The address of an enabled remote server, its references replaced. */
  address(name: string): string | undefined;
  /** The client that is configured for the server at this address. */
  oauthClient(url: string): ConfiguredClient | undefined;
  /** A person accepts a server's tools as they are described now; false when there is none of this name. */
  accept(name: string): boolean;
  /** Looks at a server that need not be configured. */
  test(name: string, config: ServerConfig): Promise<ServerStatus>;
  /** Looks at a configured server again; false when there is none of this name. */
  restart(name: string): boolean;
  dispose(): Promise<void>;
}

export interface UpstreamServersOptions {
  /** Path of servers.json. */
  file: string;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Secrets that are not in the configuration. */
  secrets: () => readonly string[];
  store: SecretStore;
  /** Milliseconds between looks at instances that are away. */
  lookMs?: number | undefined;
  /** Closed with the servers. */
  kept: KnownStore;
  signIns: SignIns;
  /** The set of servers has changed. */
  onServers: () => void;
  /** What is known of one has changed. */
  onStatus: () => void;
  /** A server that was not ready is. */
  onReady: (name: string) => void;
  /** What counts as a changed tool is another. */
  onAccepted: () => void;
  /** A restart was asked for. */
  onRestart: (name: string) => void;
}

export function createUpstreamServers(options: UpstreamServersOptions): UpstreamServers {
  const { env, log, store } = options;
  const references = { env, secret: store.get };
  // Started from a dock, we have not what the person's shell would give: `npx` is often nowhere on the PATH then.
  const prepared = loginEnvironment(env).then((login) => {
    references.env = { ...login, ...env, ...(login.PATH !== undefined && { PATH: login.PATH }) };
    configSecrets = undefined;
  });
  const logs = new Map<string, StderrTail>();
  const ending = new AbortController();
  let configSecrets: readonly string[] | undefined;
  const secrets = () => {
    configSecrets ??= configured().flatMap(({ config }) => secretValues(config, references));
    return [...options.secrets(), ...store.values(), ...configSecrets];
  };
  const open = createServerOpener({
    get env() {
      return references.env;
    },
    secret: references.secret,
    prepared,
    onInstance: (server, instance, fault) => instances.heard(server, instance, fault),
    signIns: options.signIns,
    onStderr(server, chunk) {
      const tail = logs.get(server) ?? createStderrTail();
      logs.set(server, tail);
      tail.append(chunk);
    },
  });
  const catalogue = createCatalogue({
    open,
    log,
    secrets,
    kept: options.kept,
    onChange: () => options.onStatus(),
    onReady: (name) => options.onReady(name),
  });
  const instances = createServerInstances({
    config: (name) => file.state.servers.get(name),
    references,
    secrets,
    onChange: options.onStatus,
    lookMs: options.lookMs,
  });
  const demo = builtinDemo();
  const configured = () => [...file.state.servers].map(([name, config]) => configuredServer(name, config));
  /** The demo is there for whoever has nothing else, and for the demo session. */
  const listed = () => {
    const servers = configured();
    return servers.length === 0 ? [demo] : servers;
  };
  const file = watchServersFile(options.file, (state) => {
    if (state.error !== undefined) log.warn({ reason: state.error }, "servers.json has an error");
    configSecrets = undefined;
    instances.forget();
    const names = new Set(state.servers.keys());
    for (const name of logs.keys()) if (!names.has(name)) logs.delete(name);
    catalogue.apply(listed(), state.error !== undefined);
    options.onServers();
    options.onStatus();
  });
  catalogue.apply(listed(), file.state.error !== undefined);

  return {
    catalogue,
    open,
    secrets,
    log(name) {
      const exists = listed().some((server) => server.name === name);
      return exists ? redactText(logs.get(name)?.text() ?? "", secrets()) : undefined;
    },
    view() {
      const { error } = file.state;
      return { servers: catalogue.status().map(instances.show), ...(error !== undefined && { error }) };
    },
    forSession(session) {
      const enabled = listed().filter(({ config }) => config.disabled !== true);
      if (session.agent === "demo") {
        const own = enabled.find(({ name }) => name === DEMO_SERVER);
        return [own ?? demo];
      }
      return enabled.filter(({ name }) => session.servers?.includes(name) ?? true);
    },
    address(name) {
      const config = file.state.servers.get(name);
      if (config === undefined || "command" in config || config.disabled === true) return undefined;
      const expanded = expandConfig(config, references);
      return expanded.ok && "url" in expanded.value ? expanded.value.url : undefined;
    },
    oauthClient(url) {
      for (const { config } of configured()) {
        if (!("url" in config) || config.oauth === undefined) continue;
        const expanded = expandConfig(config, references);
        if (expanded.ok && "url" in expanded.value && expanded.value.url === url) return expanded.value.oauth;
      }
      return undefined;
    },
    find: (name) => listed().find((server) => server.name === name && server.config.disabled !== true),
    async test(name, config) {
      const server = configuredServer(name, config);
      const outcome = await probeServer(server, { open, timeoutMs: TEST_TIMEOUT_MS, signal: ending.signal });
      if (!outcome.ok) return { ...blank(server, "failed"), reason: redactText(outcome.fault.reason, secrets()) };
      const tools = outcome.known.tools.map(toolLine);
      const { latencyMs, leftOut } = outcome;
      const noted = leftOut !== undefined && { reason: leftOut };
      return { ...blank(server, "ready"), tools, latency_ms: latencyMs, ...noted };
    },
    accept(name) {
      if (!catalogue.accept(name)) return false;
      options.onAccepted();
      return true;
    },
    restart(name) {
      configSecrets = undefined;
      if (!catalogue.probe(name)) return false;
      options.onRestart(name);
      return true;
    },
    async dispose() {
      ending.abort();
      instances.dispose();
      file.dispose();
      await catalogue.dispose();
    },
  };
}

/** Somebody waits for the answer. */
const TEST_TIMEOUT_MS = 30_000;
