/** Proves that servers of the older HTTP+SSE transport work, and that a hostile one gets nothing that is not its own. */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Json, Rpc } from "../../../../test/support/daemon/mcp-agent.ts";
import { startSseUpstream } from "../../../../test/support/daemon/sse-upstream.ts";
import { startDaemon } from "../../../../test/support/daemon/start-daemon.ts";
import { freePort, listen } from "../../../../test/support/listen.ts";
import type { RpcId, RpcMessage } from "../../rpc/message.ts";
import { request } from "../../rpc/message.ts";
import type { LinkFault } from "../connection/link.ts";
import { openSseLink } from "./sse-link.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
const EVERYTHING = fileURLToPath(
  new URL("../../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js", import.meta.url),
);
const text = ({ result }: Rpc) => (result?.content as { text: string }[] | undefined)?.[0]?.text;

async function old() {
  const upstream = await startSseUpstream();
  undo.push(upstream.stop);
  return upstream;
}
async function daemonWith(servers: Record<string, Json>) {
  const daemon = await startDaemon(servers);
  undo.push(() => daemon.stop());
  await daemon.settled();
  return daemon;
}
const stateOf = async (daemon: Awaited<ReturnType<typeof daemonWith>>) =>
  ((await (await daemon.ask("/servers")).json()) as { servers: Json[] }).servers[0];

describe("a server that speaks HTTP+SSE alone", () => {
  it.each<[string, Json]>([
    ["by its type", { type: "sse" }],
    ["by its refusal of Streamable HTTP", {}],
  ])("of other people is found out %s, and works: calls, progress, what it asks", async (_how, entry) => {
    const port = await freePort();
    const server = spawn(process.execPath, [EVERYTHING, "sse"], {
      env: { ...process.env, PORT: String(port) },
      stdio: ["ignore", "ignore", "pipe"],
    });
    undo.push(() => server.kill());
    await new Promise<void>((resolve) =>
      server.stderr.on("data", (chunk: Buffer) => String(chunk).includes("is running") && resolve()),
    );
    const daemon = await daemonWith({ everything: { url: `http://127.0.0.1:${port}/sse`, ...entry } });
    expect(await stateOf(daemon)).toMatchObject({ state: "ready", transport: "http" });
    const agent = await daemon.agent(
      {},
      {
        capabilities: { sampling: {} },
        onRequest: () => ({ role: "assistant", content: { type: "text", text: "asked over SSE" }, model: "m" }),
      },
    );
    expect(text(await agent.tool("echo", { message: "old" }))).toBe("Echo: old");
    const steps = { name: "trigger-long-running-operation", arguments: { duration: 0.4, steps: 2 } };
    const messages = await agent.request("tools/call", { ...steps, _meta: { progressToken: "p" } });
    expect(messages.filter(({ method }) => method === "notifications/progress").length).toBeGreaterThan(0);
    const sampled = await agent.tool("trigger-sampling-request", { prompt: "x", maxTokens: 5 });
    expect(text(sampled)).toContain("asked over SSE");
  });

  it.each([400, 404, 405, 406, 415, 422, 501])("is found out by a refusal with %i", async (status) => {
    const upstream = await old();
    upstream.refusal = { status, body: "no" };
    const daemon = await daemonWith({ one: { url: upstream.url } });
    expect(text(await (await daemon.agent()).tool("go"))).toBe("done");
  });

  it("gets the headers of its entry with the stream and with each message, and the revision once it is settled", async () => {
    const upstream = await old();
    const streams: unknown[] = [];
    upstream.streamRefusal = (headers) => void streams.push(headers["x-api-key"]);
    const daemon = await daemonWith({
      one: { url: upstream.url, type: "sse", headers: { "X-Api-Key": "key-of-old" } },
    });
    await (await daemon.agent()).tool("go");
    expect(new Set(streams)).toEqual(new Set(["key-of-old"]));
    expect(new Set(upstream.posted.map(({ headers }) => headers["x-api-key"]))).toEqual(new Set(["key-of-old"]));
    const call = upstream.posted.find(({ message }) => message.method === "tools/call");
    expect(call?.headers["mcp-protocol-version"]).toBe("2024-11-05");
    // Its type says that nothing else needs to be tried.
    expect(upstream.posted.some(({ path }) => path.startsWith("/sse"))).toBe(false);
  });

  it("that wants a sign-in says so, also where only the older transport does", async () => {
    const upstream = await old();
    upstream.streamRefusal = () => ({ status: 401, headers: { "www-authenticate": "Bearer" } });
    for (const entry of [{ type: "sse" }, {}]) {
      const daemon = await daemonWith({ one: { url: upstream.url, ...entry } });
      expect(await stateOf(daemon)).toMatchObject({ state: "failed", sign_in: true, reason: "wants a sign-in (401)" });
    }
  });

  it("whose stream ends is begun again; what was under way is lost and never sent twice", async () => {
    const upstream = await old();
    const daemon = await daemonWith({ one: { url: upstream.url, type: "sse" } });
    const agent = await daemon.agent();
    await agent.tool("go");
    upstream.answers = false;
    const before = upstream.calls;
    const open = agent.tool("go");
    await vi.waitFor(() => expect(upstream.calls).toBe(before + 1));
    upstream.endStreams();
    expect((await open).error).toMatchObject({
      message: "MCP server “one” closed its HTTP+SSE stream",
      data: { code: "outcome-unknown" },
    });
    upstream.answers = true;
    expect(text(await agent.tool("go"))).toBe("done");
    expect(upstream.calls).toBe(before + 2);
  });

  it("that names no session of ours any more is begun again for the call", async () => {
    const upstream = await old();
    const daemon = await daemonWith({ one: { url: upstream.url, type: "sse" } });
    const agent = await daemon.agent();
    await agent.tool("go");
    const opened = upstream.opened;
    // Its sessions are gone, but a proxy between keeps the stream.
    upstream.forget();
    expect(text(await agent.tool("go"))).toBe("done");
    expect(upstream.opened).toBe(opened + 1);
  });
});

