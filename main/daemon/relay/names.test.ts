/** Proves that names and addresses lead where they were shown, with several servers, whatever becomes of these. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Json, McpAgent } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon, writtenServer } from "../../../test/support/daemon/start-daemon.ts";

let running: TestDaemon | undefined;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-names-"));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  rmSync(folder, { recursive: true, force: true });
});
const start = async (servers: Record<string, unknown>, home?: string) => {
  running = await startDaemon(servers, {}, home);
  await running.settled();
  return running;
};
const tool = (name: string) => ({ name, inputSchema: { type: "object" } });
const names = async (agent: McpAgent, list = "tools") => {
  const { result = {} } = await agent.call(`${list}/list`);
  return (result[list] as Json[]).map(({ name }) => String(name));
};
const text = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";
const read = async (agent: McpAgent, uri: string) => {
  const { result } = await agent.call("resources/read", { uri });
  return (result?.contents as { text: string }[] | undefined)?.[0]?.text;
};

describe("a name that an agent was shown", () => {
  it("never comes to mean another server's tool, and that tool gets a name of its own", async () => {
    const [ours, theirs] = ["ours", "theirs"].map((file) => join(folder, file));
    if (ours === undefined || theirs === undefined) throw new Error("two files");
    writeFileSync(ours, '["send"]');
    writeFileSync(theirs, '["wait"]');
    const one = writtenServer({ toolsFile: ours, name: "honest" });
    const two = writtenServer({ toolsFile: theirs, name: "stranger" });
    const daemon = await start({ honest: one, stranger: two });
    const agent = await daemon.agent();
    for (const name of ["send", "wait"]) await agent.tool(name);
    expect(await names(agent)).toEqual(["send", "wait"]);
    writeFileSync(ours, "[]");
    writeFileSync(theirs, '["send"]');
    expect(await names(agent)).toEqual(["stranger__send"]);
    expect(text(await agent.tool("stranger__send"))).toBe("send of stranger");
    expect(text(await agent.tool("send"))).not.toContain("stranger");
    // Also once its server is gone.
    daemon.writeServers({ stranger: two });
    await vi.waitFor(async () =>
      expect((await agent.tool("send")).error).toMatchObject({ code: -32602, message: "Unknown tool: send" }),
    );
    expect(await names(agent)).toEqual(["stranger__send"]);
    // To another agent the name says nothing yet.
    expect(await names(await daemon.agent())).toEqual(["send"]);
  });

  it("keeps its meaning for a prompt as well", async () => {
    const prompts = (name: string) => ({
      answers: { "prompts/list": { prompts: [{ name }] }, "prompts/get": { description: name } },
    });
    const one = writtenServer(prompts("plan"));
    const daemon = await start({ one, other: scripted("--bare", "--tools", "b") });
    const agent = await daemon.agent();
    expect(await names(agent, "prompts")).toEqual(["plan"]);
    daemon.writeServers({ two: writtenServer(prompts("plan")), other: scripted("--bare", "--tools", "b") });
    await vi.waitFor(async () => expect(await names(agent, "prompts")).toEqual(["two__plan"]));
    expect((await agent.call("prompts/get", { name: "plan" })).error?.message).toBe("Unknown prompt: plan");
    expect((await agent.call("prompts/get", { name: "two__plan" })).error).toBeUndefined();
  });
});

describe("a name that we make", () => {
  const long = "synchronise_all_customer_records_across_every_region";
  const servers = ["enterprise-database-management", "enterprise-database-archive"];

  it("has 64 bytes at most, leads to its tool, and is the same after a restart of the daemon", async () => {
    const odd = `${"ä".repeat(60)}`;
    const config = Object.fromEntries(
      servers.map((name) => [
        name,
        writtenServer({
          answers: {
            "tools/list": { tools: [long, odd, `${long}_${long}`].map(tool) },
            "prompts/list": { prompts: [{ name: long }] },
            "prompts/get": { description: name },
          },
          name,
        }),
      ]),
    );
    const daemon = await start(config);
    const agent = await daemon.agent();
    const shown = await names(agent);
    expect(new Set(shown).size).toBe(6);
    for (const name of shown) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(64);
    expect(text(await agent.tool(shown[0] ?? ""))).toBe(`${long} of ${servers[0]}`);
    expect(text(await agent.tool(shown[4] ?? ""))).toBe(`${odd} of ${servers[1]}`);
    // Who knows the whole name may use it.
    expect(text(await agent.tool(`${servers[1]}__${long}`))).toBe(`${long} of ${servers[1]}`);
    const prompts = await names(agent, "prompts");
    for (const name of prompts) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(64);
    expect((await agent.call("prompts/get", { name: prompts[1] })).result).toEqual({ description: servers[1] });

    await daemon.daemon.dispose();
    expect(await names(await (await start(config, daemon.home)).agent())).toEqual(shown);
  });
});

describe("a page of a server's tools", () => {
  it("calls them by the server's own names, also where another server has one of the same", async () => {
    const server = (name: string) =>
      writtenServer({
        answers: { "tools/list": { tools: [tool("full")] } },
        resources: { [`ui://${name}/page`]: "<p>" },
        name,
      });
    const daemon = await start({ a: server("a"), b: server("b") });
    const agent = await daemon.agent();
    expect(await names(agent)).toEqual(["a__full", "b__full"]);
    expect((await agent.tool("full")).error?.message).toBe("Unknown tool: full");
    for (const name of ["b", "a", "b"]) {
      expect(await read(agent, `ui://${name}/page`)).toBe("<p>");
      expect(text(await agent.tool("full"))).toBe(`full of ${name}`);
    }
  });
});

describe("a resource that no list names", () => {
  const link = (uri: string) => ({ content: [{ type: "resource_link", uri, name: "r" }] });
  const embedded = (uri: string) => ({ content: [{ type: "resource", resource: { uri, text: "short" } }] });

  it.each([
    ["a link", link("x://made/1")],
    ["an embedded resource", embedded("x://made/1")],
    ["a page", { content: [], _meta: { ui: { resourceUri: "x://made/1" } } }],
  ])("is read and watched at the server whose answer named it as %s", async (_what, result) => {
    const log = join(folder, "log");
    const both = { "x://made/1": "of a" };
    const daemon = await start({
      a: writtenServer({ answers: { "tools/list": { tools: [tool("other")] } }, resources: both }),
      b: writtenServer({
        answers: { "tools/list": { tools: [tool("make")] } },
        calls: { make: result },
        resources: { "x://made/1": "of b" },
        log,
      }),
    });
    const agent = await daemon.agent();
    await agent.tool("make");
    expect(await read(agent, "x://made/1")).toBe("of b");
    expect((await agent.call("resources/subscribe", { uri: "x://made/1" })).result).toEqual({});
    await agent.call("resources/unsubscribe", { uri: "x://made/1" });
    await agent.call("ping");
    await agent.tool("make");
    expect(readFileSync(log, "utf8")).toMatch(/resources\/subscribe [\s\S]*resources\/unsubscribe /);
  });

  it.each([
    ["MCP's error", undefined],
    ["the error of other servers", { code: 0, message: "Unknown resource: b://x" }],
    ["invalid params", { code: -32602, message: "no" }],
  ])("and that nobody named is looked for: %s leads to the next server", async (_what, notFound) => {
    const fault = notFound === undefined ? {} : { notFound };
    const daemon = await start({
      a: writtenServer({ ...fault }),
      b: writtenServer({ ...fault, resources: { "b://x": "of b" } }),
      c: writtenServer({ ...fault }),
    });
    const agent = await daemon.agent();
    expect(await read(agent, "b://x")).toBe("of b");
    expect((await agent.call("resources/read", { uri: "b://nowhere" })).error).toBeDefined();
  });

  it("is first looked for where resources of its scheme are known", async () => {
    const listed = { "resources/list": { resources: [{ uri: "db://known", name: "k" }] } };
    const answer = { "db://other": "of a" };
    const daemon = await start({
      a: writtenServer({ resources: answer }),
      b: writtenServer({ answers: listed, resources: { "db://other": "of b" } }),
    });
    expect(await read(await daemon.agent(), "db://other")).toBe("of b");
  });
});
