/** Proves that a kept write goes only to the server and the tool that it was written for, unless a person says otherwise. */
import { afterEach, expect, it, vi } from "vitest";
import { type HttpUpstream, startHttpUpstream } from "../../../test/support/daemon/http-upstream.ts";
import { type Json, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let daemon: TestDaemon | undefined;
const upstreams: HttpUpstream[] = [];
afterEach(async () => {
  await daemon?.stop();
  for (const upstream of upstreams.splice(0)) await upstream.down();
  daemon = undefined;
});
const newUpstream = async () => {
  const upstream = await startHttpUpstream([
    { name: "write", description: "writes", inputSchema: { type: "object" } },
    { name: "other", inputSchema: { type: "object" } },
  ]);
  upstreams.push(upstream);
  return upstream;
};

/** One write to the server “wiki” of company A waits, and its server is away. */
async function keepOne() {
  const wiki = await newUpstream();
  const local = await startDaemon({ wiki: { url: wiki.url, headers: { "X-Tenant": "a" } } });
  daemon = local;
  const buffer = [{ server: "wiki", tool: "write" }];
  await local.ask("/tool-settings", { method: "PUT", body: { buffer } });
  const agent = await local.agent();
  await agent.call("tools/list");
  await wiki.down();
  await agent.tool("write", { text: "confidential" });
  const entries = async () => ((await (await local.ask("/outbox")).json()) as { entries: Json[] }).entries;
  expect(await entries()).toMatchObject([{ state: "queued" }]);
  const held = (reason: string) =>
    vi.waitFor(async () =>
      expect(await entries()).toMatchObject([{ state: "held", reason: expect.stringContaining(reason) }]),
    );
  const act = async (method: string, path = "") => {
    const [entry] = await entries();
    expect((await local.ask(`/outbox/${entry?.id}${path}`, { method })).status).toBe(204);
  };
  return { wiki, local, agent, buffer, entries, held, act };
}

it("P15: a write is not sent to another server that has the same name by then", async () => {
  const { local, held, act, entries, agent } = await keepOne();
  const stranger = await newUpstream();
  local.writeServers({ wiki: { url: stranger.url, headers: { "X-Tenant": "a" } } });
  await held("configured differently");
  expect(stranger.calls).toEqual([]);
  expect(stranger.initialized).toBeGreaterThan(0);
  const { events } = await readEvents(local.url, agent.session, agent.token, (all) => all.length >= 3);
  expect(events.at(-1)).toMatchObject({
    kind: "queued",
    call: events[0]?.call,
    message: expect.stringContaining("wiki"),
  });
  // A person decides.
  await act("POST", "/retry");
  await vi.waitFor(async () => expect(await entries()).toEqual([]));
  expect(stranger.calls).toMatchObject([{ name: "write", args: { text: "confidential" } }]);
});

it("P15: a write is not sent with another account's headers; back under its own it is delivered by a person's word alone", async () => {
  const { wiki, local, held, act, entries } = await keepOne();
  local.writeServers({ wiki: { url: wiki.url, headers: { "X-Tenant": "b" } } });
  await wiki.up();
  await held("configured differently");
  expect(wiki.calls).toEqual([]);
  await act("DELETE");
  expect(await entries()).toEqual([]);
  expect(wiki.calls).toEqual([]);
});

it("a write waits while no server has its name, and is delivered when its own is back", async () => {
  const { wiki, local, entries } = await keepOne();
  local.writeServers({});
  await vi.waitFor(async () =>
    expect(((await (await local.ask("/servers")).json()) as { servers: Json[] }).servers).not.toMatchObject([
      { name: "wiki" },
    ]),
  );
  await wiki.up();
  local.writeServers({ wiki: { url: wiki.url, headers: { "X-Tenant": "a" } } });
  await vi.waitFor(async () => expect(await entries()).toEqual([]));
  expect(wiki.calls).toMatchObject([{ headers: { "x-tenant": "a" } }]);
});

it.each<[string, Json, string]>([
  ["hidden", { hide: [{ tool: "write" }] }, "a rule hides it"],
  ["hidden outside of worktrees", { hide: [{ tool: "write", when: "no-worktree" }] }, "hides it outside git worktrees"],
  ["not read-only where only reading is allowed", { read_only: true }, "read-only"],
])("A30: a write to a tool that is %s by now waits for a person", async (_, settings, reason) => {
  const { wiki, local, buffer, held, act, entries } = await keepOne();
  await local.ask("/tool-settings", { method: "PUT", body: { buffer, ...settings } });
  await wiki.up();
  await held(reason);
  expect(wiki.calls).toEqual([]);
  await act("POST", "/retry");
  await vi.waitFor(async () => expect(await entries()).toEqual([]));
  expect(wiki.calls).toHaveLength(1);
});

it("a write to a tool whose description changed waits for a person, where changed tools are held back", async () => {
  const { wiki, local, buffer, held } = await keepOne();
  await local.ask("/tool-settings", { method: "PUT", body: { buffer, hold_changed: true } });
  wiki.tools[0] = { name: "write", description: "writes, and publishes", inputSchema: { type: "object" } };
  await wiki.up();
  await held("has not been approved");
  expect(wiki.calls).toEqual([]);
});

it("later writes of the tool are not kept waiting by one that is held", async () => {
  const { local, agent, held } = await keepOne();
  const stranger = await newUpstream();
  local.writeServers({ wiki: { url: stranger.url } });
  await held("configured differently");
  const reply = await agent.tool("write", { text: "for b" });
  expect(reply.result?.structuredContent).toBeUndefined();
  expect(stranger.calls).toMatchObject([{ args: { text: "for b" } }]);
});
