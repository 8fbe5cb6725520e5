/**
 * A daemon that does what a test says, over real HTTP: our own (it proves a key) or a foreign one, with or without
 * ids and replay; its streams can be cut at any byte.
 */

import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { daemonProofs } from "../../../main/home/proofs.ts";
import type { DaemonSession } from "../../../shared/protocol/daemon-api.ts";

export interface ScriptedDaemonOptions {
  /** The home's key: the daemon then is our own. A foreign one when absent. */
  key?: string;
  port?: number;
  epoch?: string;
  /** Whether its events have ids; ours always has them. */
  ids?: boolean;
  /** Events kept for readers that come back; 0 for a daemon without replay. */
  ring?: number;
  pid?: number;
  startedAt?: string;
  protocolVersion?: number;
  /** Proves itself as earlier versions did: its proof names no port. */
  earlier?: boolean;
  /** Whether it says that every session's program runs. */
  terminals?: boolean;
  /** What our own daemon says that it can do; that of an early version by default. */
  features?: readonly string[];
}

export interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

interface Session {
  id: string;
  token: string;
  events: { seq: number; data: string }[];
  last: number;
  readers: Set<ServerResponse>;
}

export interface ScriptedDaemon {
  readonly url: string;
  readonly port: number;
  readonly asked: Asked[];
  readonly sessions: Map<string, Session>;
  /** Sends an event to all readers of the session and keeps it. */
  emit(session: string, event: object | string): void;
  /** Writes bytes as they are to all readers of the session. */
  write(session: string, bytes: string | Buffer): void;
  /** Cuts the connections of all readers of the session. */
  cut(session: string): void;
  /** Resolves when a session has so many readers. */
  readers(session: string, count: number): Promise<void>;
  /** Stands behind a proxy from now on: proves itself for the port of that. */
  standBehind(url: string): void;
  /** Writes a discovery file that names it. */
  announce(path: string): void;
  /** Takes a session away, as a daemon that forgot it. */
  forget(session: string): void;
  end(): Promise<void>;
}

export async function startScriptedDaemon(options: ScriptedDaemonOptions = {}): Promise<ScriptedDaemon> {
  const { key, epoch = "e1", ring = 10_000, pid = process.pid, startedAt = "2026-11-20T10:00:00Z" } = options;
  const { features = ["replay", "notices"] } = options;
  const sessions = new Map<string, Session>();
  const asked: Asked[] = [];
  const waiting = new Set<() => void>();
  const notices = new Set<ServerResponse>();
  let nextSession = 1;
  let shownPort: number | undefined;

  const json = (response: ServerResponse, status: number, value: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  const block = (event: { seq: number; data: string }) =>
    key === undefined && options.ids !== true
      ? `data: ${event.data}\n\n`
      : `id: ${epoch}-${event.seq}\ndata: ${event.data}\n\n`;

  function openEvents(request: IncomingMessage, response: ServerResponse, session: Session | undefined): void {
    if (
      session === undefined ||
      ![`Bearer ${session.token}`, key === undefined ? undefined : `Bearer ${key}`].includes(
        request.headers.authorization,
      )
    ) {
      return void json(response, 401, { error: "invalid session token" });
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": open\n\n");
    const [, from, after] = /^(.+)-(\d+)$/.exec(String(request.headers["last-event-id"] ?? "")) ?? [];
    if (key !== undefined && ring > 0) {
      const kept = session.events.slice(-ring);
      const begin = from === epoch ? Number(after) : 0;
      const first = kept[0]?.seq ?? session.last + 1;
      if (begin + 1 < first) {
        response.write(`id: ${epoch}-${first - 1}\ndata: {"kind":"gap","missed":${first - 1 - begin}}\n\n`);
      }
      for (const event of kept) if (event.seq > begin) response.write(block(event));
    }
    session.readers.add(response);
    response.on("close", () => session.readers.delete(response));
    for (const look of waiting) look();
  }

  const terminalInfo = {
    state: "running" as const,
    pid: 1,
    cols: 80,
    rows: 24,
    title: "",
    started_at: startedAt,
    attention: false,
  };
  const view = (session: Session): DaemonSession => ({
    session_id: session.id,
    cwd: "/",
    created_at: startedAt,
    terminal: options.terminals === true ? terminalInfo : null,
    clients: 0,
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://daemon");
    const body = await text(request);
    asked.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
    if (url.pathname === "/health") {
      const nonce = url.searchParams.get("nonce");
      const health = {
        status: "ok",
        pid,
        uptime_seconds: 1,
        started_at: startedAt,
        protocol_version: options.protocolVersion ?? 1,
      };
      if (key === undefined) return void json(response, 200, health);
      const proofs = nonce === null ? undefined : daemonProofs(key, nonce, shownPort ?? port);
      const proof = options.earlier === true ? { proof: proofs?.proof } : proofs;
      return void json(response, 200, { ...health, ...proof, version: "test", features });
    }
    const [, id, rest] = /^\/session\/([^/]+)(\/.*)?$/.exec(url.pathname) ?? [];
    if (rest === "/events") return openEvents(request, response, sessions.get(id ?? ""));
    const owns = key === undefined || request.headers.authorization === `Bearer ${key}`;
    if (!owns) return void json(response, 401, { error: { code: "unauthorized", message: "A token is needed." } });
    if (url.pathname === "/session" && request.method === "POST") {
      const made: Session = {
        id: `s${nextSession}-${epoch}`,
        token: `token-of-${nextSession}-${epoch}`,
        events: [],
        last: 0,
        readers: new Set(),
      };
      nextSession += 1;
      sessions.set(made.id, made);
      return void json(response, 200, { session_id: made.id, token: made.token, cwd: "/" });
    }
    if (key !== undefined && url.pathname === "/events") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify({ type: "sessions", sessions: [...sessions.values()].map(view) })}\n\n`);
      notices.add(response);
      return void response.on("close", () => notices.delete(response));
    }
    if (url.pathname === "/stop") {
      json(response, 202, {});
      return void setImmediate(() => {
        server.closeAllConnections();
        server.close();
      });
    }
    if (url.pathname === "/sessions") return void json(response, 200, { sessions: [...sessions.values()].map(view) });
    if (rest === "/terminal" && request.method === "POST") {
      return void json(response, 200, terminalInfo);
    }
    if (id !== undefined && request.method === "DELETE") return void json(response, 200, {});
    json(response, 404, { error: { code: "not-found", message: "There is nothing here." } });
  }

  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const find = (id: string): Session => {
    const session = sessions.get(id);
    if (session === undefined) throw new Error(`no session ${id}`);
    return session;
  };
  return {
    url,
    port,
    asked,
    sessions,
    emit(id, event) {
      const session = find(id);
      session.last += 1;
      const entry = { seq: session.last, data: typeof event === "string" ? event : JSON.stringify(event) };
      session.events.push(entry);
      for (const reader of session.readers) reader.write(block(entry));
    },
    write(id, bytes) {
      for (const reader of find(id).readers) reader.write(bytes);
    },
    cut(id) {
      for (const reader of find(id).readers) reader.destroy();
    },
    readers(id, count) {
      return new Promise((resolve) => {
        const look = () => {
          if (find(id).readers.size < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    standBehind(url) {
      shownPort = Number(new URL(url).port);
    },
    announce(path) {
      writeFileSync(path, JSON.stringify({ url: `${url}/mcp`, pid }), { mode: 0o600 });
    },
    forget: (id) => void sessions.delete(id),
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
