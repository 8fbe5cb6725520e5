/** A thin client of MCP's stateless revision, for tests that must see each answer as it came. */
import { fetchAgain, type Json, type Rpc, readSse } from "./mcp-agent.ts";

export interface ModernAnswer {
  status: number;
  /** Everything that came, the answer last. */
  messages: Rpc[];
  /** The answer. */
  answer: Rpc;
}

export interface ModernAgent {
  request(method: string, params?: Json, how?: ModernRequest): Promise<ModernAnswer>;
  /** The answer of a tool, or the input that it wants. */
  tool(name: string, args?: Json, more?: Json): Promise<Json>;
  /** Resolves once the stream is there; what comes on it is added to `messages`. */
  open(method: string, params?: Json): Promise<{ messages: Rpc[]; close(): void; ended: Promise<void> }>;
}

export interface ModernRequest {
  id?: string | number;
  /** Instead of, or beside, those that belong to the request. */
  headers?: Record<string, string | undefined>;
  meta?: Json;
  signal?: AbortSignal;
}

const KEY = "io.modelcontextprotocol";

export function modernAgent(url: string, token: string, capabilities: Json = {}): ModernAgent {
  let count = 0;
  const post = (method: string, params: Json, { id, headers = {}, meta, signal }: ModernRequest) => {
    const own = {
      [`${KEY}/protocolVersion`]: "2026-07-28",
      [`${KEY}/clientInfo`]: { name: "modern-agent", version: "1" },
      [`${KEY}/clientCapabilities`]: capabilities,
      ...(params._meta as Json | undefined),
    };
    const name = params.name ?? params.uri;
    const all: Record<string, string | undefined> = {
      authorization: `Bearer ${token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      "mcp-name": typeof name === "string" ? name : undefined,
      ...headers,
    };
    count += 1;
    return fetchAgain(`${url}/mcp`, {
      method: "POST",
      headers: Object.fromEntries(
        Object.entries(all).filter((header): header is [string, string] => header[1] !== undefined),
      ),
      body: JSON.stringify({ jsonrpc: "2.0", id: id ?? count, method, params: { ...params, _meta: meta ?? own } }),
      ...(signal !== undefined && { signal }),
    });
  };
  const request: ModernAgent["request"] = async (method, params = {}, how = {}) => {
    const response = await post(method, params, how);
    const messages: Rpc[] = [];
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      await readSse(response, (message) => messages.push(message));
    } else messages.push((await response.json()) as Rpc);
    const answer = messages.at(-1);
    if (answer === undefined) throw new Error(`no answer to ${method}`);
    return { status: response.status, messages, answer };
  };
  return {
    request,
    async tool(name, args = {}, more = {}) {
      const { answer } = await request("tools/call", { name, arguments: args, ...more });
      return answer.result ?? { error: answer.error };
    },
    async open(method, params = {}) {
      const abort = new AbortController();
      const response = await post(method, params, { signal: abort.signal });
      const messages: Rpc[] = [];
      const ended = readSse(response, (message) => messages.push(message)).catch(() => {});
      return { messages, close: () => abort.abort(), ended };
    },
  };
}
