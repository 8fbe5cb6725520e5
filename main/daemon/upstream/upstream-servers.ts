/** Which servers there are: servers.json, the built-in demo, and what is known of each. */
import type { RefusalCode } from "../../../shared/events/refusal.ts";
import type { ServerStatus, ServersResponse } from "../../../shared/protocol/daemon-api.ts";
import type { ServerConfig } from "../../../shared/servers/server-config.ts";
import { redactText } from "../../../shared/text/redact.ts";
import { loginEnvironment } from "../../agents/login-environment.ts";
import type { Log } from "../../home/create-log.ts";
import type { Session } from "../sessions/session-registry.ts";
import { blank, type Catalogue, createCatalogue, toolLine } from "./catalogue/catalogue.ts";
import type { KnownStore } from "./catalogue/known-store.ts";
import { probeServer } from "./catalogue/probe-server.ts";
import { createServerInstances } from "./catalogue/server-instances.ts";
import { expandConfig, type References, secretValues } from "./config/expand-config.ts";
import type { SecretStore } from "./config/secret-store.ts";
import { type ServersFileState, watchServersFile } from "./config/watch-servers-file.ts";
import type { ConfiguredClient, SignIns } from "./oauth/sign-ins.ts";
import {
  brokenLink,
  builtinDemo,
  configuredServer,
  createServerOpener,
  DEMO_SERVER,
  type OpenServer,
  type Server,
  type ServerOpenerOptions,
  serverOfEntry,
} from "./open-server.ts";
import type { AwayTool, ServerSource } from "./server-source.ts";
import type { OrphanGuard } from "./stdio/orphan-guard.ts";
import { createStderrTail, type StderrTail } from "./stdio/stderr-tail.ts";

