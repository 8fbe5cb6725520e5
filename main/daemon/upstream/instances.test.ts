/** Proves that a server of several instances is one server to an agent: sessions are spread, stay where they began, and survive an instance. */
import { afterEach, describe, expect, it } from "vitest";
import { type HttpUpstream, startHttpUpstream } from "../../../test/support/daemon/http-upstream.ts";
import type { Json } from "../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

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
