/** Proves client tools from end to end: an agent's call reaches the program that holds the token, and nobody else; what is lost is said. */
import { afterEach, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { connectAgent, type Json, type McpAgent } from "../support/daemon/mcp-agent.ts";
import { startDaemon } from "../support/daemon/start-daemon.ts";
import { ask, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start() {
  const home = temporaryHome();
  undo.push(home.remove);
  const daemon = await startDaemon({}, {}, home.home.path);
  undo.push(() => daemon.daemon.dispose());
  const gateway = await startGateway(home);
  undo.push(() => gateway.dispose());
  await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
  const { token } = await daemon.session({ label: "Shop" });
  const agent = await connectAgent(daemon.url, token);
  return { daemon, gateway, agent };
}

interface Made {
  id: string;
  token: string;
}
async function make(gateway: Gateway, more: Json): Promise<Made> {
  const made = await ask(gateway, "/api/v1/client-tokens", { method: "POST", body: JSON.stringify(more) });
  expect(made.status, made.text).toBe(201);
  return made.json() as Made;
}
const listed = async (gateway: Gateway) =>
  ((await ask(gateway, "/api/v1/client-tokens")).json() as { clients: { connected: boolean; tools: string[] }[] })
    .clients;

const tool = (name: string, more: Json = {}) => ({ name, description: name, inputSchema: { type: "object" }, ...more });

interface Client {
  socket: WebSocket;
  frames: Json[];
  closed: Promise<{ code: number; reason: string }>;
  send(frame: unknown): void;
  /** The next frame that fits. */
  next(fits: (frame: Json) => boolean): Promise<Json>;
}
/** `onTask` answers; without it nothing is. */
function connect(
  gateway: Gateway,
  query: string,
  onTask?: (task: Json, client: Client) => unknown,
  headers: Record<string, string> = {},
): Client {
  const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/ws/tools?${query}`, { headers });
  undo.push(() => socket.terminate());
  const frames: Json[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) })),
  );
  socket.on("error", () => {});
  const client: Client = {
    socket,
    frames,
    closed,
    send: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    next: (fits) =>
      vi.waitFor(() => {
        const found = frames.find(fits);
        if (found === undefined) throw new Error(`no such frame among ${JSON.stringify(frames).slice(0, 500)}`);
        frames.splice(frames.indexOf(found), 1);
        return found;
      }),
  };
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as Json;
    frames.push(frame);
    if (frame.type === "ping") client.send({ type: "pong" });
    if ("task" in frame) void Promise.resolve(onTask?.(frame, client)).then((answer) => answer && client.send(answer));
  });
  return client;
}
const opened = (client: Client) =>
  new Promise<Client>((resolve, reject) => {
    client.socket.once("open", () => resolve(client));
    client.socket.once("unexpected-response", (_, answer) => reject(new Error(`refused: ${answer.statusCode}`)));
    client.socket.once("error", reject);
  });
const refusal = (client: Client) =>
  new Promise<number>((resolve) =>
    client.socket.once("unexpected-response", (_, answer) => resolve(answer.statusCode ?? 0)),
  );

const itemsOf = (result: Json | undefined, key: string) => (result?.[key] ?? []) as Json[];
const toolsOf = async (agent: McpAgent) =>
  itemsOf((await agent.call("tools/list")).result, "tools").map(({ name }) => name);
const listing = (agent: McpAgent, name: string) => vi.waitFor(async () => expect(await toolsOf(agent)).toContain(name));
const failed = (reply: { result?: Json }) => ({
  isError: reply.result?.isError,
  code: (reply.result?.structuredContent as Json | undefined)?.code,
  text: (reply.result?.content as { text: string }[] | undefined)?.[0]?.text,
});

it("P52: an original client, without hello and with its token as userToken, serves an agent; 0, 1 and 2 clients each give an honest answer", async () => {
  const { gateway, agent } = await start();
  const { token } = await make(gateway, { name: "Design tool", tools: [tool("create_frame")] });
  expect(await toolsOf(agent)).not.toContain("create_frame");
  const nobody = await agent.tool("create_frame", {});
  expect(nobody.error?.data).toMatchObject({ code: "no-client" });

  const client = await opened(
    connect(gateway, `userToken=${token}`, ({ id, params }) => ({ id, success: true, data: { made: params } })),
  );
  await listing(agent, "create_frame");
  const reply = await agent.tool("create_frame", { width: 3 });
  expect(reply.result).toEqual({
    content: [{ type: "text", text: '{"made":{"width":3}}' }],
    structuredContent: { made: { width: 3 } },
  });
  expect(client.frames).toEqual([
    {
      id: expect.any(String),
      task: "create_frame",
      params: { width: 3 },
      session: { id: expect.any(String), label: "Shop" },
    },
  ]);
  const second = connect(gateway, `userToken=${token}`);
  expect((await second.closed).code).toBe(1008);
  expect((await agent.tool("create_frame", {})).result?.isError).toBeUndefined();
  client.socket.close();
  await vi.waitFor(async () => expect(await toolsOf(agent)).not.toContain("create_frame"));
  expect((await agent.tool("create_frame", {})).error?.data).toMatchObject({ code: "no-client" });
});

it("P52: a client that introduces itself offers its own tools, reports progress, is asked to stop, and may replace its tools", async () => {
  const { gateway, agent } = await start();
  const { token, id } = await make(gateway, { name: "Sheet" });
  const client = await opened(connect(gateway, `token=${token}`));
  const stream = await agent.listen();
  expect(await toolsOf(agent)).not.toContain("fill");
  client.send({
    type: "hello",
    name: "sheet",
    title: "My sheet",
    version: "2",
    tools: [
      tool("fill", { outputSchema: { type: "object", required: ["rows"] } }),
      tool("\u001b[31mred"),
      { name: "bad", inputSchema: "none" },
    ],
  });
  const ready = await client.next(({ type }) => type === "ready");
  expect(ready).toMatchObject({
    client: id,
    left_out: [expect.stringContaining("needs a name"), expect.stringContaining("inputSchema")],
  });
  await vi.waitFor(() =>
    expect(stream.messages.map(({ method }) => method)).toContain("notifications/tools/list_changed"),
  );
  await listing(agent, "fill");

  const filling = agent.request("tools/call", { name: "fill", arguments: {}, _meta: { progressToken: "p" } });
  const task = await client.next((frame) => frame.task === "fill");
  client.send({ type: "progress", id: task.id, progress: 1, total: 2, message: "half" });
  client.send({ id: task.id, success: true, data: { rows: 5 } });
  // After its end it is for nobody.
  client.send({ type: "progress", id: task.id, progress: 2 });
  const messages = await filling;
  expect(messages.map(({ method, params }) => method && params)).toEqual([
    { progressToken: "p", progress: 1, total: 2, message: "half" },
    undefined,
  ]);
  expect(messages.at(-1)?.result).toMatchObject({ structuredContent: { rows: 5 } });

  const wrong = agent.tool("fill", {});
  client.send({ id: (await client.next((frame) => frame.task === "fill")).id, success: true, data: { cells: 5 } });
  expect(failed(await wrong)).toMatchObject({ isError: true, code: "client-failed" });

  const stopped = agent.request("tools/call", { name: "fill", arguments: {} }, "stop-me");
  const running = await client.next((frame) => frame.task === "fill");
  await agent.notify("notifications/cancelled", { requestId: "stop-me", reason: "enough" });
  expect(await client.next(({ type }) => type === "cancel")).toMatchObject({ id: running.id });
  await stopped;

  client.send({ type: "hello", name: "sheet", tools: [tool("empty")] });
  await listing(agent, "empty");
  expect(await toolsOf(agent)).not.toContain("fill");
});

it("P52: what a client fails at, does not answer in time, or takes with it when it leaves has its own code", async () => {
  const { gateway, agent } = await start();
  const { token } = await make(gateway, {
    name: "Slow",
    timeout_seconds: 1,
    tools: [
      tool("fail"),
      tool("hang"),
      tool("leave"),
      tool("strict", { inputSchema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] } }),
    ],
  });
  const client = await opened(
    connect(gateway, `token=${token}`, ({ id, task }, { socket }) => {
      if (task === "leave") socket.terminate();
      return task === "fail" ? { id, success: false, error: "no frame is selected" } : undefined;
    }),
  );
  await listing(agent, "fail");
  expect(failed(await agent.tool("fail"))).toEqual({
    isError: true,
    code: "client-failed",
    text: "client-failed: no frame is selected",
  });
  expect(failed(await agent.tool("strict", { n: "one" }))).toMatchObject({ isError: true, code: "invalid-input" });
  expect(client.frames.some(({ task }) => task === "strict")).toBe(false);
  expect(failed(await agent.tool("hang"))).toMatchObject({ isError: true, code: "client-timeout" });
  // An original client is sent tasks and nothing else.
  expect(client.frames.every((frame) => "task" in frame)).toBe(true);
  const left = failed(await agent.tool("leave"));
  expect(left).toMatchObject({ isError: true, code: "client-left" });
  expect(left.text).toContain("unknown");
});

it("P52: a second client never harms the first, and a takeover keeps the one that took over", async () => {
  const { gateway, agent } = await start();
  const { token } = await make(gateway, { name: "One", tools: [tool("who")] });
  const answering = (name: string) => (task: Json) => ({ id: task.id, success: true, data: name });
  await opened(connect(gateway, `token=${token}`, answering("first")));
  await listing(agent, "who");
  const said = async () => (await agent.tool("who")).result?.content;
  for (let n = 0; n < 100; n += 1) {
    expect((await connect(gateway, `token=${token}`, answering("intruder")).closed).code).toBe(1008);
    expect(await said()).toEqual([{ type: "text", text: "first" }]);
  }
  let before: Client | undefined;
  for (let n = 0; n < 100; n += 1) {
    const next = await opened(connect(gateway, `token=${token}&takeover=1`, answering(`next ${n}`)));
    if (before !== undefined) expect((await before.closed).code).toBe(1008);
    before = next;
    await vi.waitFor(async () => expect(await said()).toEqual([{ type: "text", text: `next ${n}` }]));
  }
});

it("P52: 1,000 calls to 10 clients, answered out of order, each reach the agent that waits for them", async () => {
  const { gateway, agent } = await start();
  await Promise.all(
    Array.from({ length: 10 }, async (_, n) => {
      const { token } = await make(gateway, { name: `Client ${n}`, tools: [tool(`work_${n}`)] });
      const held: Json[] = [];
      await opened(
        connect(gateway, `token=${token}`, (task, client) => {
          held.push(task);
          if (held.length < 10) return;
          for (const { id, params } of held.splice(0).reverse()) {
            client.send({ id, success: true, data: { client: n, n: (params as Json).n } });
          }
        }),
      );
    }),
  );
  await listing(agent, "work_9");
  const calls = Array.from({ length: 1_000 }, async (_, n) => {
    const reply = await agent.tool(`work_${n % 10}`, { n });
    expect(reply.result?.structuredContent).toEqual({ client: n % 10, n });
  });
  await Promise.all(calls);
});

it("A50: a token for some sessions serves those alone, and its tool is in no other list", async () => {
  const { daemon, gateway, agent: stranger } = await start();
  const own = await daemon.session({ label: "Own" });
  const { token } = await make(gateway, { name: "Limited", sessions: [own.session_id], tools: [tool("draw")] });
  await opened(connect(gateway, `token=${token}`, ({ id }) => ({ id, success: true, data: "drawn" })));
  const agent = await connectAgent(daemon.url, own.token);
  await listing(agent, "draw");
  expect((await agent.tool("draw")).result?.content).toEqual([{ type: "text", text: "drawn" }]);
  expect(await toolsOf(stranger)).not.toContain("draw");
  const refused = await stranger.tool("draw");
  expect(refused.result).toBeUndefined();
  expect(refused.error?.message).toMatch(/draw/);
});

it("A50: only a client token opens the socket, it opens nothing else, and pages only from the origins that it names", async () => {
  const { gateway } = await start();
  const { token, id } = await make(gateway, {
    name: "Page",
    origins: ["https://design.example"],
    tools: [tool("draw")],
  });
  expect(await refusal(connect(gateway, `token=${gateway.token}`))).toBe(403);
  expect(await refusal(connect(gateway, "token=nonsense"))).toBe(401);
  expect(await refusal(connect(gateway, ""))).toBe(401);
  expect(await refusal(connect(gateway, `token=${token}`, undefined, { origin: "https://other.example" }))).toBe(403);
  expect(await refusal(connect(gateway, `token=${token}`, undefined, { origin: "null" }))).toBe(403);
  for (const path of ["/api/v1/app", "/api/v1/client-tokens", "/metrics"]) {
    expect((await ask(gateway, path, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
  }
  const client = await opened(connect(gateway, `token=${token}`, undefined, { origin: "https://design.example" }));
  await vi.waitFor(async () => expect(await listed(gateway)).toMatchObject([{ connected: true, tools: ["draw"] }]));
  expect((await ask(gateway, `/api/v1/client-tokens/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await client.closed).code).toBe(4001);
  expect(await refusal(connect(gateway, `token=${token}`, undefined, { origin: "https://design.example" }))).toBe(401);
});