export interface UpstreamServers {
  readonly catalogue: Catalogue;
  readonly open: OpenServer;
  /** Credentials in the configuration, which must never be shown or recorded. */
  secrets(): readonly string[];
  /** The end of what a server's processes wrote to standard error; undefined when there is no such server. */
  log(name: string): string | undefined;
  view(): ServersResponse;
  /** What this session is to be offered: its own choice of the enabled ones; the demo where it belongs. */
  forSession(session: Pick<Session, "id" | "agent" | "servers">): Server[];
  /** Why a session is not offered this server, as a person is to read it. */
  absent(session: Pick<Session, "agent" | "servers">, server: string): { code: RefusalCode; message: string };
  /** The enabled server of this name. */
  find(name: string): Server | undefined;
  /** The address of an enabled remote server, its references replaced. */
  address(name: string): string | undefined;
  /** The client that is configured for the server at this address. */
  oauthClient(url: string): ConfiguredClient | undefined;
  /** A person accepts a server's tools as they are described now; false when there is none of this name. */
  accept(name: string): boolean;
  /** The tool of this name that a server of this session would have if it were there. */
  away(session: Pick<Session, "id">, tool: string): AwayTool | undefined;
  /** Looks at a server that need not be configured. */
  test(name: string, config: ServerConfig): Promise<ServerStatus>;
  /** Looks at a configured server again; false when there is none of this name. */
  restart(name: string): boolean;
  /** Looks again at the servers that could not be started and refer to this secret; those that run keep the one that they have. */
  secretKept(secret: string): void;
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
  /** Servers that stand in no file. */
  sources?: readonly ServerSource[];
  /** A connection to the client of this token. */
  openClient?: ServerOpenerOptions["openClient"];
  /** A connection to what Signalbox itself offers. */
  openBuiltin?: ServerOpenerOptions["openBuiltin"];
  /** Ends the servers' processes where the daemon cannot. Outlives the servers. */
  guard: OrphanGuard;
  signIns: SignIns;
  /** Awaited before anything is asked by https. */
  certificates: () => Promise<void>;
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
  const references: References & { env: NodeJS.ProcessEnv } = {
    env,
    secret: store.get,
    input: (id) => file.state.inputs.get(id),
  };
  // Started from a dock, we have not what the person's shell would give: `npx` is often nowhere on the PATH then.
  const prepared = loginEnvironment(env).then((login) => {
    references.env = { ...login, ...env, ...(login.PATH !== undefined && { PATH: login.PATH }) };
    configSecrets = undefined;
  });
  const logs = new Map<string, StderrTail>();
  const ending = new AbortController();
  let configSecrets: readonly string[] | undefined;
  /** What was found out when a server was opened: the session's folder and a helper may have had a part in it. */
  const openedSecrets = new Map<string, Set<string>>();
  const secrets = () => {
    configSecrets ??= configured().flatMap(({ config }) => secretValues(config, references));
    const opened = [...openedSecrets.values()].flatMap((values) => [...values]);
    return [...options.secrets(), ...store.values(), ...configSecrets, ...opened];
  };
  const onSecrets = (server: string, values: readonly string[]) => {
    const kept = openedSecrets.get(server) ?? new Set();
    openedSecrets.set(server, kept);
    for (const value of values) {
      kept.delete(value);
      kept.add(value);
      const [oldest] = kept;
      if (kept.size > MAX_OPENED_SECRETS && oldest !== undefined) kept.delete(oldest);
    }
  };
  const open = createServerOpener({
    get env() {
      return references.env;
    },
    secret: references.secret,
    input: references.input,
    prepared,
    certificates: options.certificates,
    onSecrets,
    onInstance: (server, instance, fault) => instances.heard(server, instance, fault),
    signIns: options.signIns,
    openClient: options.openClient ?? (() => () => brokenLink("is not offered here")),
    openBuiltin: options.openBuiltin ?? (() => () => brokenLink("is not offered here")),
    guard: options.guard,
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
    config: (name) => configOf(name),
    references,
    secrets,
    onChange: options.onStatus,
    lookMs: options.lookMs,
  });
  const demo = builtinDemo();
  /** Made once for each state of the file: every call of a tool asks. */
  let made: { of: ServersFileState; servers: Server[] } | undefined;
  const configured = (): Server[] => {
    const { state } = file;
    if (made?.of !== state) {
      made = { of: state, servers: [...state.entries].map(([name, entry]) => serverOfEntry(name, entry)) };
    }
    return made.servers;
  };
  const configOf = (name: string): ServerConfig | undefined => {
    const entry = file.state.entries.get(name);
    return entry !== undefined && "config" in entry ? entry.config : undefined;
  };
  const usable = ({ config, refused }: Server) => config.disabled !== true && refused === undefined;
  /** Each is named once, when the file is read. */
  const logEntries = () => {
    if (file.state.error !== undefined) return;
    for (const { name, refused, notes } of configured()) {
      if (refused !== undefined) log.warn({ server: name, reason: refused }, "an entry of servers.json is not used");
      if (notes !== undefined) log.warn({ server: name, notes }, "a part of an entry of servers.json has no effect");
    }
  };
  const sources = options.sources ?? [];
  const listOf = (source: ServerSource): Server[] => source.list(new Set([DEMO_SERVER, ...file.state.entries.keys()]));
  const fromSources = (): Server[] => sources.flatMap(listOf);
  /** The demo is there for whoever has nothing else, and for the demo session. */
  const listed = () => {
    const servers = configured();
    return [...(servers.length === 0 ? [demo] : servers), ...fromSources()];
  };
  const isFor = (server: Server, session: string) =>
    sources.every(
      (source) => !listOf(source).some(({ name }) => name === server.name) || source.isFor(server, session),
    );
  const file = watchServersFile(options.file, (state) => {
    if (state.error !== undefined) log.warn({ reason: state.error }, "servers.json has an error");
    logEntries();
    configSecrets = undefined;
    instances.forget();
    const names = new Set(state.entries.keys());
    for (const name of logs.keys()) if (!names.has(name)) logs.delete(name);
    for (const name of openedSecrets.keys()) if (!names.has(name)) openedSecrets.delete(name);
    catalogue.apply(listed(), state.error !== undefined);
    options.onServers();
    options.onStatus();
  });
  if (file.state.error !== undefined) log.warn({ reason: file.state.error }, "servers.json has an error");
  logEntries();
  catalogue.apply(listed(), file.state.error !== undefined);
  for (const source of sources) {
    source.onChange(() => {
      catalogue.apply(listed(), file.state.error !== undefined);
      for (const { name } of listOf(source)) catalogue.probe(name);
      options.onServers();
      options.onStatus();
    });
  }

