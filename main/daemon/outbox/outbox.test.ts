/** Proves that writes survive an outage, in order and once, and that nobody is told more than is known. */
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type HttpUpstream,
  loseAnswer,
  startHttpUpstream,
  status,
  succeed,
} from "../../../test/support/daemon/http-upstream.ts";
import { type Json, type McpAgent, readEvents, readSse } from "../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";
import { decideDelivery, dueIn, retryDelay, stampKey } from "./decide-delivery.ts";

let daemon: TestDaemon | undefined;
let upstream: HttpUpstream | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await daemon?.stop();
  await upstream?.down();
  daemon = undefined;
  upstream = undefined;
});

const schema = { type: "object" };
const SECRET = "$" + "{secret:key}";
const TOOLS = [
  {
    name: "write",
    inputSchema: { type: "object", properties: { idempotencyKey: { type: "string" } } },
    outputSchema: schema,
  },
  { name: "blind", inputSchema: schema },
  { name: "read", inputSchema: schema },
];

async function start() {
  const remote = await startHttpUpstream(TOOLS);
  upstream = remote;
  const local = await startDaemon({ remote: { url: remote.url } });
  daemon = local;
  await local.ask("/tool-settings", { method: "PUT", body: { buffer: [{ tool: "write" }, { tool: "blind" }] } });
  const agent = await local.agent();
  await agent.call("tools/list");
  return { remote, local, agent };
}
/** The outbox's counts as a gateway is told of them, in order. */
async function watchCounts(local: TestDaemon) {
  const abort = new AbortController();
  const told: Json[] = [];
  const response = await fetch(`${local.url}/events`, {
    headers: { authorization: `Bearer ${local.key}` },
    signal: abort.signal,
  });
  void readSse(response, (notice) => {
    const { type, outbox } = notice as Json;
    if (type === "outbox") told.push(outbox as Json);
  }).catch(() => {});
  return { told, stop: () => abort.abort() };
}
const said = (reply: { result?: Json }) => reply.result?.structuredContent as Json;
const entries = async (local: TestDaemon) =>
  ((await (await local.ask("/outbox")).json()) as { entries: Json[] }).entries;
/** Which call of its run it is. */
const number = (call: unknown) => String(call).split("-")[0];
const kinds = async (local: TestDaemon, agent: McpAgent & { session: string }, last: string) => {
  const { events } = await readEvents(local.url, agent.session, agent.token, (all) => all.at(-1)?.kind === last);
  return events.map((event) => `${number(event.call)} ${event.kind}`);
};

