/** Proves the relay with real processes: what an agent gets, on which stream, and what is published of it. */
import { existsSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startHttpUpstream } from "../../../test/support/daemon/http-upstream.ts";
import { type Json, type McpAgent, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let running: TestDaemon | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(servers: Record<string, unknown>, agent?: Parameters<TestDaemon["agent"]>[1]) {
  running = await startDaemon(servers);
  await running.settled();
  return { daemon: running, agent: await running.agent({}, agent) };
}
const text = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";
const eventsOf = (daemon: TestDaemon, agent: McpAgent & { session: string }, until: (events: Json[]) => boolean) =>
  readEvents(daemon.url, agent.session, agent.token, until).then(({ events }) => events);
const MEGABYTES = process.env.SIGNALBOX_LONG === "1" ? 100 : 20;
const ended = (event: Json | undefined) => ["finished", "failed", "cancelled"].includes(String(event?.kind));
const tools = async (agent: McpAgent) =>
  ((await agent.call("tools/list")).result as { tools: { name: string }[] }).tools.map((tool) => tool.name);

describe("a call", () => {
  it("reaches its server and comes back, with the agent's own id, whatever its type", async () => {
    const { agent } = await start({ one: scripted() });
    expect(await agent.call("tools/call", { name: "echo", arguments: { text: "a" } }, "id-7")).toMatchObject({
      id: "id-7",
    });
    expect(text(await agent.call("tools/call", { name: "echo", arguments: { text: "b" } }, 0))).toBe("b");
  });

  it("shows all of its progress, in order, before the answer that follows at once", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    const messages = await agent.request("tools/call", {
      name: "flood",
      arguments: { count: 500 },
      _meta: { progressToken: "tok" },
    });
    expect(messages.slice(0, -1).map((message) => message.params?.progress)).toEqual(
      Array.from({ length: 500 }, (_, i) => i + 1),
    );
    expect(messages.every((message) => message.params === undefined || message.params.progressToken === "tok")).toBe(
      true,
    );
    const events = await eventsOf(daemon, agent, (all) => ended(all.at(-1)));
    expect(events.map((event) => event.kind)).toEqual(["started", ...Array(500).fill("progress"), "finished"]);
    expect(events[0]).toMatchObject({
      tool: "flood",
      server: "one",
      call: expect.stringMatching(/^c1-[0-9a-f]{12}$/),
      token: "tok",
      args: { count: 500 },
      seq: 1,
      offset: 0,
    });
    expect(events.at(-1)?.duration_ms).toBeGreaterThan(0);
  });

  it("is watched even when its agent asks for no progress, and the agent then gets none", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    expect(await agent.request("tools/call", { name: "flood", arguments: { count: 3 } })).toHaveLength(1);
    const events = await eventsOf(daemon, agent, (all) => ended(all.at(-1)));
    expect(events.filter((event) => event.kind === "progress")).toHaveLength(3);
  });

  it("gets integer tokens back as integers, while the server sees tokens that are the daemon's own", async () => {
    const { agent } = await start({ one: scripted() });
    const [first] = await agent.request("tools/call", { name: "late", _meta: { progressToken: 41 } });
    expect(first?.params?.progressToken).toBe(41);
    const { tokens } = JSON.parse(text(await agent.tool("status"))) as { tokens: unknown[] };
    expect(tokens[0]).not.toBe(41);
  });

  it("takes one answer when the server gives two, and no progress after it", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    expect(text(await agent.tool("twice"))).toBe("first");
    await agent.tool("late", {}, { progressToken: 1 });
    await agent.tool("echo");
    const events = await eventsOf(daemon, agent, (all) => all.filter(ended).length === 3);
    expect(events.map((event) => event.kind)).toEqual([
      "started",
      "finished",
      "started",
      "progress",
      "finished",
      "started",
      "finished",
    ]);
  });

  it("that the server calls failed is published as failed, with its text", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    expect((await agent.tool("fail")).result?.isError).toBe(true);
    const events = await eventsOf(daemon, agent, (all) => ended(all.at(-1)));
    expect(events.at(-1)).toMatchObject({ kind: "failed", error: { message: "it did not work" } });
  });

  it(`with a result of ${MEGABYTES} MB passes whole, and is recorded up to the bound with its size`, async () => {
    const { daemon, agent } = await start({ one: scripted() });
    const bytes = MEGABYTES * 1024 * 1024;
    expect(text(await agent.tool("big", { bytes })).length).toBe(bytes);
    const events = await eventsOf(daemon, agent, (all) => ended(all.at(-1)));
    const last = events.at(-1);
    const recorded = Buffer.byteLength(JSON.stringify(last?.result));
    expect(recorded).toBeLessThanOrEqual(256 * 1024);
    expect(recorded).toBeGreaterThan(255 * 1024);
    expect(last?.parts).toEqual([{ at: "/result/content/0/text", bytes, left_out: expect.any(Number) }]);
    expect(last).toMatchObject({ cut: { result: expect.any(Number) } });
    expect(Number((last as { cut: Json }).cut.result)).toBeGreaterThan(bytes);
  });

  it("records no secret, by the name of its key or as a known value", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    await agent.tool("echo", { api_key: "abc-123-secret", text: `Bearer ${agent.token}` });
    const events = await eventsOf(daemon, agent, (all) => ended(all.at(-1)));
    expect(JSON.stringify(events)).not.toContain("abc-123-secret");
    expect(JSON.stringify(events)).not.toContain(agent.token);
  });

  it("can be cancelled: the server is told which, the person sees it, and no answer follows", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    // Only a server that is there already can have got the call that is cancelled then.
    await agent.tool("echo");
    const stream = agent.request("tools/call", { name: "hang" }, 77);
    await eventsOf(daemon, agent, (all) => all.length === 3);
    await agent.notify("notifications/cancelled", { requestId: 77, reason: "enough" });
    expect(await stream).toEqual([]);
    const events = await eventsOf(daemon, agent, (all) => all.filter(ended).length === 2);
    expect(events.at(-1)).toMatchObject({ kind: "cancelled", message: "enough" });
    const seen = JSON.parse(text(await agent.tool("cancelled"))) as Json[];
    expect(seen).toHaveLength(1);
    expect(seen[0]?.requestId).not.toBe(77);
  });
});

