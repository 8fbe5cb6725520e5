/** Proves what is left of an MCP session when its daemon goes away, and what a failing store does. */
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Json, type McpAgent, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";
import { createMemorySessionStore } from "../sessions/memory-session-store.ts";
import type { SessionStore } from "../sessions/session-store.ts";

const running: TestDaemon[] = [];
afterEach(async () => {
  for (const daemon of running.splice(0).reverse()) await daemon.stop();
});
const start = async (...args: Parameters<typeof startDaemon>) => {
  const daemon = await startDaemon(...args);
  running.push(daemon);
  return daemon;
};
const text = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";
const ping = (agent: McpAgent, headers: Record<string, string> = {}) =>
  agent.raw({ body: '{"jsonrpc":"2.0","id":4,"method":"ping"}', headers });

describe("an MCP session whose daemon was started again", () => {
  it("goes on for its agent under the same address, bearer and id: servers are initialised anew with what it said", async () => {
    const first = await start({ one: scripted() });
    const agent = await first.agent(
      { label: "kept" },
      {
        capabilities: { sampling: {} },
        onRequest: () => ({ role: "assistant", content: { type: "text", text: "still here" }, model: "m" }),
      },
    );
    await agent.tool("echo", { text: "before" });
    await first.daemon.dispose();

    const second = await start({ one: scripted() }, {}, first.home);
    expect(second.url).toBe(first.url);
    expect(text(await agent.tool("echo", { text: "after" }))).toBe("after");
    expect(text(await agent.tool("ask"))).toContain("still here");
    const { sessions } = (await (await second.ask("/sessions")).json()) as { sessions: Json[] };
    expect(sessions).toMatchObject([{ session_id: agent.session, label: "kept", clients: 1, terminal: null }]);
  });

  it("has its events numbered above all that were before, also when its daemon was killed, and begins with what is over", async () => {
    const first = await start({ one: scripted() });
    const agent = await first.agent();
    await agent.tool("echo", { text: "before" });
    const before = await readEvents(first.url, agent.session, agent.token, (events) => events.length === 2);
    expect(before.events.map(({ seq }) => seq)).toEqual([1, 2]);
    // What a killed daemon leaves: its files as they are while it runs.
    const left = mkdtempSync(join(tmpdir(), "signalbox-killed-"));
    cpSync(first.home, left, { recursive: true, filter: (path) => !path.endsWith("mcp.json") });
    await first.daemon.dispose();

    const second = await start({ one: scripted() }, {}, left);
    expect(second.url).toBe(first.url);
    await agent.tool("echo", { text: "after" });
    const after = await readEvents(
      second.url,
      agent.session,
      agent.token,
      (events) => events.length === 3,
      before.ids[1],
    );
    expect(after.events).toMatchObject([
      { kind: "gap", missed: null, outcomes_lost: true },
      { kind: "started" },
      { kind: "finished" },
    ]);
    const numbers = after.ids.map((id) => Number(id.split("-")[1]));
    expect(after.events.slice(1).map(({ seq }) => seq)).toEqual(numbers.slice(1));
    expect(numbers[0]).toBeGreaterThan(2);
    expect(numbers).toEqual([0, 1, 2].map((n) => (numbers[0] ?? 0) + n));
  });

  it("A32: is nobody else's, and not there for one whose session had been ended", async () => {
    const first = await start();
    const [mine, ended] = [await first.agent(), await first.agent()];
    await first.ask(`/session/${ended.session}`, { method: "DELETE" });
    await first.daemon.dispose();
    const second = await start({}, {}, first.home);
    const other = await second.agent();
    expect((await ping(other, { "mcp-session-id": mine.mcpSession })).status).toBe(404);
    expect((await ping(ended)).status).toBe(401);
    expect((await ping(mine)).status).toBe(200);
  });
});

