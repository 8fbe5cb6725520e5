/** How the daemon's parts are joined: what each of them needs of the others. */
import { loginEnvironment } from "../agents/login-environment.ts";
import { rememberSecrets, watchOwnerToken } from "../home/known-secrets.ts";
import { openResultFiles } from "../home/results/result-files.ts";
import { type AgentReports, createAgentReports } from "./agent-reports/create-agent-reports.ts";
import { createBuiltinLink } from "./builtin/builtin-link.ts";
import { createBuiltinSource } from "./builtin/builtin-source.ts";
import { createTellPerson } from "./builtin/tell-person.ts";
import { type ClientRoom, createClientRoom } from "./clients/client-room.ts";
import type { FarClients } from "./clients/far-clients.ts";
import type { DaemonOptions } from "./daemon-options.ts";
import { type AgentApprovals, createAgentApprovals } from "./inbox/agent-approvals.ts";
import { type AskPerson, createAskPerson } from "./inbox/ask-person.ts";
import { createDerived } from "./inbox/derived-entries.ts";
import { createInbox, type Inbox } from "./inbox/inbox.ts";
import type { OpenHome } from "./open-home.ts";
import { createDaemonOutbox, type DaemonOutbox } from "./outbox/daemon-outbox.ts";
import { type AgentSessions, createAgentSessions } from "./relay/agent-sessions.ts";
import { createSessionRegistry, type SessionRegistry } from "./sessions/session-registry.ts";
import { toolRules } from "./settings/tool-rules.ts";
import { createTerminals } from "./terminal/create-terminals.ts";
import type { Terminals } from "./terminal/terminals.ts";
import { withLeftOut } from "./upstream/catalogue/left-out.ts";
import { createCertificates } from "./upstream/http/trust-certificates.ts";
import { createSignIns, type SignIns } from "./upstream/oauth/sign-ins.ts";
import { createOrphanGuard } from "./upstream/stdio/orphan-guard.ts";
import { createUpstreamServers, type UpstreamServers } from "./upstream/upstream-servers.ts";

export interface DaemonParts {
  terminals: Terminals;
  registry: SessionRegistry;
  signIns: SignIns;
  servers: UpstreamServers;
  /** Programs that execute tools for agents. */
  clients: ClientRoom;
  /** Those of other machines; absent without a cluster. */
  far: FarClients | undefined;
  outbox: DaemonOutbox;
  inbox: Inbox;
  /** How parts of the daemon ask the person. */
  person: AskPerson;
  approvals: AgentApprovals;
  agents: AgentSessions;
  /** What agents say of their own tools. */
  reports: AgentReports;
  /** What is known of a server has changed. Gives a way to stop listening. */
  onServers(listener: () => void): () => void;
  /** Every value that must stand in no event, recording, title or log. */
  secrets(): readonly string[];
  dispose(): Promise<void>;
}

export interface DaemonSurroundings {
  /** Where a sign-in comes back to, known once the daemon listens. */
  redirectUrl: () => string;
  /** Whether a program of the session listens on the port now, or its person has exposed it. */
  serves: (session: string, port: number) => Promise<boolean>;
  /** Joins the clients of other machines. */
  farClientsOf?: (room: ClientRoom) => FarClients;
}

