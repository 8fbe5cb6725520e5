/** Plays an MCP server of the HTTP+SSE transport (2024-11-05) in this process whose manners a test decides. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { listen } from "../listen.ts";

type Json = Record<string, unknown>;

export interface SseUpstream {
  /** Of the stream. */
  url: string;
  /** Streams that were opened. */
  opened: number;
  /** What came by POST, in order. */
  posted: { path: string; headers: IncomingHttpHeaders; message: Json }[];
  /** Calls that were carried out. */
  calls: number;
  /** What the endpoint event of the next streams says; `undefined` for none. */
  endpoint: (session: string) => string | undefined;
  /** Answers to the next POSTs at the stream's own address. */
  refusal: { status: number; body?: string; type?: string };
  /** What a request for the stream is answered with instead of a stream. */
  streamRefusal:
    | ((headers: IncomingHttpHeaders) => { status: number; headers?: Record<string, string> } | undefined)
    | undefined;
  /** Whether calls are answered. */
  answers: boolean;
  /** Ends all streams, and so all sessions. */
  endStreams(): void;
  /** Forgets all sessions, while their streams stay open. */
  forget(): void;
  /** Writes this on all streams. */
  write(text: string): void;
  stop(): void;
}

export async function startSseUpstream(): Promise<SseUpstream> {
  const streams = new Map<string, ServerResponse>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
    if (request.method === "GET") {
      const refused = upstream.streamRefusal?.(request.headers);
      if (refused !== undefined) return void response.writeHead(refused.status, refused.headers).end();
      upstream.opened += 1;
      const session = `s${upstream.opened}`;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      const endpoint = upstream.endpoint(session);
      if (endpoint !== undefined) response.write(`event: endpoint\ndata: ${endpoint}\n\n`);
      streams.set(session, response);
      response.once("close", () => streams.delete(session));
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const message = JSON.parse(Buffer.concat(chunks).toString()) as Json;
      upstream.posted.push({ path: request.url ?? "", headers: request.headers, message });
      if (pathname === "/sse") {
        const { status, body = "", type = "text/html" } = upstream.refusal;
        return void response.writeHead(status, { "content-type": type }).end(body);
      }
      const stream = streams.get(searchParams.get("session") ?? "");
      if (stream === undefined) return void response.writeHead(404).end("Session not found");
      response.writeHead(202).end("Accepted");
      const result = answerTo(message);
      if (message.method === "tools/call") upstream.calls += 1;
      if (result === undefined || (message.method === "tools/call" && !upstream.answers)) return;
      const token = ((message.params as Json | undefined)?._meta as Json | undefined)?.progressToken;
      if (message.method === "tools/call" && token !== undefined) {
        say(stream, { method: "notifications/progress", params: { progressToken: token, progress: 1, total: 2 } });
      }
      say(stream, { id: message.id, result });
    });
  });
  const say = (stream: ServerResponse, message: Json) =>
    stream.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
  const upstream: SseUpstream = {
    url: `${await listen(server)}/sse`,
    opened: 0,
    posted: [],
    calls: 0,
    endpoint: (session) => `/messages?session=${session}`,
    refusal: { status: 405 },
    streamRefusal: undefined,
    answers: true,
    endStreams() {
      for (const stream of streams.values()) stream.end();
    },
    forget: () => streams.clear(),
    write(text) {
      for (const stream of streams.values()) stream.write(text);
    },
    stop: () => void server.close().closeAllConnections(),
  };
  return upstream;
}

function answerTo({ id, method }: Json): Json | undefined {
  if (id === undefined) return undefined;
  if (method === "initialize") {
    return {
      protocolVersion: "2024-11-05",
      capabilities: { tools: {} },
      serverInfo: { name: "old", version: "1" },
    };
  }
  if (method === "tools/list") return { tools: [{ name: "go", inputSchema: { type: "object" } }] };
  if (method === "tools/call") return { content: [{ type: "text", text: "done" }] };
  return {};
}