describe("the store of sessions", () => {
  const INITIALIZE =
    '{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}';
  const initialize = ({ url, token }: McpAgent) =>
    fetch(`${url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: INITIALIZE,
    });

  it.each([
    ["stopped", () => Promise.reject(new Error("gone"))],
    ["frozen", () => new Promise<never>(() => {})],
  ])(
    "P18: %s: live sessions go on with calls and events, what needs it is refused clearly, all is well when it is back",
    async (_how, away) => {
      const memory = createMemorySessionStore();
      let gone = false;
      const through = <T>(asked: () => Promise<T>) => (gone ? away() : asked());
      const store: SessionStore = {
        put: (record) => through(() => memory.put(record)),
        get: (id) => through(() => memory.get(id)),
        ofOwner: (owner) => through(() => memory.ofOwner(owner)),
        touch: (id, usedAt) => through(() => memory.touch(id, usedAt)),
        remove: (id) => through(() => memory.remove(id)),
        removeSession: (session) => through(() => memory.removeSession(session)),
        removeIdle: (before) => through(() => memory.removeIdle(before)),
        close: () => through(() => memory.close()),
      };
      const daemon = await start({ one: scripted() }, { sessionStore: store, sweepMs: 20 });
      const agent = await daemon.agent();
      gone = true;
      const refused = Promise.all([ping(agent, { "mcp-session-id": "recorded-elsewhere" }), initialize(agent)]);
      expect(text(await agent.tool("echo", { text: "on" }))).toBe("on");
      const { events } = await readEvents(daemon.url, agent.session, agent.token, (all) => all.length === 2);
      expect(events.map((event) => event.kind)).toEqual(["started", "finished"]);
      const [unknown, fresh] = await refused;
      expect([unknown.status, await unknown.json()]).toMatchObject([503, { id: 4, error: { code: -32603 } }]);
      expect([fresh.status, await fresh.json()]).toMatchObject([503, { id: "i" }]);
      gone = false;
      expect((await ping(agent, { "mcp-session-id": "recorded-elsewhere" })).status).toBe(404);
      expect((await initialize(agent)).status).toBe(200);
    },
  );

  it("P18: flushed: live sessions go on, what only it knew is not known any more", async () => {
    const memory = createMemorySessionStore();
    const daemon = await start({ one: scripted() }, { sessionStore: memory });
    const agent = await daemon.agent();
    await memory.removeIdle(Number.POSITIVE_INFINITY);
    expect(text(await agent.tool("echo", { text: "on" }))).toBe("on");
    expect((await ping(agent, { "mcp-session-id": "recorded-elsewhere" })).status).toBe(404);
    expect((await initialize(agent)).status).toBe(200);
    expect(await agent.end()).toBe(200);
  });
});

describe("a store that fails", () => {
  it("is 503 with the request's id, for a new session and for one that it should know; live ones go on", async () => {
    const memory = createMemorySessionStore();
    let failing = false;
    const store: SessionStore = {
      ...memory,
      put: async (record) => (failing ? Promise.reject(new Error("gone")) : memory.put(record)),
      get: async (id) => (failing ? Promise.reject(new Error("gone")) : memory.get(id)),
      ofOwner: async (owner) => (failing ? Promise.reject(new Error("gone")) : memory.ofOwner(owner)),
    };
    const daemon = await start({}, { sessionStore: store });
    const agent = await daemon.agent();
    failing = true;
    expect((await agent.call("ping")).result).toEqual({});
    const unknown = await ping(agent, { "mcp-session-id": "recorded-elsewhere" });
    expect([unknown.status, await unknown.json()]).toMatchObject([503, { id: 4, error: { code: -32603 } }]);
    const fresh = await fetch(`${daemon.url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${agent.token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: '{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}',
    });
    expect([fresh.status, await fresh.json()]).toMatchObject([503, { id: "i" }]);
    const stranger = await agent.raw({ body: "{}", headers: { authorization: `Bearer ${"0".repeat(64)}` } });
    expect(stranger.status).toBe(503);
    failing = false;
    expect((await agent.raw({ body: "{}", headers: { authorization: `Bearer ${"0".repeat(64)}` } })).status).toBe(401);
  });
});
