/** A gateway in this process for tests: a home of its own, real sockets, and ways to speak to it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { WebSocket } from "ws";
import { createGateway, type Gateway, type GatewayOptions } from "../../../main/gateway/create-gateway.ts";
import { silentLog } from "../../../main/home/create-log.ts";
import { homeFolder } from "../../../main/home/home-folder.ts";
import { type LogEntry, logEntrySchema } from "../../../shared/events/tool-event.ts";

export const temporaryHome = () => {
  const path = mkdtempSync(join(tmpdir(), "signalbox-gateway-"));
  // A process that is just being killed may still make a file in it.
  return { home: homeFolder(path), remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 20 }) };
};

export type Home = ReturnType<typeof temporaryHome>;

/** Throws when the gateway does not start. Waits between attempts are nearly nothing. */
export async function startGateway(home: Home, options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const started = await createGateway({
    home: home.home,
    port: 0,
    ui: null,
    startDaemon: false,
    log: silentLog(),
    random: () => 0.02,
    ...options,
  });
  if (!started.ok) throw new Error(started.fault.message);
  const gateway = started.value;
  // A busy machine may need longer for its daemon than a request is made to wait.
  if (options.startDaemon === true) await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
  return gateway;
}

export interface Answer {
  status: number;
  text: string;
  headers: Headers;
  json(): unknown;
}

/** A request with the owner's token. */
export async function ask(gateway: Gateway, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(init.headers);
  if (!headers.has("authorization")) headers.set("authorization", `Bearer ${gateway.token}`);
  if (init.body !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
  const response = await fetch(gateway.url + path, { ...init, headers });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers, json: () => JSON.parse(text) };
}

export function socketTo(gateway: Gateway, path: string, protocol = "signalbox.v1", token = gateway.token): WebSocket {
  return new WebSocket(gateway.url.replace("http", "ws") + path, [protocol, `bearer.${token}`]);
}

export interface EventClient {
  readonly socket: WebSocket;
  readonly entries: LogEntry[];
  readonly gaps: { missed: number; from: number; to: number }[];
  readonly frames: string[];
  readonly statuses: string[];
  /** Resolves when `done` holds, looked at after every frame. Rejects when the socket closes before. */
  until(done: () => boolean): Promise<void>;
}

/** A client of `/ws/mcp/events` that checks and keeps all that comes. */
export function eventClient(gateway: Gateway, session: string, query = ""): EventClient {
  const socket = socketTo(gateway, `/ws/mcp/events?session_id=${session}${query}`);
  const client = {
    socket,
    entries: [] as LogEntry[],
    gaps: [] as { missed: number; from: number; to: number }[],
    frames: [] as string[],
    statuses: [] as string[],
  };
  const waiting = new Set<() => void>();
  socket.setMaxListeners(0);
  socket.on("message", (data) => {
    const text = String(data);
    client.frames.push(text);
    const frame = JSON.parse(text);
    for (const entry of frame.events ?? []) client.entries.push(logEntrySchema.parse(entry));
    if (frame.gap !== undefined) client.gaps.push(frame.gap);
    if (frame.status !== undefined) client.statuses.push(frame.status);
    for (const look of waiting) look();
  });
  return {
    ...client,
    until(done) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!done()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        socket.once("close", (code) => reject(new Error(`closed with ${code}`)));
        socket.once("error", reject);
        look();
      });
    },
  };
}

/** Status with which an upgrade is answered: 101, or the refusal's. */
export function upgradeStatus(
  url: string,
  path: string,
  headers: Record<string, string>,
  protocols: string[] = ["signalbox.v1"],
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace("http", "ws") + path, protocols, { headers });
    socket.on("open", () => {
      socket.terminate();
      resolve(101);
    });
    socket.on("unexpected-response", (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on("error", (error) => {
      if (!/closed before|hang up/.test(error.message)) reject(error);
    });
  });
}
