/** A gateway that follows a script: real HTTP and WebSockets on loopback, speaking shared/protocol, saying what a scene says. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";
import { deviceName, pageProof } from "../../../main/home/proofs.ts";
import type { AppFrame } from "../../../shared/protocol/app-frames.ts";
import { type EventServerFrame, eventServerFrameSchema } from "../../../shared/protocol/event-frames.ts";
import { SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { respond } from "./respond.ts";
import type { Scene } from "./scene.ts";

export const SCRIPTED_TOKEN = "scripted-gateway-token-0123456789abcdef";

export interface ScriptedGateway {
  readonly url: string;
  /** What the page asked over HTTP, for assertions. */
  readonly requests: { method: string; path: string; body: string }[];
  /** What the page typed into terminals, and its other frames. */
  readonly typed: string[];
  readonly terminalFrames: string[];
  setScene(scene: Scene): void;
  sendApp(frame: AppFrame): void;
  sendEvents(session: string, frame: EventServerFrame): void;
  sendTerminal(session: string, data: string | Uint8Array): void;
  /** Closes every socket of a kind, as when the gateway dies. */
  drop(kind: "app" | "events" | "terminal"): void;
  dispose(): Promise<void>;
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
/** The same policy as the real gateway's: a page that needs more fails here too. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; media-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `ui` is the folder of the built page. */
export async function startScriptedGateway(ui: string, first: Scene): Promise<ScriptedGateway> {
  let scene = first;
  /** Sockets that were closed because the scene drops them: those after the first do not last, so that the loss can be looked at. */
  let dropped = 0;
  const requests: ScriptedGateway["requests"] = [];
  const typed: string[] = [];
  const terminalFrames: string[] = [];
  const sockets: Record<"app" | "events" | "terminal", Map<WebSocket, string>> = {
    app: new Map(),
    events: new Map(),
    terminal: new Map(),
  };

  const http = createServer((request, response) => void answer(request, response));
  const upgrades = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (!url.pathname.startsWith("/api/") && url.pathname !== "/pair") return serveFile(url.pathname, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    requests.push({ method: request.method ?? "", path: url.pathname + url.search, body });
    const send = (status: number, value: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (url.pathname === "/pair") {
      if (request.headers["x-pairing-code"] === "123456") return send(200, { token: SCRIPTED_TOKEN });
      return send(401, {
        error: { code: "wrong-code", message: "That code isn't right.", hint: "Codes work once and for five minutes." },
      });
    }
    if (url.pathname === "/api/v1/proof") {
      const hash = createHash("sha256").update(SCRIPTED_TOKEN).digest("hex");
      const { port } = http.address() as AddressInfo;
      if (url.searchParams.get("device") === deviceName(hash))
        return send(200, { port_proof: pageProof(hash, url.searchParams.get("nonce") ?? "", port) });
      return send(404, { error: { code: "unknown-device", message: "This browser isn't known here." } });
    }
    if (request.headers.authorization !== `Bearer ${SCRIPTED_TOKEN}`) {
      return send(401, { error: { code: "unauthorized", message: "The token isn't known here." } });
    }
    const [status, value] = respond(scene, request.method ?? "GET", url, body);
    send(status, value);
  }

  async function serveFile(path: string, response: ServerResponse): Promise<void> {
    const file = extname(path) === "" ? "/index.html" : normalize(path);
    try {
      const bytes = await readFile(join(ui, file));
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "content-security-policy": CSP,
        // Their names change with what is in them, as at the real gateway.
        ...(path.startsWith("/assets/") && { "cache-control": "public, max-age=31536000, immutable" }),
      });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }

  http.on("upgrade", (request, socket, head) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (!(request.headers["sec-websocket-protocol"] ?? "").includes(`bearer.${SCRIPTED_TOKEN}`)) {
      socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (client) => open(url, client));
  });

  function open(url: URL, client: WebSocket): void {
    const id = url.searchParams.get("session_id") ?? "";
    const kind = url.pathname === "/ws/app" ? "app" : url.pathname === "/ws/terminal" ? "terminal" : "events";
    sockets[kind].set(client, id);
    client.on("close", () => sockets[kind].delete(client));
    if (kind === "app")
      client.send(
        JSON.stringify({
          type: "snapshot",
          app: { ...scene.app, now: new Date().toISOString() },
          me: scene.me ?? { kind: "owner", scope: "full" },
        }),
      );
    if (kind === "events") {
      const after = Number(url.searchParams.get("after") ?? 0);
      for (const frame of scene.events[id] ?? [{ status: "live" } as const]) {
        const fresh = "events" in frame ? { events: frame.events.filter((entry) => entry.seq > after) } : frame;
        if (!("events" in fresh) || fresh.events.length > 0) client.send(JSON.stringify(fresh));
      }
    }
    if (kind === "terminal") openTerminal(url, id, client);
    if (scene.drop === kind) {
      setTimeout(() => client.close(1001), dropped === 0 ? 400 : 0);
      dropped += 1;
    }
  }

  function openTerminal(url: URL, id: string, client: WebSocket): void {
    const terminal = scene.terminals[id];
    const cols = Number(url.searchParams.get("cols") ?? 80);
    const rows = Number(url.searchParams.get("rows") ?? 24);
    client.send(JSON.stringify({ type: "ready", cols, rows, title: "" }));
    const began_at = "2026-01-01T00:00:00.000Z";
    client.send(
      JSON.stringify({
        type: "snapshot",
        data: terminal?.screen(cols) ?? "",
        cols,
        rows,
        began_at,
        marks: [],
        prompts: terminal?.prompts ?? [],
      }),
    );
    if (terminal?.exit !== undefined) client.send(JSON.stringify({ type: "exit", ...terminal.exit }));
    if (terminal?.error !== undefined) client.send(JSON.stringify({ type: "error", ...terminal.error }));
    client.on("message", (data: Buffer, binary: boolean) => {
      if (binary) typed.push(data.toString());
      else terminalFrames.push(data.toString());
    });
  }

  const to = (kind: "events" | "terminal", session: string, data: string | Uint8Array) => {
    for (const [client, id] of sockets[kind]) if (id === session) client.send(data);
  };

  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    typed,
    terminalFrames,
    setScene(next) {
      scene = next;
      dropped = 0;
    },
    sendApp(frame) {
      for (const client of sockets.app.keys()) client.send(JSON.stringify(frame));
    },
    sendEvents: (session, frame) => to("events", session, JSON.stringify(eventServerFrameSchema.parse(frame))),
    sendTerminal: (session, data) => to("terminal", session, data),
    drop(kind) {
      for (const client of sockets[kind].keys()) client.terminate();
    },
    async dispose() {
      for (const kind of ["app", "events", "terminal"] as const)
        for (const client of sockets[kind].keys()) client.terminate();
      upgrades.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
