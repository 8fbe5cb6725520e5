/** Proves that a server of several instances is one server to an agent: sessions are spread, stay where they began, and survive an instance. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { type HttpUpstream, startHttpUpstream } from "../../../../test/support/daemon/http-upstream.ts";
import type { Json } from "../../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../../test/support/daemon/start-daemon.ts";
import { isReply, isRequest, type RpcMessage } from "../../rpc/message.ts";
import type { LinkFault, LinkHandlers } from "../connection/link.ts";
import { openAtInstance } from "./instances.ts";

let daemon: TestDaemon | undefined;
const instances: HttpUpstream[] = [];
afterEach(async () => {
  await daemon?.stop();
  daemon = undefined;
  for (const instance of instances.splice(0)) await instance.down();
});

const TOOLS = [{ name: "work", inputSchema: { type: "object" } }];
const text = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";

async function startInstances(suffix = "") {
  for (const name of ["first", "second"]) {
    const instance = await startHttpUpstream(TOOLS);
    instance.behave((_call, { result }) => result({ content: [{ type: "text", text: name }] }));
    instances.push(instance);
  }
  const [first, second] = instances as [HttpUpstream, HttpUpstream];
  daemon = await startDaemon({ remote: { url: first.url + suffix, instances: [second.url + suffix] } });
  return { first, second, local: daemon };
}
const byName = (name: string) => instances[name === "first" ? 0 : 1] as HttpUpstream;

describe("a server of several instances", () => {
  it("gets sessions spread over them, and each call of a session at the one that began it, path and query kept", async () => {
    const { local } = await startInstances("/deep?tenant=7&x=%2F");
    const agents = await Promise.all(Array.from({ length: 4 }, () => local.agent()));
    const places = [];
    for (const agent of agents) {
      const here = text(await agent.tool("work"));
      // An instance answers 404 to a session that it did not begin.
      for (let again = 0; again < 3; again += 1) expect(text(await agent.tool("work"))).toBe(here);
      places.push(here);
    }
    expect(places.toSorted()).toEqual(["first", "first", "second", "second"]);
    for (const instance of instances) expect([...instance.targets]).toEqual(["/mcp/deep?tenant=7&x=%2F"]);
  });

  it("answers on when one is gone: the session is begun anew at another, its agent keeps its id, and it stays there", async () => {
    const { local } = await startInstances();
    const agent = await local.agent();
    const began = text(await agent.tool("work"));
    const other = began === "first" ? "second" : "first";
    const before = byName(other).initialized;
    await byName(began).down();
    // One may meet the connection that is just breaking, and what became of it there nobody can know.
    await agent.tool("work");
    const replies = await Promise.all(Array.from({ length: 5 }, () => agent.tool("work")));
    expect(replies.map(text)).toEqual(Array(5).fill(other));
    expect(byName(other).initialized).toBe(before + 1);
    await byName(began).up();
    expect(text(await agent.tool("work"))).toBe(other);
    expect((await agent.call("tools/list")).result?.tools).toHaveLength(1);
  });

  it("is begun anew where it was when that instance has only forgotten its sessions", async () => {
    const { local } = await startInstances();
    const agent = await local.agent();
    const began = text(await agent.tool("work"));
    byName(began).forgetSessions();
    expect(text(await agent.tool("work"))).toBe(began);
  });

  it("is there from the start while one of them is away, and says why when all are", async () => {
    const { first, second, local } = await startInstances();
    await first.down();
    for (const agent of await Promise.all([local.agent(), local.agent()])) {
      expect(text(await agent.tool("work"))).toBe("second");
    }
    await second.down();
    const agent = await local.agent();
    expect((await agent.tool("work")).error?.message).toContain("“remote” cannot be reached");
    await first.up();
    expect(text(await agent.tool("work"))).toBe("first");
  });
});

const statusOf = async (local: TestDaemon) => {
  const { servers } = (await (await local.ask("/servers")).json()) as { servers: Json[] };
  return servers[0] ?? {};
};

describe("the loss of an instance", () => {
  it("is noticed and shown without any request, its session goes on at another one, and its return is shown too", async () => {
    const { first, second } = await startInstances();
    await daemon?.stop();
    for (const instance of [first, second]) instance.streams = true;
    const local = await startDaemon({ remote: { url: first.url, instances: [second.url] } }, { lookMs: 50 });
    daemon = local;
    const agent = await local.agent();
    const began = text(await agent.tool("work"));
    const [lost, other] = began === "first" ? [first, second] : [second, first];
    await vi.waitFor(async () => expect((await statusOf(local)).instances).toEqual(both(first, second)));
    const begun = other.initialized;
    await lost.down();
    await vi.waitFor(() => expect(other.initialized).toBe(begun + 1));
    const away = both(first, second).map((instance) =>
      instance.url === lost.url ? { ...instance, away: expect.stringContaining("cannot be reached") } : instance,
    );
    await vi.waitFor(async () => expect(await statusOf(local)).toMatchObject({ state: "ready", instances: away }));
    expect(text(await agent.tool("work"))).not.toBe(began);
    await lost.up();
    await vi.waitFor(async () => expect((await statusOf(local)).instances).toEqual(both(first, second)));
  });

  it("of the only one there is shows in the status at once, and so does its return", async () => {
    const only = await startHttpUpstream(TOOLS);
    instances.push(only);
    only.streams = true;
    daemon = await startDaemon({ remote: { url: only.url } });
    const local = daemon;
    const agent = await local.agent();
    await agent.tool("work");
    await only.down();
    await vi.waitFor(async () =>
      expect(await statusOf(local)).toMatchObject({
        state: "failed",
        reason: "cannot be reached: nothing listens at its address",
        tools: [{ name: "work" }],
      }),
    );
    await only.up();
    await vi.waitFor(async () => expect(await statusOf(local)).toMatchObject({ state: "ready" }));
    expect((await agent.tool("work")).error).toBeUndefined();
  });

  it("that has only forgotten its sessions is found out by its ending stream: the session is begun anew there", async () => {
    const only = await startHttpUpstream(TOOLS);
    instances.push(only);
    only.streams = true;
    daemon = await startDaemon({ remote: { url: only.url } });
    const agent = await daemon.agent();
    await agent.tool("work");
    const begun = only.initialized;
    only.forgetSessions();
    only.endStreams();
    await vi.waitFor(() => expect(only.initialized).toBe(begun + 1));
    expect((await agent.tool("work")).error).toBeUndefined();
  });
});
const both = (...all: HttpUpstream[]) => all.map(({ url }) => ({ url }));

describe("a link to one of several instances", () => {
  const REFUSED: LinkFault = { reason: "cannot be reached: nothing listens at its address", undelivered: true };
  const BROKEN: LinkFault = { reason: "cannot be reached: it hung up without an answer" };

  /** Links that answer nothing but what the test says; the handlers of the last one, and all that was sent. */
  function stub(addresses: readonly string[]) {
    const sent: RpcMessage[] = [];
    const closed: LinkFault[] = [];
    const heard: [number, string | undefined][] = [];
    const told: { handlers: LinkHandlers | undefined } = { handlers: undefined };
    const place = { at: 0 };
    const link = openAtInstance(
      {
        addresses,
        place,
        heard: (instance, fault) => heard.push([instance, fault?.reason]),
        open(_address, handlers) {
          told.handlers = handlers;
          return {
            start: async () => undefined,
            send: async (message) => void sent.push(message),
            ready() {},
            said: () => "",
            close: async () => {},
          };
        },
      },
      { message() {}, unanswered() {}, closed: (fault) => closed.push(fault) },
    );
    const pings = () => sent.filter((message) => isRequest(message) && message.method === "ping").length;
    const refuse = (fault: LinkFault) => {
      const last = sent.findLast((message) => isRequest(message) && message.method === "ping");
      if (last !== undefined && isRequest(last)) told.handlers?.unanswered(last.id, fault);
    };
    return { link, place, sent, closed, heard, told, pings, refuse };
  }

  it("asks now and then where no stream tells, twice when a connection breaks, and moves on when nobody is there", async () => {
    vi.useFakeTimers();
    try {
      const { link, place, closed, heard, pings, refuse } = stub(["a", "b"]);
      link.ready("2025-11-25");
      expect(pings()).toBe(0);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(pings()).toBe(1);
      refuse(BROKEN);
      expect([pings(), closed]).toEqual([2, []]);
      refuse(REFUSED);
      expect(closed).toEqual([{ ...REFUSED, sessionLost: true }]);
      expect([place.at, heard]).toEqual([
        1,
        [
          [0, undefined],
          [0, REFUSED.reason],
        ],
      ]);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(pings()).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it("leaves requests that are under way alone: they may be resumed, and it asks after the last of them", async () => {
    const { link, closed, told, pings, refuse } = stub(["a"]);
    link.ready("2025-11-25");
    await link.send({ jsonrpc: "2.0", id: 1, method: "tools/call" });
    await link.send({ jsonrpc: "2.0", id: 2, method: "tools/call" });
    told.handlers?.interrupted?.();
    expect(pings()).toBe(0);
    told.handlers?.message({ jsonrpc: "2.0", id: 1, result: {} }, 1);
    expect(pings()).toBe(0);
    await link.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 2 } });
    expect(pings()).toBe(1);
    refuse(REFUSED);
    expect(closed).toEqual([REFUSED]);
  });

  it("shows nobody its own question or the answer to it, and is content with any answer", async () => {
    const { link, closed, sent, told, pings } = stub(["a"]);
    link.ready("2025-11-25");
    told.handlers?.interrupted?.();
    const [ping] = sent;
    if (ping === undefined || !isRequest(ping)) throw new Error("no ping");
    const reply: RpcMessage = { jsonrpc: "2.0", id: ping.id, error: { code: -32601, message: "no ping here" } };
    expect(isReply(reply)).toBe(true);
    told.handlers?.message(reply, ping.id);
    told.handlers?.interrupted?.();
    expect([pings(), closed]).toEqual([2, []]);
  });
});