  /** What a person has still to give it goes with the status: a form can ask for it. */
  const shown = (status: ServerStatus): ServerStatus => {
    const config = configOf(status.name);
    const expanded = config === undefined || status.state !== "failed" ? undefined : expandConfig(config, references);
    const needs = (expanded?.ok === false ? expanded.needs : []).map((id) => {
      const description = file.state.inputs.get(id)?.description;
      return { id, ...(description !== undefined && { description }) };
    });
    return { ...instances.show(status), ...(needs.length > 0 && { needs }) };
  };

  const restart = (name: string): boolean => {
    configSecrets = undefined;
    if (!catalogue.probe(name)) return false;
    options.onRestart(name);
    return true;
  };

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
      // Signalbox itself is no server of the person's: it has a switch of its own in the settings.
      const own = new Set(listed().flatMap(({ name, builtin }) => (builtin === true ? [name] : [])));
      const servers = catalogue.status().filter(({ name }) => !own.has(name));
      return { servers: servers.map(shown), ...(error !== undefined && { error }) };
    },
    forSession(session) {
      const enabled = listed().filter(usable);
      if (session.agent === "demo") {
        const own = enabled.find(({ name }) => name === DEMO_SERVER);
        return [own ?? demo];
      }
      return enabled.filter((server) => (session.servers?.includes(server.name) ?? true) && isFor(server, session.id));
    },
    absent(session, name) {
      const server = listed().find((other) => other.name === name);
      if (server === undefined) {
        return { code: "refused-server-gone", message: `Its server “${name}” was removed.` };
      }
      if (server.config.disabled === true) {
        return { code: "refused-server-off", message: `Its server “${name}” is switched off.` };
      }
      if (server.refused !== undefined) {
        return { code: "refused-server-off", message: `Its server “${name}” is not used: ${server.refused}.` };
      }
      const which = session.agent === "demo" ? "the demo has only its own" : "others were chosen when it began";
      const message = `Its server “${name}” is not part of this session: ${which}.`;
      return { code: "refused-server-not-chosen", message };
    },
    away(session, tool) {
      for (const source of sources) {
        const away = source.away(tool, session.id);
        if (away !== undefined) return away;
      }
      return undefined;
    },
    address(name) {
      const config = configOf(name);
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
    find: (name) => listed().find((server) => server.name === name && usable(server)),
    async test(name, config) {
      const server = configuredServer(name, config);
      const outcome = await probeServer(server, { open, timeoutMs: TEST_TIMEOUT_MS, signal: ending.signal });
      if (!outcome.ok) return { ...blank(server, "failed"), reason: redactText(outcome.fault.reason, secrets()) };
      const tools = outcome.known.tools.map((tool) => toolLine(tool, secrets()));
      const { latencyMs, leftOut } = outcome;
      const noted = leftOut !== undefined && { reason: leftOut };
      return { ...blank(server, "ready"), tools, latency_ms: latencyMs, ...noted };
    },
    accept(name) {
      if (!catalogue.accept(name)) return false;
      options.onAccepted();
      return true;
    },
    restart,
    secretKept(secret) {
      const refers = new RegExp(`\\$\\{(secret|input):${secret.replaceAll(".", "\\.")}[}:]`);
      for (const { name, state } of catalogue.status()) {
        if (state === "failed" && refers.test(JSON.stringify(configOf(name) ?? {}))) restart(name);
      }
    },
    async dispose() {
      ending.abort();
      instances.dispose();
      file.dispose();
      await catalogue.dispose();
    },
  };
}

/** Of one server; helpers give new ones for ever, and the oldest are worth the least. */
const MAX_OPENED_SECRETS = 200;
/** Somebody waits for the answer. */
const TEST_TIMEOUT_MS = 30_000;
