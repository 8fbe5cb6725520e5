/** Owns how the outbox is joined to the daemon: its own connections to servers, and what sessions are told of their writes. */
import type { OutboxEntryView } from "../../../shared/protocol/outbox-api.ts";
import { VERSION } from "../../home/version.ts";
import type { LaterEnd } from "../progress/call-recorder.ts";
import { errorOf, RPC } from "../rpc/message.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import { type Connection, createConnection } from "../upstream/connection.ts";
import { LATEST_REVISION } from "../upstream/handshake.ts";
import type { UpstreamServers } from "../upstream/upstream-servers.ts";
import { createOutbox, type Outbox, type OutboxEvent } from "./outbox.ts";
import type { Entry, OutboxStore } from "./outbox-store.ts";

export function createDaemonOutbox(store: OutboxStore, servers: UpstreamServers, registry: SessionRegistry): Outbox {
  return createOutbox({
    store,
    connect(name) {
      const server = servers.find(name);
      if (server === undefined) return undefined;
      const connection: Connection = createConnection({
        name,
        open: servers.open(server),
        client: {
          protocolVersion: LATEST_REVISION,
          capabilities: {},
          clientInfo: { name: "signalbox", version: VERSION },
        },
        handlers: {
          // Whoever caused the write is no longer there to be asked.
          request: ({ id, method }) =>
            connection.answer(errorOf(id, RPC.methodNotFound, `${method} is not offered here`)),
          notification() {},
          state() {},
        },
      });
      return connection;
    },
    onEvent(event) {
      const { session, call, tool, server } = event.entry;
      registry.get(session)?.calls.later({ id: call, tool, server }, endOf(event));
    },
  });
}

function endOf(event: OutboxEvent): LaterEnd {
  switch (event.kind) {
    case "delivered":
      return { kind: "delivered", result: event.result };
    case "dead":
      return { kind: "failed", error: { code: "refused", message: event.reason } };
    case "unknown":
      return { kind: "failed", error: { code: "outcome-unknown", message: event.reason } };
    default:
      return { kind: event.kind };
  }
}

export function entryView(entry: Entry): OutboxEntryView {
  const { id, key, server, tool, session, call, state, reason, attempts } = entry;
  return {
    id,
    key,
    server,
    tool,
    session,
    call,
    state,
    attempts,
    ...(reason !== undefined && { reason }),
    created_at: new Date(entry.createdAt).toISOString(),
    ...(state === "queued" && { next_at: new Date(entry.nextAt).toISOString() }),
  };
}
