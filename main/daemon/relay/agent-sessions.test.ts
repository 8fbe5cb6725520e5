/** Proves how long MCP sessions last: their time to live, their end, and what outlives them. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let daemon: TestDaemon | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await daemon?.stop();
  daemon = undefined;
});

describe("an MCP session", () => {
  it("is over after its time without use: 404, so that the agent begins another; use and readers keep it", async () => {
    let now = 0;
    daemon = await startDaemon({ one: scripted() }, { clock: () => now, sweepMs: 5 });
    const local = daemon;
    const [idle, reads, used] = [await local.agent(), await local.agent(), await local.agent()];
    const stream = await reads.listen();
    now += 100 * 60_000;
    await used.call("ping");
    now += 100 * 60_000;
    await vi.waitFor(async () =>
      expect((await idle.raw({ body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' })).status).toBe(404),
    );
    expect((await used.call("ping")).result).toEqual({});
    expect((await reads.call("ping")).result).toEqual({});
    stream.close();
  });

  it("that its agent ends is 404 from then on, while a call that runs comes to its end and is seen", async () => {
    daemon = await startDaemon({ one: scripted() });
    const agent = await daemon.agent();
    void agent.tool("slow", { ms: 300 }).catch(() => {});
    await readEvents(daemon.url, agent.session, agent.token, (all) => all.length === 1);
    expect(await agent.end()).toBe(200);
    expect(await agent.end()).toBe(404);
    const { events } = await readEvents(daemon.url, agent.session, agent.token, (all) => all.length === 3);
    // That its agent stopped waiting is said beside its end (docs/decisions/0097).
    expect(events.map((event) => event.kind)).toEqual(["started", "left", "finished"]);
  });

  it("counts as a client of its session, until it ends", async () => {
    daemon = await startDaemon();
    const local = daemon;
    const clients = async () =>
      ((await (await local.ask("/sessions")).json()) as { sessions: { clients: number }[] }).sessions[0]?.clients;
    const agent = await local.agent();
    expect(await clients()).toBe(1);
    await agent.end();
    expect(await clients()).toBe(0);
  });

  it("answers what it cannot accept with a status and an error, the id echoed or left out, never null", async () => {
    daemon = await startDaemon();
    const agent = await daemon.agent();
    const post = async (body: string, headers: Record<string, string> = {}) => {
      const reply = await agent.raw({ body, headers });
      return [reply.status, await reply.json()];
    };
    expect(await post("{")).toMatchObject([400, { error: { code: -32700 } }]);
    expect(await post('{"jsonrpc":"2.0","id":7,"method":5}')).toMatchObject([400, { id: 7, error: { code: -32600 } }]);
    expect(await post('{"jsonrpc":"2.0","id":8,"method":"ping"}', { "mcp-session-id": "" })).toMatchObject([
      400,
      { id: 8 },
    ]);
    expect(
      await post('{"jsonrpc":"2.0","id":9,"method":"ping"}', { "mcp-protocol-version": "1999-01-01" }),
    ).toMatchObject([400, { id: 9 }]);
    expect(await post('{"jsonrpc":"2.0","id":9,"method":"ping"}', { accept: "application/json" })).toMatchObject([
      406,
      {},
    ]);
    expect(await post('{"jsonrpc":"2.0","id":9,"method":"ping"}', { "content-type": "text/plain" })).toMatchObject([
      415,
      {},
    ]);
    expect(await post('[{"jsonrpc":"2.0","id":9,"method":"ping"}]')).toMatchObject([400, {}]);
    expect(JSON.stringify([await post("{"), await post("[]")])).not.toContain('"id":null');
  });

  it("of 2025-03-26 may send batches", async () => {
    daemon = await startDaemon();
    const agent = await daemon.agent({}, { protocolVersion: "2025-03-26" });
    const reply = await agent.raw({
      body: '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]',
    });
    const said = await reply.text();
    expect(said).toContain('"id":1');
    expect(said).toContain('"id":2');
  });
});
