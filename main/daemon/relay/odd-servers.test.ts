/** Proves that a server that misbehaves costs its own calls at most, with real processes. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Json, type McpAgent, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
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

describe("a server that misbehaves", () => {
  it("and reports progress that runs backwards is passed on as it is, and its call ends as ever", async () => {
    const { daemon, agent } = await start({ one: scripted() });
    const messages = await agent.request("tools/call", { name: "backwards", _meta: { progressToken: "b" } });
    expect(messages.slice(0, -1).map((message) => message.params?.progress)).toEqual([5, 3]);
    const events = await eventsOf(daemon, agent, (all) => ended(all.at(-1)));
    expect(events.map((event) => event.kind)).toEqual(["started", "progress", "progress", "finished"]);
  });

  it.each(["none", "7", '"no schema"', "null", '{"type":7,"properties":[1]}'])(
    "and describes its tools with %s for a schema is listed as it says, and its tools work, kept writes included",
    async (schema) => {
      const { daemon, agent } = await start({ one: scripted("--bare", "--tools", "odd", "--schema", schema) });
      const reply = await agent.call("tools/list");
      const said = schema === "none" ? {} : { inputSchema: JSON.parse(schema) };
      expect(reply.result?.tools).toEqual([{ name: "odd", ...said }]);
      expect(text(await agent.tool("odd"))).toBe("odd was called");
      await daemon.ask("/tool-settings", { method: "PUT", body: { buffer: [{ tool: "odd" }] } });
      expect(text(await agent.tool("odd"))).toBe("odd was called");
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
