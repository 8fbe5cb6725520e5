/** An MCP server over HTTP in this process whose answers a test decides, and that can go away and come back. */
import { createServer, type Server, type ServerResponse } from "node:http";

type Json = Record<string, unknown>;
export interface Call {
  name: string;
  args: Json;
  key: string | undefined;
  headers: Record<string, string | string[] | undefined>;
}

/** What becomes of a call: a result, or whatever the function does with the response. */
export type Behaviour = (call: Call, respond: { result(result: Json): void; raw: ServerResponse }) => void;

export interface HttpUpstream {
  url: string;
  /** What it lists; may be changed between lists. */
  tools: Json[];
  /** Calls that reached it, in order. */
  calls: Call[];
  behave(how: Behaviour): void;
  down(): Promise<void>;
  up(): Promise<void>;
  /** Whether it keeps a stream open for what belongs to no request. */
  streams: boolean;
  /** Ends those streams, and nothing else. */
  endStreams(): void;
  /** Answers who asks for the rest of a stream; without it, 405. */
  resume: ((lastEventId: string, response: ServerResponse) => void) | undefined;
  /** Forgets all MCP sessions, as a server does that was restarted. */
  forgetSessions(): void;
  /** Initialise requests seen. */
  initialized: number;
  /** Id of the request that came last. */
  lastId: unknown;
  /** Paths and queries that were asked for. */
  targets: Set<string>;
}

export const succeed: Behaviour = (call, { result }) =>
  result({ content: [{ type: "text", text: `${call.name} done` }] });
export const status =
  (code: number): Behaviour =>
  (_call, { raw }) =>
    void raw.writeHead(code).end("no");
/** Carries the call out and loses the answer. */
export const loseAnswer: Behaviour = (_call, { raw }) => void raw.destroy();

export async function startHttpUpstream(
  tools: Json[],
  allow: (headers: Call["headers"]) => boolean = () => true,
): Promise<HttpUpstream> {
  const sessions = new Set<string>();
  let behaviour: Behaviour = succeed;
  let port = 0;
  let server: Server | undefined;
  let count = 0;
  const streams = new Set<ServerResponse>();
  const upstream: HttpUpstream = {
    url: "",
    tools,
    calls: [],
    initialized: 0,
    lastId: undefined,
    targets: new Set(),
    streams: false,
    resume: undefined,
    endStreams() {
      for (const stream of streams) stream.end();
    },
    behave(how) {
      behaviour = how;
    },
    down: () =>
      new Promise((resolve) => {
        server?.close(() => resolve());
        server?.closeAllConnections();
      }),
    up: () =>
      new Promise((resolve) => {
        server = createServer((request, response) => {
          upstream.targets.add(request.url ?? "");
          const chunks: Buffer[] = [];
          request.on("data", (chunk: Buffer) => chunks.push(chunk));
          request.on("end", () =>
            handle(Buffer.concat(chunks).toString(), request.headers, request.method ?? "", response),
          );
        });
        server.listen(port, "127.0.0.1", () => {
          const address = server?.address();
          port = typeof address === "object" && address !== null ? address.port : port;
          resolve();
        });
      }),
    forgetSessions: () => sessions.clear(),
  };
  const handle = (body: string, headers: Call["headers"], method: string, response: ServerResponse) => {
    if (!allow(headers)) return void response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    if (method === "GET" && upstream.streams) {
      if (!sessions.has(String(headers["mcp-session-id"]))) return void response.writeHead(404).end();
      streams.add(response.writeHead(200, { "content-type": "text/event-stream" }));
      response.write(": open\n\n");
      return void response.once("close", () => streams.delete(response));
    }
    const lastEventId = headers["last-event-id"];
    if (method === "GET" && typeof lastEventId === "string" && upstream.resume !== undefined)
      return upstream.resume(lastEventId, response);
    if (method !== "POST") return void response.writeHead(method === "DELETE" ? 200 : 405).end();
    const message = JSON.parse(body) as { id?: unknown; method: string; params?: Json };
    upstream.lastId = message.id ?? upstream.lastId;
    const result = (value: Json, extra: Record<string, string> = {}) => {
      response.writeHead(200, { "content-type": "application/json", ...extra });
      response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, result: value }));
    };
    if (message.method === "initialize") {
      upstream.initialized += 1;
      count += 1;
      sessions.add(`s${count}`);
      const serverInfo = { name: "http-upstream", version: "1" };
      const version = message.params?.protocolVersion;
      return result(
        { protocolVersion: version, capabilities: { tools: {} }, serverInfo },
        { "mcp-session-id": `s${count}` },
      );
    }
    if (!sessions.has(String(headers["mcp-session-id"]))) return void response.writeHead(404).end("Session not found");
    if (message.id === undefined) return void response.writeHead(202).end();
    if (message.method === "tools/list") return result({ tools });
    if (message.method !== "tools/call") return result({});
    const params = message.params as { name: string; arguments?: Json; _meta?: { idempotencyKey?: string } };
    const call = { name: params.name, args: params.arguments ?? {}, key: params._meta?.idempotencyKey, headers };
    upstream.calls.push(call);
    behaviour(call, { result, raw: response });
  };
  await upstream.up();
  upstream.url = `http://127.0.0.1:${port}/mcp`;
  return upstream;
}
