/** `GET /events`: what a gateway must know to keep its lists, as SSE. A slow reader costs a set of ids, not a queue. */
import type { ServerResponse } from "node:http";
import type { DaemonNotice, DaemonSession, ServersResponse } from "../../../shared/protocol/daemon-api.ts";
import type { InboxSummary } from "../../../shared/protocol/inbox-api.ts";
import type { OutboxCounts } from "../../../shared/protocol/outbox-api.ts";
import { SSE_KEEPALIVE_MS } from "../../../shared/protocol/wire.ts";

export interface NoticeSources {
  sessions: () => DaemonSession[];
  session: (id: string) => DaemonSession | undefined;
  servers: () => ServersResponse;
  outbox: () => OutboxCounts;
  inbox: () => InboxSummary;
  onSession: (listener: (id: string) => void) => () => void;
  onServers: (listener: () => void) => () => void;
  onOutbox: (listener: () => void) => () => void;
  onInbox: (listener: () => void) => () => void;
}

/** Sends all sessions, all servers, the outbox's counts, then each change with the state at the moment of sending. */
export function streamNotices(sources: NoticeSources, response: ServerResponse): void {
  const changed = new Set<string>();
  let serversChanged = false;
  let inboxChanged = false;
  let counted = "";
  let blocked = false;
  let scheduled = false;

  const send = (notice: DaemonNotice) => {
    if (!response.write(`data: ${JSON.stringify(notice)}\n\n`)) blocked = true;
  };
  const pump = () => {
    scheduled = false;
    if (blocked || response.destroyed) return;
    for (const id of changed) {
      const session = sources.session(id);
      send(session === undefined ? { type: "session_ended", session_id: id } : { type: "session", session });
    }
    changed.clear();
    if (serversChanged) send({ type: "servers", ...sources.servers() });
    serversChanged = false;
    tellOutbox();
    if (inboxChanged) send({ type: "inbox", inbox: sources.inbox() });
    inboxChanged = false;
  };
  /** Entries change more often than their counts. */
  const tellOutbox = () => {
    const outbox = sources.outbox();
    if (JSON.stringify(outbox) === counted) return;
    counted = JSON.stringify(outbox);
    send({ type: "outbox", outbox });
  };
  const wake = () => {
    if (scheduled || blocked) return;
    scheduled = true;
    setImmediate(pump);
  };
  const offSession = sources.onSession((id) => {
    changed.add(id);
    wake();
  });
  const offServers = sources.onServers(() => {
    serversChanged = true;
    wake();
  });
  const offOutbox = sources.onOutbox(wake);
  const offInbox = sources.onInbox(() => {
    inboxChanged = true;
    wake();
  });
  const keepAlive = setInterval(() => {
    if (!blocked) response.write(": keep-alive\n\n");
  }, SSE_KEEPALIVE_MS);
  response.on("drain", () => {
    blocked = false;
    wake();
  });
  response.on("close", () => {
    clearInterval(keepAlive);
    offSession();
    offServers();
    offOutbox();
    offInbox();
  });

  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache, no-transform" });
  response.write(": stream open\n\n");
  send({ type: "sessions", sessions: sources.sessions() });
  send({ type: "servers", ...sources.servers() });
  tellOutbox();
  send({ type: "inbox", inbox: sources.inbox() });
}
