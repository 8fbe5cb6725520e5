/** Owns how the daemon's parts are joined: what each of them needs of the others. */
import { randomBytes } from "node:crypto";
import type { DaemonOptions } from "./create-daemon.ts";
import type { OpenHome } from "./open-home.ts";
import { createDaemonOutbox } from "./outbox/daemon-outbox.ts";
import type { Outbox } from "./outbox/outbox.ts";
import { type AgentSessions, createAgentSessions } from "./relay/agent-sessions.ts";
import { createSessionRegistry, type SessionRegistry } from "./sessions/session-registry.ts";
import { toolRules } from "./settings/tool-rules.ts";
import { createTerminals } from "./terminal/create-terminals.ts";
import type { Terminals } from "./terminal/terminals.ts";
import { createSignIns, type SignIns } from "./upstream/oauth/sign-ins.ts";
import { createUpstreamServers, type UpstreamServers } from "./upstream/upstream-servers.ts";

export interface DaemonParts {
  terminals: Terminals;
  registry: SessionRegistry;
  signIns: SignIns;
  servers: UpstreamServers;
  outbox: Outbox;
  agents: AgentSessions;
  /** What is known of a server has changed. Gives a way to stop listening. */
  onServers(listener: () => void): () => void;
  dispose(): Promise<void>;
}

/** `redirectUrl` is where a sign-in comes back to, known once the daemon listens. */
export function createDaemonParts(options: DaemonOptions, opened: OpenHome, redirectUrl: () => string): DaemonParts {
  const { home, log, env = process.env } = options;
  const { key, store, settings, own, oauth } = opened;
  const statusListeners = new Set<() => void>();

  const terminals = createTerminals({ onChange: (id) => onTerminal(id), recordings: home.recordings, log, env });
  const registry = createSessionRegistry({
    epoch: randomBytes(6).toString("hex"),
    offset: (id) => terminals.offset(id),
    secrets: () => servers.secrets(),
  });
  const signIns = createSignIns({
    store: oauth,
    clientFor: (at) => servers.oauthClient(at),
    redirectUrl,
    log,
  });
  const servers = createUpstreamServers({
    file: home.servers,
    env,
    log,
    secrets: () => [key, ...oauth.secrets()],
    store,
    kept: opened.known,
    lookMs: options.lookMs,
    signIns,
    onServers: () => agents.refresh(),
    onStatus: () => {
      for (const listener of statusListeners) listener();
    },
    onReady: (name) => outbox.wake(name),
    onAccepted: () => agents.toolsChanged(),
    onRestart: (name) => agents.restart(name),
  });
  const outbox = createDaemonOutbox(opened.outbox, servers, registry);
  const agents = createAgentSessions({
    registry,
    catalogue: servers.catalogue,
    open: servers.open,
    serversFor: (session) => servers.forSession(session),
    rules: toolRules(settings, servers.catalogue.hasChanged),
    outbox,
    store: options.sessionStore ?? opened.sessions,
    log,
    settings: own.get,
    abandonMs: options.abandonMs,
    ...(options.clock !== undefined && { clock: options.clock }),
    ...(options.sweepMs !== undefined && { sweepMs: options.sweepMs }),
  });
  settings.onChange(() => agents.toolsChanged());

  function onTerminal(id: string): void {
    registry.changed(id);
    // An agent that has left needs its upstream servers no longer than its running calls do.
    if (terminals.info(id)?.state === "exited") agents.leaveAllOf(id);
  }

  return {
    terminals,
    registry,
    signIns,
    servers,
    outbox,
    agents,
    onServers(listener) {
      statusListeners.add(listener);
      return () => statusListeners.delete(listener);
    },
    async dispose() {
      await Promise.all([agents.close(), outbox.dispose(), servers.dispose(), terminals.dispose()]);
    },
  };
}
