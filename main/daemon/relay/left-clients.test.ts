/** Proves that clients which leave without a word cost nobody anything: their servers end soon, and the next client gets in. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { connectAgent, type Json, type McpAgent, type Rpc } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let running: TestDaemon | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
async function start(settings: Json, servers: Json = { one: scripted() }) {
  running = await startDaemon(servers);
  await running.settled();
  expect((await running.ask("/settings", { method: "PUT", body: settings })).status).toBe(200);
  return running;
}
const text = ({ result }: Rpc) => (result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";
const pidOf = async (agent: McpAgent) => Number((JSON.parse(text(await agent.tool("status"))) as { pid: number }).pid);
const lives = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const toEnd = (pid: number) => vi.waitFor(() => expect(lives(pid)).toBe(false), { interval: 20 });
const clients = async (daemon: TestDaemon) =>
  ((await (await daemon.ask("/sessions")).json()) as { sessions: { clients: number }[] }).sessions.map(
    (session) => session.clients,
  );

describe("an MCP session that nobody uses", () => {
  it("lets its servers' processes go, and has them again under the same id when it asks for something", async () => {
    const daemon = await start({ server_idle_seconds: 1 });
    const agent = await daemon.agent();
    const pid = await pidOf(agent);
    expect(await clients(daemon)).toEqual([1]);
    await toEnd(pid);
    expect(await clients(daemon)).toEqual([0]);
    // It is asked whether it is there, which needs no server.
    expect((await agent.call("ping")).result).toEqual({});
    expect(await clients(daemon)).toEqual([0]);
    const again = await pidOf(agent);
    expect(lives(again)).toBe(true);
    expect(again).not.toBe(pid);
    expect(await clients(daemon)).toEqual([1]);
    await toEnd(again);
    const { tools } = (await agent.call("tools/list")).result as { tools: Json[] };
    expect(tools.length).toBeGreaterThan(10);
  });

  it("keeps them while it has a reader, while a call runs, and while nothing was asked for a moment only", async () => {
    const daemon = await start({ server_idle_seconds: 1 });
    const [reads, calls, idle] = [await daemon.agent(), await daemon.agent(), await daemon.agent()];
    const stream = await reads.listen();
    const [reading, calling, idling] = [await pidOf(reads), await pidOf(calls), await pidOf(idle)];
    const slow = calls.tool("slow", { ms: 3_000 });
    await toEnd(idling);
    expect([lives(reading), lives(calling)]).toEqual([true, true]);
    expect(text(await slow)).toBe("slow but done");
    await toEnd(calling);
    expect(lives(reading)).toBe(true);
    stream.close();
    await toEnd(reading);
  });

  it("has its servers again as soon as a reader is there, with the log level that it had set", async () => {
    const daemon = await start({ server_idle_seconds: 1 });
    const agent = await daemon.agent();
    const pid = await pidOf(agent);
    await agent.call("logging/setLevel", { level: "warning" });
    await toEnd(pid);
    const { close } = await agent.listen();
    await vi.waitFor(async () => {
      const { seen } = JSON.parse(text(await agent.tool("status"))) as { seen: unknown };
      expect(JSON.stringify(seen)).toContain("logging/setLevel");
    });
    close();
  });
});

describe("a token with as many MCP sessions as it may have", () => {
  it("gets another one in place of the longest unused, which is there again when it asks", async () => {
    const daemon = await start({}, {});
    const { token } = await daemon.session({ servers: [] });
    const first = await connectAgent(daemon.url, token);
    const second = await connectAgent(daemon.url, token);
    const reader = await first.listen();
    const others = await Promise.all(Array.from({ length: 70 }, () => connectAgent(daemon.url, token)));
    expect(new Set(others.map(({ mcpSession }) => mcpSession)).size).toBe(70);
    for (const agent of [first, second, ...others]) expect((await agent.call("ping")).result).toEqual({});
    reader.close();
  });

  it("is told what to do when all of them are in use, and none is cut", async () => {
    const daemon = await start({}, {});
    const { token } = await daemon.session({ servers: [] });
    const all = await Promise.all(Array.from({ length: 64 }, () => connectAgent(daemon.url, token)));
    const readers = await Promise.all(all.map((agent) => agent.listen()));
    await expect(connectAgent(daemon.url, token)).rejects.toThrow(
      /503 .*all 64 of this token run a call or have a reader/,
    );
    for (const agent of all) expect((await agent.call("ping")).result).toEqual({});
    readers.pop()?.close();
    await vi.waitFor(() => connectAgent(daemon.url, token));
    for (const reader of readers) reader.close();
  });
});