export function createDaemonParts(
  options: DaemonOptions,
  opened: OpenHome,
  { redirectUrl, serves, farClientsOf }: DaemonSurroundings,
): DaemonParts {
  const { home, log, env = process.env } = options;
  const { key, store, settings, own, oauth, numbers } = opened;
  const statusListeners = new Set<() => void>();
  const owner = watchOwnerToken(home);
  // Whoever learns the owner's token from what a tool says or a program prints is the owner.
  const secrets = () => [...registry.tokens(), ...servers.secrets()];

  const terminals = createTerminals({
    onChange: (id) => onTerminal(id),
    recordings: home.recordings,
    secrets: () => secrets(),
    log,
    env,
  });
  const { keep } = openResultFiles(home.results);
  const registry = createSessionRegistry({
    offset: (id) => terminals.mark(id),
    keep,
    secrets: () => servers.secrets(),
    numbers,
  });
  const certificates = createCertificates({
    file: async () => (await loginEnvironment(env)).NODE_EXTRA_CA_CERTS,
    onProblem: (what, details) => log.warn(details, what),
  });
  const signIns = createSignIns({
    certificates,
    store: oauth,
    clientFor: (at) => servers.oauthClient(at),
    redirectUrl,
    log,
  });
  const guard = createOrphanGuard();
  const clients = createClientRoom({ tokens: opened.clients, log });
  const far = farClientsOf?.(clients);
  const servers = createUpstreamServers({
    file: home.servers,
    env,
    log,
    secrets: rememberSecrets(() => [key, ...owner(), ...oauth.secrets(), ...opened.store.values()]),
    store,
    kept: opened.known,
    sources: [
      createBuiltinSource(() => own.get().person_tools, own.onChange),
      clients.source,
      ...(far === undefined ? [] : [far.source]),
    ],
    openBuiltin: (session) => (handlers) => {
      const known = session === undefined ? undefined : registry.get(session.id);
      const asking = known && { id: known.id, agent: known.agent ?? "The agent", calls: known.calls };
      return createBuiltinLink({ session: asking, person: () => person, tell: () => tell }, handlers);
    },
    openClient: (id, session) => (far?.has(id) === true ? far.open(id, session) : clients.open(id, session)),
    guard,
    lookMs: options.lookMs,
    signIns,
    certificates,
    onServers: () => agents.refresh(),
    onStatus: () => {
      for (const listener of statusListeners) listener();
    },
    onReady: (name) => outbox.wake(name),
    onAccepted: () => agents.toolsChanged(),
    onRestart: (name) => agents.restart(name),
  });
  const configOf = (name: string) => servers.find(name)?.config;
  const rules = withLeftOut(toolRules(settings, servers.catalogue.hasChanged), configOf);
  const outbox = createDaemonOutbox(opened.outbox, servers, { registry, numbers }, rules.whyNotDeliver, {
    secrets,
    keep,
  });
  const inbox = createInbox({
    store: opened.inbox,
    key,
    secrets,
    derived: createDerived({ outbox: () => outbox, servers, secrets }),
  });
  const person = createAskPerson(inbox);
  const tell = createTellPerson({ inbox, serves });
  inbox.onChange(
    (session) => session !== undefined && registry.get(session) !== undefined && registry.changed(session),
  );
  outbox.onChange(inbox.derivedChanged);
  statusListeners.add(inbox.derivedChanged);
  const reports = createAgentReports({
    kinds: () => own.get().agent_tools,
    onConversation: ({ id }) => registry.changed(id),
  });
  const agents = createAgentSessions({
    registry,
    catalogue: servers.catalogue,
    open: servers.open,
    serversFor: (session) => servers.forSession(session),
    absent: (session, server) => servers.absent(session, server),
    away: (session, tool) => servers.away(session, tool),
    rules,
    outbox,
    inbox,
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
    if (terminals.info(id)?.state !== "exited") return;
    agents.leaveAllOf(id);
    inbox.agentLeft(id);
    reports.ended(id);
  }

  return {
    terminals,
    registry,
    signIns,
    servers,
    clients,
    far,
    outbox,
    inbox,
    person,
    approvals: createAgentApprovals({
      inbox,
      serverOf(tool) {
        const having = servers.view().servers.filter((server) => server.tools.some(({ name }) => name === tool));
        return having.length === 1 ? having[0]?.name : undefined;
      },
    }),
    agents,
    reports,
    secrets,
    onServers(listener) {
      statusListeners.add(listener);
      return () => statusListeners.delete(listener);
    },
    async dispose() {
      // What waits for a person waits on, whoever ends now.
      inbox.freeze();
      reports.dispose();
      clients.dispose();
      await Promise.all([agents.close(), outbox.dispose(), servers.dispose(), terminals.dispose()]);
      // Last: what did not end by then, the guard ends.
      await guard.dispose();
      inbox.dispose();
    },
  };
}
