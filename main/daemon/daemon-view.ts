/** What the daemon tells of itself and of its sessions. */
import { type Asks, DAEMON_FEATURES, type DaemonSession, type Health } from "../../shared/protocol/daemon-api.ts";
import type { DaemonPort } from "../../shared/protocol/preview-api.ts";
import { PROTOCOL_VERSION } from "../../shared/protocol/wire.ts";
import { daemonProofs } from "../home/proofs.ts";
import { VERSION } from "../home/version.ts";
import type { NoticeSources } from "./endpoint/notices.ts";
import type { Inbox } from "./inbox/inbox.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { Session, SessionRegistry } from "./sessions/session-registry.ts";
import type { Terminals } from "./terminal/terminals.ts";
import type { UpstreamServers } from "./upstream/upstream-servers.ts";

export interface DaemonView {
  session(session: Session): DaemonSession;
  /** With the proofs for `nonce`, where they were asked for. */
  health(nonce: string | undefined): Health;
  /** One sentence about programs that still run; undefined when none does. */
  running(): string | undefined;
  readonly notices: NoticeSources;
}

export interface DaemonViewOptions {
  key: string;
  /** The port that it listens on. */
  port: () => number;
  /** Milliseconds since 1970. */
  startedAt: number;
  registry: SessionRegistry;
  terminals: Terminals;
  servers: UpstreamServers;
  /** Ports of a session; undefined where they are not known. */
  ports: (session: string) => DaemonPort[] | undefined;
  onServers: (listener: () => void) => () => void;
  outbox: Pick<Outbox, "counts" | "onChange">;
  inbox: Pick<Inbox, "summary" | "waitingIn" | "onChange">;
}

export function createDaemonView(options: DaemonViewOptions): DaemonView {
  const { key, startedAt, registry, terminals, servers } = options;
  const session = ({ id, cwd, createdAt, clients, label, agent, conversation }: Session): DaemonSession => ({
    session_id: id,
    cwd,
    created_at: createdAt,
    terminal: terminals.info(id),
    clients,
    ...(label !== undefined && { label }),
    ...(agent !== undefined && { agent }),
    ...(conversation !== undefined && { conversation }),
    ...withPorts(options.ports(id)),
    ...withAsks(options.inbox.waitingIn(id)),
  });
  return {
    session,
    health: (nonce) => ({
      status: "ok",
      pid: process.pid,
      uptime_seconds: Math.floor((Date.now() - startedAt) / 1000),
      started_at: new Date(startedAt).toISOString(),
      protocol_version: PROTOCOL_VERSION,
      features: [...DAEMON_FEATURES],
      version: VERSION,
      ...(nonce !== undefined && daemonProofs(key, nonce, options.port())),
    }),
    running() {
      const count = registry.list().filter(({ id }) => terminals.info(id)?.state === "running").length;
      if (count === 0) return undefined;
      return `${count} ${count === 1 ? "program is" : "programs are"} still running.`;
    },
    notices: {
      sessions: () => registry.list().map(session),
      session(id) {
        const found = registry.get(id);
        return found === undefined ? undefined : session(found);
      },
      servers: () => servers.view(),
      onSession: (listener) => registry.onChange(listener),
      onServers: options.onServers,
      outbox: () => options.outbox.counts(),
      onOutbox: options.outbox.onChange,
      inbox: () => options.inbox.summary(),
      onInbox: options.inbox.onChange,
    },
  };
}

const withPorts = (ports: DaemonPort[] | undefined): Pick<DaemonSession, "ports"> =>
  ports === undefined ? {} : { ports };

const withAsks = (asks: Asks | undefined): Pick<DaemonSession, "asks"> => (asks === undefined ? {} : { asks });
