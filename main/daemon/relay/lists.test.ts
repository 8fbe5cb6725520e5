/** Proves that an agent gets each list when it asks for it: from servers that cry wolf, that start slowly, and that cannot list. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Json, McpAgent } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon, writtenServer } from "../../../test/support/daemon/start-daemon.ts";

let running: TestDaemon | undefined;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-lists-"));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  rmSync(folder, { recursive: true, force: true });
});
const start = async (servers: Record<string, unknown>) => {
  running = await startDaemon(servers);
  await running.settled();
  return running;
};
const tool = (name: string) => ({ name, inputSchema: { type: "object" } });
const names = async (agent: McpAgent, list = "tools") => {
  const { result = {} } = await agent.call(`${list}/list`);
  return (result[list] as Json[]).map(({ name }) => String(name));
};
const text = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";
/** How often a list was asked for. */
const asked = (log: string, method: string) =>
  readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.startsWith(`${method} `)).length;

describe("a server that says with every answer that its list changed", () => {
  it.each(["with", "after"] as const)("(%s it) is asked when somebody asks, and left alone after", async (cries) => {
    const log = join(folder, "log");
    const answers = {
      "tools/list": { tools: [tool("a")] },
      "prompts/list": { prompts: [{ name: "p" }] },
      "resources/list": { resources: [{ uri: "x://1", name: "r" }] },
    };
    const daemon = await start({ one: writtenServer({ answers, cries, listMs: 100, log }) });
    const agent = await daemon.agent();
    const { messages, close } = await agent.listen();
    for (const list of ["tools", "prompts"]) expect(await names(agent, list)).toHaveLength(1);
    expect((await agent.tool("a")).error).toBeUndefined();
    expect((await agent.tool("unknown")).error?.message).toBe("Unknown tool: unknown");
    await agent.call("resources/list");
    const before = asked(log, "tools/list");
    const told = messages.length;
    // Longer than ten rounds of such a server took.
    await delay(2_500);
    expect(asked(log, "tools/list") - before).toBeLessThanOrEqual(cries === "with" ? 0 : 1);
    expect(messages.length - told).toBeLessThanOrEqual(cries === "with" ? 0 : 2);
    // An agent that lists whenever it is told comes to rest as well.
    for (let i = 0; i < 5; i += 1) await names(agent, "prompts");
    await delay(500);
    expect(messages.filter(({ method }) => method === "notifications/prompts/list_changed").length).toBeLessThan(4);
    close();
    await agent.end();
    const left = asked(log, "tools/list");
    await delay(500);
    expect(asked(log, "tools/list")).toBe(left);
  });

  it("beside others costs no other its list", async () => {
    const answers = { "tools/list": { tools: [tool("a")] }, "prompts/list": { prompts: [{ name: "p" }] } };
    const crier = writtenServer({ answers, cries: "with", listMs: 100 });
    const daemon = await start({ crier, other: scripted("--bare", "--tools", "b") });
    const agent = await daemon.agent();
    expect(await names(agent)).toEqual(["a", "b"]);
    expect(await names(agent, "prompts")).toEqual(["p"]);
  });
});

describe("a server whose tools depend on its client", () => {
  const forClients = { capability: "sampling", tools: ["sample"] };
  const answers = { "tools/list": { tools: [tool("plain")] } };

  it.each(["alone", "beside another"])(
    "%s shows them in the first list, and they can be called at once",
    async (how) => {
      const other = how === "alone" ? {} : { other: scripted("--bare", "--tools", "b") };
      const daemon = await start({ one: writtenServer({ answers, forClients, startMs: 2_000 }), ...other });
      // The daemon's own look at the server has shown it as to a client that can do nothing.
      const client = { capabilities: { sampling: {} } };
      const [first, second] = [await daemon.agent({}, client), await daemon.agent({}, client)];
      expect(await names(first)).toContain("sample");
      expect(text(await second.tool("sample"))).toBe("sample of written");
      expect(await names(await daemon.agent())).not.toContain("sample");
      const third = await daemon.agent({}, client);
      const since = performance.now();
      expect(await names(third)).toContain("sample");
      // What a client of this kind was shown is known by now: nobody waits for the server again.
      expect(performance.now() - since).toBeLessThan(1_900);
    },
  );

  it("and that never starts keeps nobody waiting for longer than a bounded time", async () => {
    running = await startDaemon({ mute: scripted("--mute"), other: scripted("--bare", "--tools", "b") });
    const agent = await running.agent();
    const since = performance.now();
    expect(text(await agent.tool("b"))).toBe("b was called");
    expect(performance.now() - since).toBeLessThan(5_000);
    expect((await agent.tool("nothing")).error?.message).toBe("Unknown tool: nothing");
    expect(performance.now() - since).toBeLessThan(20_000);
  });
});

describe("a server that cannot list its tools", () => {
  const answers = { "tools/list": { error: { code: -32603, message: "fetch failed" } } };

  it("alone says so, and its tools work for who knows their names, rules included", async () => {
    running = await startDaemon({ one: writtenServer({ answers }) });
    const daemon = running;
    const agent = await daemon.agent();
    const reply = await vi.waitFor(async () => {
      const listed = await agent.call("tools/list");
      expect(listed.error).toBeDefined();
      return listed;
    });
    expect(reply.error).toMatchObject({ code: -32000, message: expect.stringContaining("fetch failed") });
    expect(text(await agent.tool("query"))).toBe("query of written");
    await daemon.ask("/tool-settings", { method: "PUT", body: { hide: [{ tool: "query" }] } });
    expect((await agent.tool("query")).error?.message).toContain("a rule hides it");
    await daemon.ask("/tool-settings", { method: "PUT", body: { read_only: true } });
    expect((await agent.tool("other")).error?.message).toContain("read-only");
  });

  it("beside others leaves their lists whole, and is called by its prefix or as the only one that cannot list", async () => {
    running = await startDaemon({ one: writtenServer({ answers }), other: scripted("--bare", "--tools", "b") });
    const agent = await running.agent();
    expect(await names(agent)).toEqual(["b"]);
    expect(text(await agent.tool("one__query"))).toBe("query of written");
    expect(text(await agent.tool("query"))).toBe("query of written");
  });
});

describe("a change", () => {
  it("that is told while the list is being read reaches the agent all the same", async () => {
    const toolsFile = join(folder, "tools");
    writeFileSync(toolsFile, '["a"]');
    const daemon = await start({ one: writtenServer({ toolsFile, cries: "with", listMs: 100 }) });
    const agent = await daemon.agent();
    const { messages, close } = await agent.listen();
    await agent.tool("a");
    expect(await names(agent)).toEqual(["a"]);
    writeFileSync(toolsFile, '["a","b"]');
    expect(await names(agent)).toEqual(["a", "b"]);
    expect((await agent.tool("b")).error).toBeUndefined();
    expect(messages).toEqual([]);
    close();
  });
});