it("P52: garbage ends a client's socket only when ten messages in a row cannot be read, large answers pass, too large ones end it", async () => {
  const { gateway, agent } = await start();
  const { token } = await make(gateway, { name: "Odd", tools: [tool("big"), tool("bigger")] });
  const client = await opened(
    connect(gateway, `token=${token}`, ({ id, task }) => ({
      id,
      success: true,
      data: "x".repeat(task === "big" ? 5_000_000 : 9_000_000),
    })),
  );
  await listing(agent, "big");
  for (let n = 0; n < 9; n += 1) client.send(n % 2 === 0 ? "{" : { id: 5 });
  client.send({ id: "unknown", success: true });
  for (let n = 0; n < 9; n += 1) client.send("[]");
  expect(itemsOf((await agent.tool("big")).result, "content")[0]?.text).toHaveLength(5_000_000);
  expect(failed(await agent.tool("bigger"))).toMatchObject({ code: "client-left" });
  expect((await client.closed).code).toBe(1009);
  const other = await opened(connect(gateway, `token=${token}`));
  for (let n = 0; n < 10; n += 1) other.send("nonsense");
  expect((await other.closed).code).toBe(1008);
});

it("A61: a client whose schema would take for ever to check fails its own calls, and nobody else waits", async () => {
  const { gateway, agent } = await start();
  const $defs: Json = { a60: { type: "string" } };
  for (let n = 0; n < 60; n += 1) {
    const next = { $ref: `#/$defs/a${n + 1}` };
    $defs[`a${n}`] = { anyOf: [next, next] };
  }
  const hostile = { type: "object", $defs, properties: { x: { $ref: "#/$defs/a0" } } };
  const tools = [tool("asks", { inputSchema: hostile }), tool("answers", { outputSchema: hostile })];
  const bad = await make(gateway, { name: "Hostile", tools });
  const good = await make(gateway, {
    name: "Good",
    tools: [tool("works", { inputSchema: { type: "object", properties: { n: { type: "number" } } } })],
  });
  const client = await opened(
    connect(gateway, `token=${bad.token}`, ({ id }) => ({ id, success: true, data: { x: 1 } })),
  );
  await opened(connect(gateway, `token=${good.token}`, ({ id }) => ({ id, success: true, data: "done" })));
  await listing(agent, "answers");
  await listing(agent, "works");
  const asks = agent.tool("asks", { x: 1 });
  const answers = agent.tool("answers", {});
  expect((await agent.tool("works", { n: 1 })).result?.content).toEqual([{ type: "text", text: "done" }]);
  expect(failed(await asks)).toMatchObject({ code: "invalid-input", text: expect.stringContaining("too long") });
  expect(failed(await answers)).toMatchObject({ code: "client-failed", text: expect.stringContaining("too long") });
  expect(client.frames.map(({ task }) => task)).toEqual(["answers"]);
});

it("refuses tools that cannot be offered with a sentence that says which", async () => {
  const { gateway } = await start();
  const send = (body: Json) => ask(gateway, "/api/v1/client-tokens", { method: "POST", body: JSON.stringify(body) });
  const many = await send({ name: "Many", tools: Array.from({ length: 2_000 }, (_, n) => tool(`t${n}`)) });
  expect([many.status, many.text]).toEqual([422, expect.stringContaining("500 tools")]);
  expect((await send({ name: "Big", tools: [tool("t", { description: "x".repeat(5_000_000) })] })).status).toBe(413);
  const wide = await send({ name: "Wide", tools: [tool("t", { description: "x".repeat(100_000) })] });
  expect([wide.status, wide.text]).toEqual([422, expect.stringContaining("64 KiB")]);
  const odd = await send({ name: "Odd", tools: [tool("t", { inputSchema: { type: "banana" } })] });
  expect([odd.status, odd.text]).toEqual([422, expect.stringContaining("inputSchema")]);
  expect((await send({ name: "Far", origins: ["http://far.example"] })).status).toBe(400);
  expect((await send({ name: "" })).status).toBe(400);
  expect((await ask(gateway, "/api/v1/client-tokens/none", { method: "DELETE" })).status).toBe(404);
});