describe("several servers", () => {
  it("are listed with all their pages, and the demo's session has the demo whatever is configured", async () => {
    const { daemon, agent } = await start({
      paged: scripted("--bare", "--tools", "a,b,c,d,e", "--page", "2"),
      other: scripted("--bare", "--tools", "z"),
    });
    expect(await tools(agent)).toEqual(["a", "b", "c", "d", "e", "z"]);
    expect(await tools(await daemon.agent({ agent: "demo" }))).toContain("hash_tree");
  });

  it("make one list; names that clash get a prefix on both sides, and each call goes to its owner", async () => {
    const { agent } = await start({
      left: scripted("--bare", "--tools", "same,only-left"),
      "right.one": scripted("--bare", "--tools", "same,only-right"),
    });
    expect(await tools(agent)).toEqual(["left__same", "only-left", "right_one__same", "only-right"]);
    expect(text(await agent.tool("right_one__same"))).toBe("same was called");
    expect((await agent.tool("nothing")).error).toMatchObject({ code: -32602, message: "Unknown tool: nothing" });
  });

  it("that change their tools make the agent list again, exactly when the list is another", async () => {
    const { agent } = await start({ one: scripted() });
    const stream = await agent.listen();
    await tools(agent);
    await agent.tool("change", { tools: "gamma,change" });
    await vi.waitFor(() =>
      expect(stream.messages.filter((m) => m.method === "notifications/tools/list_changed")).toHaveLength(1),
    );
    expect(await tools(agent)).toEqual(["gamma", "change"]);
    await agent.tool("change", { tools: "gamma,change" });
    await agent.call("ping");
    expect(stream.messages).toHaveLength(1);
    stream.close();
  });
});

describe("a server's own request", () => {
  it("comes on the stream of the call that caused it, and its answer goes back", async () => {
    const { agent } = await start(
      { one: scripted() },
      {
        capabilities: { sampling: {} },
        onRequest: () => ({ role: "assistant", content: { type: "text", text: "42" }, model: "m" }),
      },
    );
    const messages = await agent.request("tools/call", { name: "ask" });
    expect(messages.map((message) => message.method ?? "answer")).toEqual(["sampling/createMessage", "answer"]);
    expect(text(messages.at(-1) ?? {})).toContain("42");
  });

  it("for text of the agent's model is refused in words where the agent offers none, without asking it", async () => {
    const { agent } = await start({ one: scripted() }, { onRequest: () => ({}) });
    const messages = await agent.request("tools/call", { name: "ask", arguments: { errors: true } });
    expect(messages.map((message) => message.method ?? "answer")).toEqual(["answer"]);
    expect(text(messages.at(-1) ?? {})).toContain("“one” asked this agent's model for text (MCP sampling)");
  });

  it("can be taken back: the agent is told which, by the id that it knows", async () => {
    // An agent that had answered by then would have nothing to be told.
    const client = { capabilities: { sampling: {} }, onRequest: () => undefined };
    const { agent } = await start({ one: scripted() }, client);
    const [asked, cancelled, answer] = await agent.request("tools/call", { name: "regret" });
    expect(asked?.method).toBe("sampling/createMessage");
    expect(cancelled).toMatchObject({
      method: "notifications/cancelled",
      params: { requestId: asked?.id, reason: "never mind" },
    });
    expect(text(answer ?? {})).toBe("did without");
  });

  it("P23: of 200 agents that all use id 0 gets each agent's own answer, and each session its own events", async () => {
    const waiting: (() => void)[] = [];
    const remote = await startHttpUpstream([{ name: "echo", inputSchema: { type: "object" } }]);
    // Answered only once all have asked, the last one first.
    remote.behave(({ args }, { result }) => {
      waiting.push(() => result({ content: [{ type: "text", text: String(args.text) }] }));
      if (waiting.length === 200) for (const answer of waiting.reverse()) answer();
    });
    running = await startDaemon({ one: { url: remote.url } });
    const daemon = running;
    const agents = await Promise.all(Array.from({ length: 200 }, () => daemon.agent()));
    const replies = await Promise.all(
      agents.map((agent, i) => agent.call("tools/call", { name: "echo", arguments: { text: `agent ${i}` } }, 0)),
    );
    expect(replies.map((reply) => [reply.id, text(reply)])).toEqual(agents.map((_, i) => [0, `agent ${i}`]));
    for (const i of [0, 77, 199]) {
      const events = await eventsOf(daemon, agents[i] as McpAgent & { session: string }, (all) => ended(all.at(-1)));
      expect(JSON.stringify(events).match(/agent \d+/g)).toEqual([`agent ${i}`, `agent ${i}`]);
    }
    await remote.down();
  });
});