describe("a write", () => {
  it("that cannot be delivered is kept, told as queued, and delivered with its key when the server is back", async () => {
    const { remote, local, agent } = await start();
    await remote.down();
    const reply = await agent.tool("write", { text: "one" });
    expect(said(reply)).toMatchObject({ queued: true, tool: "write", idempotencyKey: expect.any(String) });
    expect(await entries(local)).toMatchObject([
      { state: "queued", server: "remote", key: said(reply).idempotencyKey },
    ]);
    await remote.up();
    await vi.waitFor(async () => expect(await entries(local)).toEqual([]));
    expect(remote.calls).toMatchObject([
      {
        name: "write",
        key: said(reply).idempotencyKey,
        args: { text: "one", idempotencyKey: said(reply).idempotencyKey },
      },
    ]);
    expect(await kinds(local, agent, "delivered")).toEqual(["c1 started", "c1 queued", "c1 delivered"]);
  });

  it.each(["write", "blind"])(
    "P15: of %s, made while its server was known to be away, is delivered once, however much time passes after the call",
    async (tool) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"], shouldAdvanceTime: true });
      const { remote, local, agent } = await start();
      await remote.down();
      // Now it is known to be away: the next call finds no connection at all.
      await agent.tool("read");
      await vi.waitFor(async () => {
        const { servers } = (await (await local.ask("/servers")).json()) as { servers: Json[] };
        expect(servers[0]?.state).toBe("failed");
      });
      expect(said(await agent.tool(tool, { text: "one" }))).toMatchObject({ queued: true, tool });
      await remote.up();
      await vi.waitFor(async () => expect(await entries(local)).toEqual([]));
      // What a call may wait for its answer, twice over.
      await vi.advanceTimersByTimeAsync(121_000);
      expect(await entries(local)).toEqual([]);
      expect(remote.calls.filter(({ name }) => name === tool)).toHaveLength(1);
      expect(await kinds(local, agent, "delivered")).toEqual([
        "c1 started",
        "c1 failed",
        "c2 started",
        "c2 queued",
        "c2 delivered",
      ]);
    },
  );

  it("waits behind earlier ones of its tool, so that the order is kept; reads are not held up", async () => {
    const { remote, local, agent } = await start();
    remote.behave(status(503));
    await agent.tool("write", { text: "one" });
    remote.behave((call, respond) => (call.name === "read" ? succeed(call, respond) : status(503)(call, respond)));
    const second = await agent.tool("write", { text: "two" });
    expect(said(second)).toMatchObject({ queued: true });
    expect((await agent.tool("read")).error).toBeUndefined();
    remote.calls.length = 0;
    remote.behave(succeed);
    await vi.waitFor(async () => expect(await entries(local)).toEqual([]));
    expect(remote.calls.map((call) => call.args.text)).toEqual(["one", "two"]);
  });

  it("P15: whose answer was lost is not repeated blindly: the agent and the person are told that nobody knows", async () => {
    const { remote, local, agent } = await start();
    remote.behave(loseAnswer);
    const reply = await agent.tool("blind", { text: "once" });
    expect(reply.result?.isError).toBe(true);
    expect(said(reply)).toMatchObject({ queued: false, outcome: "unknown" });
    expect(await entries(local)).toMatchObject([{ state: "unknown" }]);
    remote.behave(succeed);
    await local.ask("/servers/remote/restart", { method: "POST" });
    await agent.tool("read");
    expect(remote.calls.filter((call) => call.name === "blind")).toHaveLength(1);
    const [entry] = await entries(local);
    expect((await local.ask(`/outbox/${entry?.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await kinds(local, agent, "discarded")).slice(0, 2)).toEqual(["c1 started", "c1 failed"]);
  });

  it("P15: whose key makes a repetition harmless is repeated, with the same key", async () => {
    const { remote, local, agent } = await start();
    remote.behave(loseAnswer);
    expect(said(await agent.tool("write", { idempotencyKey: "mine" }))).toMatchObject({
      queued: true,
      idempotencyKey: "mine",
    });
    remote.behave(succeed);
    await vi.waitFor(async () => expect(await entries(local)).toEqual([]));
    // The second attempt may have been lost too, when it was made before the server was better.
    expect(remote.calls.length).toBeGreaterThan(1);
    expect(new Set(remote.calls.map((call) => call.key))).toEqual(new Set(["mine"]));
  });

  it("that the server refuses for good is kept as dead with its reason, until a person retries it", async () => {
    const { remote, local, agent } = await start();
    await remote.down();
    await agent.tool("write", {});
    remote.behave((_call, { result }) => result({ isError: true, content: [{ type: "text", text: "no such page" }] }));
    await remote.up();
    await vi.waitFor(async () =>
      expect(await entries(local)).toMatchObject([{ state: "dead", reason: "no such page" }]),
    );
    remote.behave(succeed);
    const [entry] = await entries(local);
    expect((await local.ask(`/outbox/${entry?.id}/retry`, { method: "POST" })).status).toBe(204);
    await vi.waitFor(async () => expect(await entries(local)).toEqual([]));
    expect(await kinds(local, agent, "delivered")).toEqual([
      "c1 started",
      "c1 queued",
      "c1 failed",
      "c1 queued",
      "c1 delivered",
    ]);
  });

  it("is kept for each tool on its own under the caller's key, and once for each tool", async () => {
    const { remote, local, agent } = await start();
    await remote.down();
    const key = "order-1";
    for (const tool of ["write", "blind"]) {
      expect(said(await agent.tool(tool, { idempotencyKey: key }))).toMatchObject({
        queued: true,
        idempotencyKey: key,
      });
    }
    const again = said(await agent.tool("write", { idempotencyKey: key }));
    expect(again).toMatchObject({ queued: true, note: expect.stringContaining("kept already") });
    expect((await entries(local)).map(({ tool, call }) => [tool, number(call)])).toEqual([
      ["write", "c1"],
      ["blind", "c2"],
    ]);
    await remote.up();
    await vi.waitFor(async () => expect(await entries(local)).toEqual([]));
    expect(remote.calls.map((call) => [call.name, call.key])).toEqual([
      ["write", key],
      ["blind", key],
    ]);
    const { events } = await readEvents(
      local.url,
      agent.session,
      agent.token,
      (all) => all.filter(({ kind }) => kind === "delivered").length === 2,
    );
    expect(events.filter(({ call }) => number(call) === "c3").map(({ kind }) => kind)).toEqual(["started", "finished"]);
  });

  it("is counted live for whoever watches: waiting, refused, unknown, and gone again", async () => {
    const { remote, local, agent } = await start();
    const { told, stop } = await watchCounts(local);
    await remote.down();
    await agent.tool("write", {});
    await agent.tool("write", {});
    await vi.waitFor(() => expect(told.at(-1)).toEqual({ waiting: 2, dead: 0, unknown: 0, held: 0 }));
    remote.behave((_call, { result }) => result({ isError: true, content: [] }));
    await remote.up();
    await vi.waitFor(() => expect(told.at(-1)).toEqual({ waiting: 0, dead: 2, unknown: 0, held: 0 }));
    remote.behave(loseAnswer);
    await agent.tool("blind", {});
    await vi.waitFor(() => expect(told.at(-1)).toEqual({ waiting: 0, dead: 2, unknown: 1, held: 0 }));
    for (const { id } of await entries(local)) await local.ask(`/outbox/${id}`, { method: "DELETE" });
    await vi.waitFor(() => expect(told.at(-1)).toEqual({ waiting: 0, dead: 0, unknown: 0, held: 0 }));
    const repeated = told.filter((counts, i) => JSON.stringify(counts) === JSON.stringify(told[i - 1]));
    expect(repeated).toEqual([]);
    stop();
  });

  it("is sent with the credentials of that moment, not with those of the call", async () => {
    const remote = await startHttpUpstream(TOOLS, (headers) => headers["x-key"] !== "old" || allowed);
    upstream = remote;
    let allowed = true;
    const local = await startDaemon({});
    daemon = local;
    await local.ask("/secrets/key", { method: "PUT", body: { value: "old" } });
    await local.ask("/tool-settings", { method: "PUT", body: { buffer: [{ tool: "write" }] } });
    local.writeServers({ remote: { url: remote.url, headers: { "x-key": SECRET } } });
    const agent = await local.agent();
    await vi.waitFor(async () => expect(JSON.stringify(await agent.call("tools/list"))).toContain("write"));
    allowed = false;
    expect(said(await agent.tool("write", {}))).toMatchObject({ queued: true });
    expect(remote.calls).toEqual([]);
    await local.ask("/secrets/key", { method: "PUT", body: { value: "new" } });
    await local.ask("/servers/remote/restart", { method: "POST" });
    await vi.waitFor(async () => expect(await entries(local)).toEqual([]));
    expect(remote.calls.map(({ headers }) => headers["x-key"])).toEqual(["new"]);
    expect(JSON.stringify(await (await local.ask("/secrets")).json())).toBe('{"names":["key"]}');
  });

  it("promises no structure of an answer that may be the outbox's", async () => {
    const { agent } = await start();
    const { tools } = (await agent.call("tools/list")).result as { tools: Json[] };
    expect(tools.find((tool) => tool.name === "write")).not.toHaveProperty("outputSchema");
  });

  it("of a tool that is not marked fails as it always did, and nothing is kept", async () => {
    const { remote, local, agent } = await start();
    await remote.down();
    expect((await agent.tool("read")).error?.message).toContain("“remote” cannot be reached");
    expect(await entries(local)).toEqual([]);
  });
});

describe("the decision after an attempt", () => {
  const lost = (fault: Json, repeatable = false) =>
    decideDelivery({ outcome: "lost", fault: { reason: "r", ...fault } }, repeatable).next;

  it("never repeats what may have been carried out, unless that is harmless", () => {
    expect([
      lost({}),
      lost({ status: 500 }),
      lost({ status: 502 }),
      lost({ status: 504 }),
      lost({ status: 408 }),
    ]).toEqual(Array(5).fill("unknown"));
    expect([lost({}, true), lost({ status: 502 }, true), lost({ status: 408 }, true)]).toEqual(Array(3).fill("retry"));
  });

  it("repeats what was turned away or never arrived, and buries what was refused", () => {
    expect([
      lost({ undelivered: true }),
      lost({ status: 503 }),
      lost({ status: 429 }),
      lost({ status: 401 }),
      lost({ status: 403 }),
    ]).toEqual(Array(5).fill("retry"));
    expect([lost({ status: 400 }), lost({ status: 404 }, true), lost({ status: 422 })]).toEqual(Array(3).fill("dead"));
  });

  it("waits longer each time, within its cap, never in step with others", () => {
    const delays = [0, 1, 2, 3, 30].map((attempts) => [retryDelay(attempts, 0), retryDelay(attempts, 1)]);
    expect(delays).toEqual([
      [500, 1000],
      [1000, 2000],
      [2000, 4000],
      [4000, 8000],
      [150_000, 300_000],
    ]);
  });

  it("P19: is not put off by a clock that jumps", () => {
    const day = 86_400_000;
    expect(dueIn(1_000, 400)).toBe(600);
    expect(dueIn(1_000, 2 * day)).toBe(0);
    expect(dueIn(2 * day, 0)).toBe(0);
  });

  it("keeps the caller's own key wherever it was given", () => {
    const plain = { inputSchema: {} };
    expect(stampKey({ arguments: { idempotency_key: "a" } }, plain, "fresh").key).toBe("a");
    expect(stampKey({ _meta: { idempotencyKey: "b" } }, plain, "fresh").key).toBe("b");
    expect(stampKey({ arguments: {} }, plain, "fresh")).toEqual({
      key: "fresh",
      params: { arguments: {}, _meta: { idempotencyKey: "fresh" } },
    });
  });
});
