/** Proves what becomes of running calls when their agent goes away, for both values of the setting, and how long idle sessions last. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Json, type McpAgent, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";
import { openDaemonSettings } from "../settings/daemon-settings-store.ts";

let running: TestDaemon | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
async function start(settings: Json, options: Parameters<typeof startDaemon>[1] = {}) {
  running = await startDaemon({ one: scripted() }, { abandonMs: 20, ...options });
  await running.settled();
  expect((await running.ask("/settings", { method: "PUT", body: settings })).status).toBe(200);
  const agent = await running.agent();
  // Only a server that is there already gets a call before its agent hangs up.
  await agent.tool("echo");
  return { daemon: running, agent };
}
type Agent = McpAgent & { session: string };
const ended = (daemon: TestDaemon, agent: Agent) =>
  readEvents(
    daemon.url,
    agent.session,
    agent.token,
    (all) => all.filter(({ kind }) => ["finished", "cancelled", "failed"].includes(String(kind))).length === 2,
  ).then(({ events }) => events.at(-1));

/** A call whose stream has begun; gives the id of its first event, and a way to hang up. */
async function begin(daemon: TestDaemon, agent: Agent, name: string, args: Json) {
  const abort = new AbortController();
  const params = { name, arguments: args };
  const response = await fetch(`${daemon.url}/mcp`, {
    method: "POST",
    signal: abort.signal,
    headers: {
      authorization: `Bearer ${agent.token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-session-id": agent.mcpSession,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
  });
  const first = await response.body?.getReader().read();
  const eventId = /^id: (.+)$/m.exec(new TextDecoder().decode(first?.value))?.[1] ?? "";
  return { eventId, hangUp: () => abort.abort() };
}
const cancelled = async (agent: Agent) =>
  JSON.parse(
    ((await agent.tool("cancelled")).result as { content: { text: string }[] }).content[0]?.text ?? "",
  ) as Json[];

describe("a call whose agent hangs up", () => {
  it("goes on to its end", async () => {
    const { daemon, agent } = await start({});
    const call = await begin(daemon, agent, "slow", { ms: 300 });
    call.hangUp();
    expect(await ended(daemon, agent)).toMatchObject({ kind: "finished" });
    expect(await cancelled(agent)).toEqual([]);
  });

  it("ends with it where the setting says so, and its server is told", async () => {
    const { daemon, agent } = await start({ end_calls_on_disconnect: true });
    const call = await begin(daemon, agent, "hang", {});
    call.hangUp();
    expect(await ended(daemon, agent)).toMatchObject({ kind: "cancelled", message: "The agent has disconnected." });
    expect(await cancelled(agent)).toHaveLength(1);
  });

  it("is kept for one that comes back for its stream in time, whatever the setting", async () => {
    const { daemon, agent } = await start({ end_calls_on_disconnect: true }, { abandonMs: 30_000 });
    const call = await begin(daemon, agent, "slow", { ms: 1_000 });
    call.hangUp();
    const again = await agent.raw({
      method: "GET",
      headers: { accept: "text/event-stream", "last-event-id": call.eventId },
    });
    expect(await again.text()).toContain("slow but done");
    expect(await ended(daemon, agent)).toMatchObject({ kind: "finished" });
  });
});

describe("a call whose agent ends its MCP session", () => {
  it.each([
    [false, "slow", { kind: "finished" }],
    [true, "hang", { kind: "cancelled", message: "The agent has disconnected." }],
  ])("with the setting %s", async (setting, tool, end) => {
    const { daemon, agent } = await start({ end_calls_on_disconnect: setting });
    await begin(daemon, agent, tool, { ms: 300 });
    expect(await agent.end()).toBe(200);
    expect(await ended(daemon, agent)).toMatchObject(end);
  });
});

describe("the daemon's settings", () => {
  it("hold at once and at the next start; what cannot be meant is refused and changes nothing", async () => {
    const { daemon } = await start({ end_calls_on_disconnect: true, session_idle_minutes: 5 });
    expect((await daemon.ask("/settings", { method: "PUT", body: { session_idle_minutes: 0 } })).status).toBe(400);
    const set = {
      end_calls_on_disconnect: true,
      session_idle_minutes: 5,
      server_idle_seconds: 30,
      long_call_minutes: 60,
      person_tools: true,
      agent_tools: ["command", "edit", "web", "subagent", "mcp"],
    };
    expect(await (await daemon.ask("/settings")).json()).toEqual(set);
    expect(openDaemonSettings(`${daemon.home}/daemon-settings.json`).get()).toEqual(set);
    expect((await daemon.ask("/settings", { token: (await daemon.session()).token })).status).toBe(401);
  });

  it("say how long an MCP session lasts without use", async () => {
    let now = 0;
    const { agent } = await start({ session_idle_minutes: 5 }, { clock: () => now, sweepMs: 5 });
    now += 4 * 60_000;
    expect((await agent.call("ping")).result).toEqual({});
    now += 6 * 60_000;
    await vi.waitFor(async () =>
      expect((await agent.raw({ body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' })).status).toBe(404),
    );
  });
});
