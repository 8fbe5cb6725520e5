/** Owns what the daemon tells of itself and of its sessions. */
import { DAEMON_FEATURES, type DaemonSession, type Health } from "../../shared/protocol/daemon-api.ts";
import { PROTOCOL_VERSION } from "../../shared/protocol/wire.ts";
import { prove } from "../home/secrets.ts";
import { VERSION } from "../home/version.ts";
import type { NoticeSources } from "./endpoint/notices.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { Session, SessionRegistry } from "./sessions/session-registry.ts";
import type { Terminals } from "./terminal/terminals.ts";
import type { UpstreamServers } from "./upstream/upstream-servers.ts";

export interface DaemonView {
  session(session: Session): DaemonSession;
  /** With the proof for `nonce`, where one was asked for. */
  health(nonce: string | undefined): Health;
  /** One sentence about programs that still run; undefined when none does. */
  running(): string | undefined;
  readonly notices: NoticeSources;
}

export interface DaemonViewOptions {
  key: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  registry: SessionRegistry;
  terminals: Terminals;
  servers: UpstreamServers;
  onServers: (listener: () => void) => () => void;
  outbox: Pick<Outbox, "counts" | "onChange">;
}

export function createDaemonView(options: DaemonViewOptions): DaemonView {
  const { key, startedAt, registry, terminals, servers } = options;
  const session = ({ id, cwd, createdAt, clients, label, agent }: Session): DaemonSession => ({
    session_id: id,
    cwd,
    created_at: createdAt,
    terminal: terminals.info(id),
    clients,
    ...(label !== undefined && { label }),
    ...(agent !== undefined && { agent }),
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
      ...(nonce !== undefined && { proof: prove(key, nonce) }),
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
    },
  };
}
