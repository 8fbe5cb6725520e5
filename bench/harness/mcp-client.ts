/** The two clients that call `echo`: the SDK's, as agents use it, and a thin one that shows what the server side costs. */
import { Agent, request } from "node:http";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { now } from "./clock.ts";
import { createLatencies } from "./latency.ts";
import type { Sample } from "./rounds.ts";

export interface McpClient {
  /** One `tools/call`. Throws when the answer is not the text that was sent. */
  call(text: string): Promise<void>;
  close(): Promise<void>;
}

export interface Endpoint {
  url: string;
  headers: Record<string, string>;
}

/** The tool as this endpoint names it: a proxy may put a prefix before it. */
async function toolName(client: Client): Promise<string> {
  const { tools } = await client.listTools();
  const found = tools.find(({ name }) => name === "echo" || name.endsWith("echo"));
  if (found === undefined) throw new Error(`no tool "echo" among ${tools.map(({ name }) => name).join(", ")}`);
  return found.name;
}

export async function openSdkClient(endpoint: Endpoint): Promise<McpClient> {
  const client = new Client({ name: "bench", version: "1.0.0" });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(endpoint.url), { requestInit: { headers: endpoint.headers } }),
  );
  const name = await toolName(client);
  return {
    async call(text) {
      const { content } = await client.callTool({ name, arguments: { text } });
      const [first] = Array.isArray(content) ? content : [];
      if (first?.type !== "text" || first.text !== text) throw new Error("the answer is not what was sent");
    },
    close: () => client.close(),
  };
}

/** Plain HTTP on kept connections: posts prepared JSON, looks for the text in the answer. */
export async function openThinClient(endpoint: Endpoint, connections: number): Promise<McpClient> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const plain = {
    ...endpoint.headers,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  const clientInfo = { name: "bench", version: "1.0.0" };
  const begun = await post(agent, endpoint.url, plain, {
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo },
  });
  const headers = {
    ...plain,
    ...(begun.session === undefined ? {} : { "mcp-session-id": begun.session }),
    "mcp-protocol-version": "2025-06-18",
  };
  await post(agent, endpoint.url, headers, { jsonrpc: "2.0", method: "notifications/initialized" });
  const listed = await post(agent, endpoint.url, headers, { jsonrpc: "2.0", id: 1, method: "tools/list" });
  const name = /"name":\s*"([^"]*echo)"/.exec(listed.body)?.[1];
  if (name === undefined) throw new Error(`no tool "echo" in ${listed.body.slice(0, 200)}`);
  let id = 1;
  return {
    async call(text) {
      id += 1;
      const message = { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: { text } } };
      const { body } = await post(agent, endpoint.url, headers, message);
      if (!body.includes(text)) throw new Error(`the answer is not what was sent: ${body.slice(0, 200)}`);
    },
    async close() {
      agent.destroy();
    },
  };
}

interface Answer {
  session: string | undefined;
  body: string;
}

function post(agent: Agent, url: string, headers: Record<string, string>, message: object): Promise<Answer> {
  const body = JSON.stringify(message);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: "POST",
      agent,
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        if ((response.statusCode ?? 500) >= 400)
          return reject(new Error(`${response.statusCode} ${text.slice(0, 200)}`));
        const session = response.headers["mcp-session-id"];
        resolve({ session: typeof session === "string" ? session : undefined, body: text });
      });
    });
    sent.end(body);
  });
}

/** `calls` calls, `atOnce` of them under way at any moment. */
export async function callMany(client: McpClient, calls: number, atOnce: number): Promise<Sample> {
  const latencies = createLatencies();
  let next = 0;
  const worker = async () => {
    while (next < calls) {
      next += 1;
      const begin = now();
      await client.call(`call ${next} of ${calls}`);
      latencies.record(now() - begin);
    }
  };
  const begin = now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  return {
    "calls/s": calls / ((now() - begin) / 1000),
    p50: latencies.percentiles().p50,
    p99: latencies.percentiles().p99,
  };
}