describe("a server that is neither", () => {
  it("is told with its first refusal, and what may be wrong with the address", async () => {
    const server = createServer((_request, response) => void response.writeHead(404).end("<html>nothing</html>"));
    undo.push(() => server.close());
    const url = `${await listen(server)}/sse`;
    expect(await stateOf(await daemonWith({ one: { url } }))).toMatchObject({
      reason: expect.stringMatching(/^answered 404: <html>.* \(neither Streamable HTTP nor HTTP\+SSE there; /),
    });
    expect(await stateOf(await daemonWith({ one: { url, type: "sse" } }))).toMatchObject({
      reason: expect.stringMatching(/no HTTP\+SSE there/),
    });
  });

  it("that refuses for another reason is not asked for a stream", async () => {
    const upstream = await old();
    for (const status of [403, 413, 429, 500, 503]) {
      upstream.refusal = { status };
      expect((await stateOf(await daemonWith({ one: { url: upstream.url } })))?.reason).toContain(`${status}`);
    }
    upstream.refusal = {
      status: 400,
      type: "application/json",
      body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32022,"message":"no","data":{"supported":["2026-07-28"]}}}',
    };
    expect((await stateOf(await daemonWith({ one: { url: upstream.url } })))?.reason).toContain(
      "speaks only MCP revision",
    );
    expect(upstream.opened).toBe(0);
  });
});

describe("a hostile server of HTTP+SSE", () => {
  /** The fate of one `initialize`. */
  async function fate(endpoint: string | undefined, endpointMs = 300) {
    const upstream = await old();
    upstream.endpoint = () => endpoint;
    const told: { messages: RpcMessage[]; lost: [RpcId, LinkFault][] } = { messages: [], lost: [] };
    const link = openSseLink(
      { url: upstream.url, headers: () => ({ authorization: "Bearer SECRET" }) },
      {
        message: (message) => told.messages.push(message),
        unanswered: (id, fault) => told.lost.push([id, fault]),
        closed() {},
      },
      { endpointMs },
    );
    undo.push(() => link.close());
    await link.send(request(1, "initialize", { protocolVersion: "2025-11-25" }));
    return { ...told, posted: upstream.posted };
  }

  it("A31: cannot have messages, and the credentials with them, sent to another origin", async () => {
    let asked = 0;
    const thief = createServer((_request, response) => {
      asked += 1;
      response.writeHead(202).end();
    });
    undo.push(() => thief.close());
    const other = await listen(thief);
    const { host, port } = new URL(other);
    for (const endpoint of [
      `${other}/steal`,
      `//${host}/steal`,
      `/\\${host}/steal`,
      `\\\\${host}/steal`,
      `http:\\\\${host}\\steal`,
      `http://localhost:${port}/steal`,
      `https://127.0.0.1:${port}/steal`,
      "javascript:alert(1)",
      "file:///etc/passwd",
      "http://",
      "x".repeat(9_000),
    ]) {
      const { lost, posted } = await fate(endpoint);
      expect(lost, endpoint).toMatchObject([[1, { reason: expect.stringContaining("not at its own address") }]]);
      expect(posted).toEqual([]);
    }
    expect(asked).toBe(0);
  });

  it("that names no endpoint is waited for no longer than a moment", async () => {
    expect((await fate(undefined, 100)).lost).toMatchObject([
      [1, { reason: "opened no HTTP+SSE stream with an endpoint within 0.1 s", undelivered: true }],
    ]);
  });

  it("that ends each stream at once is asked again ever more rarely", async () => {
    const upstream = await old();
    const daemon = await daemonWith({ one: { url: upstream.url, type: "sse" } });
    await (await daemon.agent()).tool("go");
    const before = upstream.opened;
    const began = performance.now();
    const cut = setInterval(() => upstream.endStreams(), 10);
    undo.push(() => clearInterval(cut));
    await vi.waitFor(() => expect(upstream.opened).toBeGreaterThanOrEqual(before + 2), {
      timeout: 30_000,
      interval: 5,
    });
    // A second before each at the least.
    expect(performance.now() - began).toBeGreaterThan(1_900);
  });

  it("sends events of other names, nonsense and a second endpoint, and nothing comes of them", async () => {
    const upstream = await old();
    const daemon = await daemonWith({ one: { url: upstream.url, type: "sse" } });
    const agent = await daemon.agent();
    await agent.tool("go");
    upstream.write("event: endpoint\ndata: /elsewhere\n\nevent: ping\ndata: 1\n\ndata: {\n\ndata:\n\n: comment\n\n");
    expect(text(await agent.tool("go"))).toBe("done");
    expect(upstream.posted.some(({ path }) => path.startsWith("/elsewhere"))).toBe(false);
  });
});
