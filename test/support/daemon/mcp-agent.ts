/** A thin MCP client over plain HTTP, for tests that must see every message on the stream that it came on. */
import { createParser } from "eventsource-parser";

export type Json = Record<string, unknown>;
export interface Rpc {
  id?: string | number;
  method?: string;
  params?: Json;
  result?: Json;
  error?: { code: number; message: string; data?: Json };
}

export interface McpAgent {
  readonly url: string;
  readonly token: string;
  readonly mcpSession: string;
  readonly initialized: Json;
  /** Sends a request; gives every message of its own stream, the answer last. Server requests on it are answered by `onRequest`. */
  request(method: string, params?: Json, id?: string | number): Promise<Rpc[]>;
  /** The answer alone. */
  call(method: string, params?: Json, id?: string | number): Promise<Rpc>;
  tool(name: string, args?: Json, meta?: Json): Promise<Rpc>;
  notify(method: string, params?: Json): Promise<number>;
  /** Everything that comes on the standalone stream, from now on. */
  listen(): Promise<{ messages: Rpc[]; close(): void }>;
  raw(init: { method?: string; body?: string; headers?: Record<string, string> }): Promise<Response>;
  end(): Promise<number>;
}

export interface AgentOptions {
  protocolVersion?: string;
  capabilities?: Json;
  /** How the agent answers requests of servers; without a result it does not. */
  onRequest?: (message: Rpc) => Json | undefined;
}

export async function connectAgent(url: string, token: string, options: AgentOptions = {}): Promise<McpAgent> {
  const { protocolVersion = "2025-11-25", capabilities = {}, onRequest = () => ({}) } = options;
  const own: Record<string, string> = {};
  let count = 0;

  const raw: McpAgent["raw"] = ({ method = "POST", body, headers = {} }) =>
    fetchAgain(`${url}/mcp`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json, text/event-stream",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...own,
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
  const post = (message: Json) => raw({ body: JSON.stringify({ jsonrpc: "2.0", ...message }) });
  const onMessage = (message: Rpc) => {
    if (message.method === undefined || message.id === undefined) return;
    const result = onRequest(message);
    // An answer that nobody waits for any more may come after the daemon's end.
    if (result !== undefined) post({ id: message.id, result }).catch(() => {});
  };
  const request: McpAgent["request"] = async (method, params, id = ++count) => {
    const response = await post({ id, method, ...(params !== undefined && { params }) });
    const messages: Rpc[] = [];
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      await readSse(response, (message) => {
        messages.push(message);
        onMessage(message);
      });
    } else messages.push((await response.json()) as Rpc);
    return messages;
  };
  const call: McpAgent["call"] = async (method, params, id) => {
    const last = (await request(method, params, id)).at(-1);
    if (last === undefined) throw new Error(`no answer to ${method}`);
    return last;
  };

  const response = await post({
    id: "init",
    method: "initialize",
    params: { protocolVersion, capabilities, clientInfo: { name: "test-agent", version: "1" } },
  });
  if (!response.ok) throw new Error(`initialize: ${response.status} ${await response.text()}`);
  const mcpSession = response.headers.get("mcp-session-id") ?? "";
  own["mcp-session-id"] = mcpSession;
  own["mcp-protocol-version"] = protocolVersion;
  let initialized: Json = {};
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
    await readSse(response, (message) => {
      initialized = message.result ?? initialized;
    });
  } else initialized = ((await response.json()) as Rpc).result ?? {};
  await post({ method: "notifications/initialized" });

  return {
    url,
    token,
    mcpSession,
    initialized,
    request,
    call,
    raw,
    tool: (name, args = {}, meta) =>
      call("tools/call", { name, arguments: args, ...(meta !== undefined && { _meta: meta }) }),
    notify: async (method, params) => (await post({ method, ...(params !== undefined && { params }) })).status,
    async listen() {
      const abort = new AbortController();
      const stream = await fetch(`${url}/mcp`, {
        headers: { authorization: `Bearer ${token}`, accept: "text/event-stream", ...own },
        signal: abort.signal,
      });
      const messages: Rpc[] = [];
      readSse(stream, (message) => {
        messages.push(message);
        onMessage(message);
      }).catch(() => {});
      return { messages, close: () => abort.abort() };
    },
    end: async () => (await raw({ method: "DELETE" })).status,
  };
}

/** Kept connections to a server that was started again fail once each; such a request has not been sent. */
export async function fetchAgain(url: string, init: RequestInit, attempts = 8): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause = String((error as { cause?: unknown }).cause);
    if (attempts === 0 || !/other side closed|ECONNRESET/.test(cause)) throw error;
    return fetchAgain(url, init, attempts - 1);
  }
}

/** Calls `onMessage` with each event's JSON until the stream ends. */
export async function readSse(response: Response, onMessage: (message: Rpc, id?: string) => void): Promise<void> {
  const parser = createParser({
    onEvent: (event) => {
      if (event.data !== "") onMessage(JSON.parse(event.data), event.id);
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
}

/** Reads a session's tool events until `until` is satisfied, then hangs up. */
export async function readEvents(
  url: string,
  session: string,
  token: string,
  until: (events: Json[]) => boolean,
  lastEventId?: string,
): Promise<{ events: Json[]; ids: string[] }> {
  const abort = new AbortController();
  const events: Json[] = [];
  const ids: string[] = [];
  const response = await fetch(`${url}/session/${session}/events`, {
    headers: { authorization: `Bearer ${token}`, ...(lastEventId !== undefined && { "last-event-id": lastEventId }) },
    signal: abort.signal,
  });
  if (!response.ok) throw new Error(`events: ${response.status}`);
  await readSse(response, (event, id) => {
    events.push(event as Json);
    if (id !== undefined) ids.push(id);
    if (until(events)) abort.abort();
  }).catch(() => {});
  return { events, ids };
}
