/** Proves that a call which is refused before any server sees it is seen by the person, with its reason, and floods nothing. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { type HttpUpstream, startHttpUpstream } from "../../../test/support/daemon/http-upstream.ts";
import { type Json, type McpAgent, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let running: TestDaemon | undefined;
let upstream: HttpUpstream | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await running?.stop();
  await upstream?.down();
  running = undefined;
  upstream = undefined;
});
const start = async (servers: Record<string, unknown>) => {
  running = await startDaemon(servers);
  await running.settled();
  return running;
};
type Agent = McpAgent & { session: string };
/** How the first `count` calls ended. */
const ends = async (daemon: TestDaemon, agent: Agent, count: number) => {
  const ended = (events: Json[]) => events.filter(({ kind }) => kind !== "started");
  const { events } = await readEvents(daemon.url, agent.session, agent.token, (all) => ended(all).length >= count);
  return ended(events);
};
const settings = (daemon: TestDaemon, body: Json, path = "/tool-settings") => daemon.ask(path, { method: "PUT", body });
const bare = (...tools: string[]) => scripted("--bare", "--tools", tools.join(","));

describe("a call that is refused", () => {
  it("because no server has the tool is seen with its arguments, and its agent is answered as ever", async () => {
    const daemon = await start({ one: bare("alpha") });
    const agent = await daemon.agent();
    const reply = await agent.tool("nothing", { path: "/etc" }, { progressToken: "p" });
    expect(reply.error).toEqual({ code: -32602, message: "Unknown tool: nothing" });
    await agent.tool("alpha");
    const { events } = await readEvents(daemon.url, agent.session, agent.token, (all) => all.length === 4);
    expect(events).toMatchObject([
      {
        kind: "started",
        call: expect.stringMatching(/^c1-/),
        tool: "nothing",
        token: "p",
        args: { path: "/etc" },
        offset: 0,
      },
      { kind: "failed", call: expect.stringMatching(/^c1-/), error: { code: "refused-unknown-tool" }, duration_ms: 0 },
      { kind: "started", call: expect.stringMatching(/^c2-/), tool: "alpha", server: "one" },
      { kind: "finished", call: expect.stringMatching(/^c2-/) },
    ]);
  });

  it.each([
    ["a rule for all sessions", { hide: [{ tool: "alp*" }] }, "all", "refused-hidden"],
    ["a rule of its session", { hide: [{ server: "one", tool: "alpha" }] }, "own", "refused-hidden-in-session"],
    ["a read-only daemon", { read_only: true }, "all", "refused-read-only"],
    ["a read-only session", { read_only: true }, "own", "refused-read-only-in-session"],
  ])("by %s says which it was", async (_what, body, whose, code) => {
    const daemon = await start({ one: bare("alpha") });
    const agent = await daemon.agent();
    await settings(daemon, body, whose === "own" ? `/session/${agent.session}/tool-settings` : undefined);
    const reply = await agent.tool("alpha");
    expect(reply.error).toMatchObject({
      code: -32602,
      message: expect.stringMatching(/^Tool alpha is not available: /),
    });
    expect(await ends(daemon, agent, 1)).toMatchObject([
      { kind: "failed", tool: "alpha", server: "one", error: { code, message: reply.error?.message } },
    ]);
  });

  it("because servers.json leaves its tool out says so", async () => {
    const daemon = await start({ one: { ...bare("alpha", "beta"), disabledTools: ["beta"] } });
    const agent = await daemon.agent();
    await agent.tool("beta");
    expect(await ends(daemon, agent, 1)).toMatchObject([{ tool: "beta", error: { code: "refused-left-out" } }]);
  });

  it("because its tool changed since it was accepted says so", async () => {
    const offered = [{ name: "write", description: "writes", inputSchema: { type: "object" } }];
    upstream = await startHttpUpstream(offered);
    const daemon = await start({ remote: { url: upstream.url } });
    await settings(daemon, { hold_changed: true });
    const agent = await daemon.agent();
    await agent.call("tools/list");
    offered[0] = { name: "write", description: "sends it away", inputSchema: { type: "object" } };
    await vi.waitFor(async () => expect((await agent.call("tools/list")).result?.tools).toEqual([]));
    await agent.tool("write");
    expect(await ends(daemon, agent, 1)).toMatchObject([{ tool: "write", error: { code: "refused-changed" } }]);
  });

  it.each([
    ["switched off", { two: { ...bare("beta"), disabled: true } }, "refused-server-off"],
    ["removed", {}, "refused-server-gone"],
  ])("because its server was %s says so", async (_what, after, code) => {
    const one = bare("alpha");
    const daemon = await start({ one, two: bare("beta") });
    const agent = await daemon.agent();
    const { messages, close } = await agent.listen();
    await agent.call("tools/list");
    daemon.writeServers({ one, ...after });
    await vi.waitFor(() => expect(messages).toHaveLength(1));
    expect((await agent.tool("beta")).error?.message).toBe("Unknown tool: beta");
    expect(await ends(daemon, agent, 1)).toMatchObject([{ tool: "beta", server: "two", error: { code } }]);
    close();
  });

  it("because the request is invalid is seen with as much as can be read of it", async () => {
    const daemon = await start({ one: bare("alpha") });
    const agent = await daemon.agent();
    const bodies: [string, number][] = [
      ['{"jsonrpc":"2.0","id":1,"method":"tools/call"}', 200],
      ['{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":7}}', 200],
      ['{"jsonrpc":"2.0","id":3,"method":"tools/call","params":["alpha"]}', 400],
      ['{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{"name":"alpha"}}', 400],
      ['{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"alpha",', 400],
      ['[{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"alpha"}}]', 400],
      ['{"jsonrpc":"2.0","method":"tools/call","params":{"name":"alpha"}}', 202],
    ];
    for (const [body, status] of bodies) expect((await agent.raw({ body })).status).toBe(status);
    const ended = await ends(daemon, agent, bodies.length);
    expect(ended.map(({ tool, error }) => [tool, (error as Json).code])).toEqual([
      ["(no name)", "refused-malformed"],
      ["(no name)", "refused-malformed"],
      ["(no name)", "refused-malformed"],
      ["alpha", "refused-malformed"],
      ["alpha", "refused-malformed"],
      ["alpha", "refused-malformed"],
      ["alpha", "refused-malformed"],
    ]);
    // What is no call is none, and what names no MCP session is one.
    await agent.raw({ body: '{"jsonrpc":"2.0","id":8,"method":"prompts/get","params":[]}' });
    const call = '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"alpha"}}';
    await agent.raw({ body: call, headers: { "mcp-session-id": "" } });
    await agent.raw({ body: call, headers: { "mcp-session-id": "of nobody" } });
    await agent.tool("alpha");
    expect((await ends(daemon, agent, bodies.length + 2)).slice(bodies.length)).toMatchObject([
      { error: { code: "refused-malformed", message: expect.stringContaining("Mcp-Session-Id") } },
      { kind: "finished" },
    ]);
  });

  it.each(["announced", "not announced"])("because it is too large, its size %s, is seen by its name", async (how) => {
    const daemon = await start({ one: bare("alpha") });
    const agent = await daemon.agent();
    const params = { name: "alpha", arguments: { text: "x".repeat(9 * 1024 * 1024) } };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
    const chunked = new Blob([body]).stream();
    const init = { method: "POST", body: how === "announced" ? body : chunked, duplex: "half" } as RequestInit;
    const headers = {
      authorization: `Bearer ${agent.token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-session-id": agent.mcpSession,
    };
    // The daemon answers before it has read everything; a client may see that as a broken connection.
    const status = await fetch(`${daemon.url}/mcp`, { ...init, headers }).then(
      (response) => response.status,
      () => 413,
    );
    expect(status).toBe(413);
    expect(await ends(daemon, agent, 1)).toMatchObject([{ tool: "alpha", error: { code: "refused-too-large" } }]);
  });

  it("again and again costs thirty rows a minute, and the last one counts the others", async () => {
    const daemon = await start({ one: bare("alpha") });
    const agent = await daemon.agent();
    await Promise.all(Array.from({ length: 500 }, (_, i) => agent.tool(`nothing-${i}`)));
    const counted = ({ error }: Json) => String((error as Json | undefined)?.message).includes(" 470 more calls ");
    const { events } = await readEvents(daemon.url, agent.session, agent.token, (all) => all.some(counted));
    const started = events.filter(({ kind }) => kind === "started");
    expect(started).toHaveLength(30);
    expect(events.find(counted)).toMatchObject({
      kind: "failed",
      call: started.at(-1)?.call,
      error: { code: "refused-unknown-tool" },
    });
    // Told a few times while it went on, not with each call.
    expect(events.length).toBeLessThan(80);
    await agent.tool("alpha");
    expect((await ends(daemon, agent, events.length - 29)).at(-1)).toMatchObject({
      kind: "finished",
      call: expect.stringMatching(/^c31-/),
    });
  });

  it("shows no secret of its arguments, and of its name no more than a line", async () => {
    running = await startDaemon({ one: { ...bare("alpha"), env: { API_KEY: "s3cret-value-of-one" } } });
    await running.settled();
    const agent = await running.agent();
    await agent.tool(`odd\u202e\n${"n".repeat(10_000)}`, { say: "s3cret-value-of-one" });
    const { events } = await readEvents(running.url, agent.session, agent.token, (all) => all.length === 2);
    expect(JSON.stringify(events)).not.toContain("s3cret-value-of-one");
    expect(String(events[0]?.tool).length).toBeLessThan(210);
    expect(events[0]?.tool).not.toMatch(/[\n\u202e]/);
  });
});