describe("a server that was started again", () => {
  it("is told again what the agent had asked of it: its log level and its subscriptions", async () => {
    const { agent } = await start({ one: scripted() });
    await agent.call("logging/setLevel", { level: "debug" });
    for (const uri of ["x://1", "x://2"]) await agent.call("resources/subscribe", { uri });
    await agent.call("resources/unsubscribe", { uri: "x://1" });
    await agent.tool("crash");
    const { seen } = JSON.parse(text(await agent.tool("status"))) as { seen: [string, Json][] };
    expect(seen.filter(([method]) => /level|subscribe/i.test(method))).toEqual([
      ["logging/setLevel", { level: "debug" }],
      ["resources/subscribe", { uri: "x://2" }],
    ]);
  });
});

describe("servers.json", () => {
  it("is applied while agents run: their list follows without a new session", async () => {
    const { daemon, agent } = await start({ one: scripted("--bare", "--tools", "alpha") });
    expect(await tools(agent)).toEqual(["alpha"]);
    const stream = await agent.listen();
    daemon.writeServers({ one: scripted("--bare", "--tools", "alpha"), two: scripted("--bare", "--tools", "beta") });
    await vi.waitFor(() => expect(stream.messages.map((m) => m.method)).toContain("notifications/tools/list_changed"));
    await vi.waitFor(async () => expect(await tools(agent)).toEqual(["alpha", "beta"]));
    stream.close();
  });

  it("can disable a server while agents run: its tools go, its process ends, and its status says so", async () => {
    const [one, two] = [scripted("--bare", "--tools", "alpha"), scripted()];
    const { daemon, agent } = await start({ one, two });
    const stream = await agent.listen();
    expect(await tools(agent)).toContain("echo");
    const { pid } = JSON.parse(text(await agent.tool("status"))) as { pid: number };
    daemon.writeServers({ one, two: { ...two, disabled: true } });
    await vi.waitFor(() => expect(stream.messages).toHaveLength(1));
    expect(await tools(agent)).toEqual(["alpha"]);
    expect((await agent.tool("echo")).error?.message).toBe("Unknown tool: echo");
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow());
    const { servers } = (await (await daemon.ask("/servers")).json()) as { servers: Json[] };
    expect(servers).toMatchObject([{ state: "ready" }, { name: "two", state: "disabled", tools: [] }]);
    stream.close();
  });

  it("starts servers in the session's folder, as its agent would have", async () => {
    running = await startDaemon({ one: scripted(), gone: { ...scripted(), cwd: "./nowhere" } });
    const agent = await running.agent({ cwd: "/usr/share" });
    expect(JSON.parse(text(await agent.tool("one__status")))).toMatchObject({ cwd: "/usr/share" });
  });

  it("A28: gives servers no secret of ours and no NODE_OPTIONS", async () => {
    running = await startDaemon(
      { one: scripted() },
      { env: { ...process.env, SIGNALBOX_MCP_TOKEN: "leak", NODE_OPTIONS: "", PLAIN: "kept" } },
    );
    const agent = await running.agent();
    expect(text(await agent.tool("env", { name: "SIGNALBOX_MCP_TOKEN" }))).toBe("(unset)");
    expect(text(await agent.tool("env", { name: "NODE_OPTIONS" }))).toBe("(unset)");
    expect(text(await agent.tool("env", { name: "PLAIN" }))).toBe("kept");
  });

  it("A28: gives servers their arguments one by one, without a shell", async () => {
    const odd = ["-rf", "--tools=x", "$(touch /tmp/signalbox-a28)", "; id", "a b", "", "*", '"', "'", "$HOME", "é\n"];
    const { agent } = await start({ one: scripted("--", ...odd) });
    const { args } = JSON.parse(text(await agent.tool("status"))) as { args: string[] };
    expect(args.slice(1)).toEqual(odd);
    expect(existsSync("/tmp/signalbox-a28")).toBe(false);
  });

  it("A31: gives servers nothing of the agent's token, in no variable and no argument", async () => {
    const { agent } = await start({ one: scripted() });
    const seen = text(await agent.tool("env")) + text(await agent.tool("status"));
    expect(seen).toContain("PATH");
    expect(seen).not.toContain(agent.token);
  });
});
