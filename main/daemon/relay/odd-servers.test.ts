/** Proves that a server that misbehaves costs its own calls at most, with real processes. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Json, type McpAgent, type Rpc, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let running: TestDaemon | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
async function start(servers: Record<string, unknown>) {
  running = await startDaemon(servers);
  return { daemon: running, agent: await running.agent() };
}
const text = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";
const eventsOf = (daemon: TestDaemon, agent: McpAgent & { session: string }, until: (events: Json[]) => boolean) =>
  readEvents(daemon.url, agent.session, agent.token, until).then(({ events }) => events);
const ended = (event: Json | undefined) => ["finished", "failed", "cancelled"].includes(String(event?.kind));
const tools = async (agent: McpAgent) =>
  ((await agent.call("tools/list")).result as { tools: { name: string }[] }).tools.map((tool) => tool.name);

describe("an agent that gives ids back as text", () => {
  it("answers a server's question, and cancels its own call, as one that gives back numbers", async () => {
    running = await startDaemon({ one: scripted() });
    const questions: Rpc[] = [];
    const agent = await running.agent(
      {},
      { capabilities: { sampling: {} }, onRequest: (message) => void questions.push(message) },
    );
    const asking = agent.tool("ask");
    await vi.waitFor(() => expect(questions).toHaveLength(1));
    const answer = { jsonrpc: "2.0", id: String(questions[0]?.id), result: { said: "yes" } };
    expect((await agent.raw({ body: JSON.stringify(answer) })).status).toBe(202);
    expect(text(await asking)).toBe('{"said":"yes"}');

    const hanging = agent.request("tools/call", { name: "hang" }, 41).catch(() => []);
    await eventsOf(running, agent, (all) => all.length === 3);
    await agent.notify("notifications/cancelled", { requestId: "41", reason: "enough" });
    const events = await eventsOf(running, agent, (all) => all.filter(ended).length === 2);
    expect(events.at(-1)).toMatchObject({ kind: "cancelled", message: "enough" });
    await hanging;
  });
});

describe("an agent that answers a server's question with something that is no answer", () => {
  it.each(['"result":"yes"', '"error":7', '"error":null'])("({%s}) does not leave the server waiting", async (rest) => {
    running = await startDaemon({ one: scripted() });
    const questions: Rpc[] = [];
    const agent = await running.agent(
      {},
      { capabilities: { sampling: {} }, onRequest: (message) => void questions.push(message) },
    );
    const asking = agent.tool("ask");
    await vi.waitFor(() => expect(questions).toHaveLength(1));
    const answer = `{"jsonrpc":"2.0","id":${JSON.stringify(questions[0]?.id)},${rest}}`;
    expect((await agent.raw({ body: answer })).status).toBe(400);
    // The server shows the result that it was given: an error has none.
    expect(text(await asking)).toBe("{}");
  });
});

describe("a server that misbehaves", () => {
  it("and reports progress that runs backwards is passed on as it is, and its call ends as ever", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    const messages = await agent.request("tools/call", { name: "backwards", _meta: { progressToken: "b" } });
    expect(messages.slice(0, -1).map((message) => message.params?.progress)).toEqual([5, 3]);
    const events = await eventsOf(daemon, agent, (all) => ended(all.at(-1)));
    expect(events.map((event) => event.kind)).toEqual(["started", "progress", "progress", "finished"]);
  });

  it.each(["none", "7", '"no schema"', "null", '{"type":7,"properties":[1]}'])(
    "and describes its tools with %s for a schema is listed with one that every agent reads, and its tools work, kept writes included",
    async (schema) => {
      const { daemon, agent } = await start({ one: scripted("--bare", "--tools", "odd", "--schema", schema) });
      const reply = await agent.call("tools/list");
      expect(reply.result?.tools).toEqual([{ name: "odd", inputSchema: { type: "object" } }]);
      expect(text(await agent.tool("odd"))).toBe("odd was called");
      await daemon.ask("/tool-settings", { method: "PUT", body: { buffer: [{ tool: "odd" }] } });
      expect(text(await agent.tool("odd"))).toBe("odd was called");
    },
  );

  it.each(["", "2", "0"])(
    "and ends its list with the cursor “%s” is listed once, to agents and in its status",
    async (cursor) => {
      const { daemon, agent } = await start({
        one: scripted("--bare", "--tools", "a,b,c", "--page", "2", `--cursor=${cursor}`),
      });
      expect(await tools(agent)).toEqual(["a", "b", "c"]);
      const { servers } = (await (await daemon.ask("/servers")).json()) as { servers: Json[] };
      expect(servers).toMatchObject([{ state: "ready", tools: [{ name: "a" }, { name: "b" }, { name: "c" }] }]);
    },
  );

  it("and dies under a call gives an error that says which and why, and works again on the next call", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    const reply = await agent.tool("crash");
    expect(reply.error?.message).toContain("“one” exited with code 7: scripted: told to crash");
    expect(text(await agent.tool("echo", { text: "back" }))).toBe("back");
    const events = await eventsOf(daemon, agent, (all) => all.filter(ended).length === 2);
    expect(events.map((event) => event.kind)).toEqual(["started", "failed", "started", "finished"]);
  });

  it("and prints garbage loses nothing that is MCP", async () => {
    const { agent } = await start({ one: scripted("--babble") });
    expect(text(await agent.tool("garbage"))).toBe("after garbage");
  });

  it("and nests its answer so deeply that it cannot be written again fails that call alone, and says so", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    expect((await agent.tool("deep")).error?.message).toContain("“one” sent an answer that cannot be passed on");
    expect(text(await agent.tool("echo", { text: "fine" }))).toBe("fine");
    const events = await eventsOf(daemon, agent, (all) => all.filter(ended).length === 2);
    expect(events.map((event) => event.kind)).toEqual(["started", "failed", "started", "finished"]);
    // The same from the agent's side.
    const nested = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    for (const method of ["tools/call", "prompts/get"]) {
      const body = `{"jsonrpc":"2.0","id":9,"method":"${method}","params":{"name":"echo","arguments":{"x":${nested}}}}`;
      const reply = (await (await agent.raw({ body })).json()) as { error: { message: string } };
      expect(reply.error.message).toMatch(/call stack/);
    }
  });

  it("and nests a notification, a progress or a question so deeply loses that one alone, and none of what follows it", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    const messages = await agent.request("tools/call", { name: "deep-words", _meta: { progressToken: "p" } });
    expect(messages.map(({ method }) => method)).toEqual([undefined]);
    expect(text(messages[0] ?? {})).toBe("after deep words");
    // Whoever asked is told that nobody was asked.
    await vi.waitFor(async () => {
      const log = (await (await daemon.ask("/servers/one/log")).json()) as { text: string };
      expect(log.text).toContain("told: {}");
    });
    const events = await eventsOf(daemon, agent, (all) => ended(all.at(-1)));
    expect(events.at(-1)).toMatchObject({ kind: "finished" });
  });

  it.each(["text", "float"])(
    "and gives ids and progress tokens back as %s is understood by their value",
    async (ids) => {
      const { daemon, agent } = await start({ one: scripted("--ids", ids) });
      for (const progressToken of ["p", "1", "", 0, 1, 1.5]) {
        const name = "flood";
        const messages = await agent.request("tools/call", { name, arguments: { count: 3 }, _meta: { progressToken } });
        expect(messages.map(({ params }) => params?.progressToken)).toEqual([
          ...Array(3).fill(progressToken),
          undefined,
        ]);
      }
      const events = await eventsOf(daemon, agent, (all) => all.filter(ended).length === 6);
      expect(events.filter(({ kind }) => kind === "progress")).toHaveLength(18);
    },
  );

  it("and asks an agent that answers nothing is refused beyond 256 open questions, and is asked on", async () => {
    running = await startDaemon({ one: scripted() });
    const agent = await running.agent({}, { capabilities: { sampling: {} }, onRequest: () => undefined });
    expect(text(await agent.tool("ask-many", { count: 1_000 }))).toBe(String(1_000 - 256));
    expect(text(await agent.tool("ask-many", { count: 10 }))).toBe("10");
    expect(text(await agent.tool("echo", { text: "fine" }))).toBe("fine");
  });

  it("and never starts, never answers or is not there hides no tool of the others, and does not delay them", async () => {
    const { daemon, agent } = await start({
      good: scripted("--bare", "--tools", "alpha"),
      mute: scripted("--mute"),
      exits: scripted("--exit", "3"),
      absent: { command: "signalbox-no-such-command" },
    });
    const since = performance.now();
    expect(text(await agent.tool("alpha"))).toBe("alpha was called");
    // The one that never answers is given up after a minute.
    expect(performance.now() - since).toBeLessThan(30_000);
    await vi.waitFor(async () => {
      const { servers } = (await (await daemon.ask("/servers")).json()) as { servers: Json[] };
      const byName = Object.fromEntries(servers.map((server) => [server.name, server]));
      expect(byName.good).toMatchObject({ state: "ready", transport: "stdio", tools: [{ name: "alpha" }] });
      expect(byName.exits).toMatchObject({
        state: "failed",
        reason: expect.stringContaining("cannot find the module that it needs"),
      });
      expect(byName.absent).toMatchObject({ state: "failed", reason: expect.stringContaining("was not found") });
      expect(byName.mute).toMatchObject({ state: "connecting" });
    });
  });

  it("lists its tools when it comes late, and the agent is told", async () => {
    const { agent } = await start({
      fast: scripted("--bare", "--tools", "alpha"),
      slow: scripted("--slow", "2000", "--bare", "--tools", "beta"),
    });
    const stream = await agent.listen();
    // It is waited for; and where it comes later than that, as on a busy machine, the agent is told.
    if ((await tools(agent)).length < 2)
      await vi.waitFor(() => expect(stream.messages[0]?.method).toBe("notifications/tools/list_changed"));
    expect(await tools(agent)).toEqual(["alpha", "beta"]);
    stream.close();
  });
});
