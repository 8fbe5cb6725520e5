/** Proves that a remote server that has forgotten our session is begun again, however it says so, and that nothing is carried out twice. */
import { createServer } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Json } from "../../../../test/support/daemon/mcp-agent.ts";
import { startDaemon } from "../../../../test/support/daemon/start-daemon.ts";
import { listen } from "../../../../test/support/listen.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

interface Refusal {
  status: number;
  body: string;
  type?: string;
}
const rpc = (code: number, message: string, id: unknown = null) =>
  JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } });

/** A server whose calls are counted, and that refuses what comes outside of its sessions in one way. */
async function start(refusal: (id: unknown) => Refusal) {
  let sessions = new Set<string>();
  const seen = { initialize: 0, calls: 0, refused: 0 };
  /** Refuses also in good sessions. */
  let ill: Refusal | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method !== "POST") return void response.writeHead(request.method === "DELETE" ? 200 : 405).end();
      const message = JSON.parse(Buffer.concat(chunks).toString()) as { id?: unknown; method: string; params: Json };
      const session = String(request.headers["mcp-session-id"]);
      const say = ({ status, body, type = "application/json" }: Refusal, headers = {}) =>
        void response.writeHead(status, { "content-type": type, ...headers }).end(body);
      const result = (value: Json, headers = {}) =>
        say({ status: 200, body: JSON.stringify({ jsonrpc: "2.0", id: message.id, result: value }) }, headers);
      if (message.method === "initialize") {
        seen.initialize += 1;
        if (ill !== undefined && ill.status >= 500) return say(ill);
        const id = `s${seen.initialize}`;
        sessions.add(id);
        const { protocolVersion } = message.params;
        return result(
          { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "h", version: "1" } },
          { "mcp-session-id": id },
        );
      }
      if (!sessions.has(session) || ill !== undefined) {
        seen.refused += 1;
        return say(ill ?? refusal(message.id));
      }
      if (message.id === undefined) return void response.writeHead(202).end();
      if (message.method === "tools/list") return result({ tools: [{ name: "go", inputSchema: { type: "object" } }] });
      if (message.method !== "tools/call") return result({});
      seen.calls += 1;
      result({ content: [{ type: "text", text: "done" }] });
    });
  });
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const daemon = await startDaemon({ one: { url: `${await listen(server)}/mcp` } });
  undo.push(() => daemon.stop());
  await daemon.settled();
  const agent = await daemon.agent();
  await agent.tool("go");
  return {
    agent,
    seen,
    forget: () => {
      sessions = new Set();
    },
    illWith: (how: Refusal | undefined) => {
      ill = how;
    },
    status: async () => ((await (await daemon.ask("/servers")).json()) as { servers: Json[] }).servers[0],
  };
}

const NOT_FOUND = "Session not found";
describe.each<[string, (id: unknown) => Refusal]>([
  ["404", () => ({ status: 404, body: NOT_FOUND })],
  ["404 with an error", () => ({ status: 404, body: rpc(-32001, NOT_FOUND) })],
  ["410", () => ({ status: 410, body: "Gone" })],
  ["400, as the SDKs say it", () => ({ status: 400, body: rpc(-32000, "Bad Request: No valid session ID provided") })],
  ["400, not initialised", () => ({ status: 400, body: rpc(-32000, "Bad Request: Server not initialized") })],
  ["400 without a word", () => ({ status: 400, body: "" })],
  ["400 with a page", () => ({ status: 400, body: "<h1>Bad Request</h1>", type: "text/html" })],
  ["401 that speaks of the session", () => ({ status: 401, body: rpc(-32000, "Unauthorized: unknown session") })],
  ["403 that speaks of the session", () => ({ status: 403, body: "invalid session id" })],
  ["422", () => ({ status: 422, body: rpc(-32000, "Invalid or expired session") })],
  ["500", () => ({ status: 500, body: '{"detail":"session does not exist"}' })],
  ["503", () => ({ status: 503, body: "No active session" })],
  ["an error in an answer", (id) => ({ status: 200, body: rpc(-32001, NOT_FOUND, id) })],
  ["an error in an answer, -32000", (id) => ({ status: 200, body: rpc(-32000, "Session expired", id) })],
])("a lost session that is told with %s", (_name, refusal) => {
  it("is begun again, and the call is carried out, once", async () => {
    const { agent, seen, forget, status } = await start(refusal);
    const before = { ...seen };
    forget();
    expect((await agent.tool("go")).result).toBeDefined();
    expect(seen.calls).toBe(before.calls + 1);
    expect(seen.initialize).toBe(before.initialize + 1);
    expect(await status()).toMatchObject({ state: "ready" });
  });
});

it("a request that is refused in a good session is not repeated, and its error reaches the agent as it is", async () => {
  const { agent, seen, illWith } = await start(() => ({ status: 404, body: "" }));
  illWith({ status: 400, body: rpc(-32602, "bad arguments", 3) });
  const before = { ...seen };
  const reply = await agent.tool("go");
  // Its id is not this request's: the status alone is the answer, once.
  expect(reply.error).toBeDefined();
  expect(seen.calls).toBe(before.calls);
  illWith(undefined);
  expect((await agent.tool("go")).result).toBeDefined();
});

it("400 for one request and again in a new session means the request: no third attempt, and no new session each time", async () => {
  const { agent, seen, illWith } = await start(() => ({ status: 404, body: "" }));
  const before = { ...seen };
  illWith({ status: 400, body: "no" });
  expect((await agent.tool("go")).error?.message).toContain("answered 400: no");
  expect(seen.initialize).toBeLessThanOrEqual(before.initialize + 2);
  expect(seen.calls).toBe(before.calls);
});

it.each([500, 502, 422, 401])(
  "%s for everything is not called ready, and works again once the server does",
  async (code) => {
    const { agent, seen, forget, illWith, status } = await start(() => ({ status: code, body: "" }));
    forget();
    illWith({ status: code, body: "broken" });
    const before = seen.calls;
    expect((await agent.tool("go")).error).toBeDefined();
    expect(seen.calls).toBe(before);
    if (code >= 500) await vi.waitFor(async () => expect(await status()).toMatchObject({ state: "failed" }));
    if (code === 401) {
      await vi.waitFor(async () => expect(await status()).toMatchObject({ state: "failed", sign_in: true }));
      return;
    }
    illWith(undefined);
    await vi.waitFor(async () => expect((await agent.tool("go")).result).toBeDefined(), {
      interval: 200,
    });
    await vi.waitFor(async () => expect(await status()).toMatchObject({ state: "ready" }));
  },
);
