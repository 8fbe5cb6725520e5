/** Proves that with several servers, too, everything that MCP knows goes through: the reference server twice, under two names. */
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Json, type McpAgent, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

const EVERYTHING = fileURLToPath(
  new URL("../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js", import.meta.url),
);
const everything = { command: process.execPath, args: [EVERYTHING, "stdio"] };
let daemon: TestDaemon;
let agent: McpAgent & { session: string };
const asked: string[] = [];

beforeAll(async () => {
  daemon = await startDaemon({ left: everything, right: everything, plain: scripted() });
  await daemon.settled();
  agent = await daemon.agent(
    {},
    {
      capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } },
      onRequest: (message) => {
        asked.push(message.method ?? "");
        if (message.method === "roots/list") return { roots: [{ uri: "file:///tmp", name: "tmp" }] };
        if (message.method === "elicitation/create") return { action: "decline" };
        return { role: "assistant", content: { type: "text", text: "sampled" }, model: "m" };
      },
    },
  );
});
afterAll(() => daemon.stop());

const result = async (method: string, params?: Json) => (await agent.call(method, params)).result ?? {};
const list = async (method: string, key: string) => (await result(method))[key] as Json[];

describe("a client of an older or unknown revision", () => {
  it.each([
    ["2024-11-05", "2024-11-05"],
    ["2025-03-26", "2025-03-26"],
    ["2025-06-18", "2025-06-18"],
    ["2025-11-25", "2025-11-25"],
    ["1999-01-01", "2025-11-25"],
    ["2099-01-01", "2025-11-25"],
  ])("that asks for %s is answered with %s, and its calls work", async (protocolVersion, answered) => {
    const client = await daemon.agent({}, { protocolVersion });
    expect(client.initialized.protocolVersion).toBe(answered);
    const headers = { "mcp-protocol-version": answered };
    const params = { name: "left__echo", arguments: { message: "hi" } };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
    expect(await (await client.raw({ body, headers })).text()).toContain("Echo: hi");
  });
});

describe("several servers", () => {
  it("offer their tools under prefixes, and a call with progress goes through", async () => {
    const names = (await list("tools/list", "tools")).map((tool) => String(tool.name));
    expect(names).toContain("left__echo");
    expect(names).toContain("right__echo");
    const messages = await agent.request("tools/call", {
      name: "left__trigger-long-running-operation",
      arguments: { duration: 0.5, steps: 5 },
      _meta: { progressToken: "p" },
    });
    expect(messages.filter((message) => message.method === "notifications/progress")).toHaveLength(5);
    expect(messages.at(-1)?.result).toBeDefined();
  });

  it("offer their prompts, and each is got from its owner", async () => {
    const names = (await list("prompts/list", "prompts")).map((prompt) => String(prompt.name));
    expect(names).toContain("left__simple-prompt");
    expect(await result("prompts/get", { name: "right__simple-prompt" })).toHaveProperty("messages");
    expect((await agent.call("prompts/get", { name: "nothing" })).error?.message).toBe("Unknown prompt: nothing");
  });

  it("offer their resources and templates, and each is read where it is", async () => {
    const resources = await list("resources/list", "resources");
    const uri = resources[0]?.uri;
    expect(await result("resources/read", { uri })).toHaveProperty("contents");
    const [template] = await list("resources/templates/list", "resourceTemplates");
    expect(template).toHaveProperty("uriTemplate");
    const concrete = String(template?.uriTemplate).replace(/\{[^}]*\}/g, "1");
    expect(await result("resources/read", { uri: concrete })).toHaveProperty("contents");
  });

  it("are asked to complete an argument by whose it is", async () => {
    const prompts = await list("prompts/list", "prompts");
    const name = prompts.map((prompt) => String(prompt.name)).find((item) => /completable|completion/.test(item));
    const reply = await result("completion/complete", {
      ref: { type: "ref/prompt", name },
      argument: { name: "department", value: "E" },
    });
    expect(reply).toHaveProperty("completion.values");
  });

  it("can sample and ask for roots; the answers reach whoever asked", async () => {
    const names = (await list("tools/list", "tools")).map((tool) => String(tool.name));
    const sampling = names.find((name) => /^right__.*sampling/.test(name)) ?? "";
    const reply = await agent.tool(sampling, { prompt: "hi", maxTokens: 5 });
    expect(JSON.stringify(reply.result)).toContain("sampled");
    expect(asked).toContain("sampling/createMessage");
  });

  it("take a log level and a ping, and refuse what MCP does not know", async () => {
    expect(await result("logging/setLevel", { level: "debug" })).toEqual({});
    expect(await result("ping")).toEqual({});
    expect((await agent.call("nonsense/method")).error?.code).toBe(-32601);
  });
});

describe("streams", () => {
  it("are resumed from any event of a call: what was missed comes, once and in order", async () => {
    const response = await agent.raw({
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: "resume",
        method: "tools/call",
        params: { name: "flood", arguments: { count: 20 }, _meta: { progressToken: 1 } },
      }),
    });
    const whole = await response.text();
    const ids = [...whole.matchAll(/^id: (.+)$/gm)].map((match) => match[1] ?? "");
    expect(ids).toHaveLength(22);
    for (const from of [0, 7, 20, 21]) {
      const again = await agent.raw({
        method: "GET",
        headers: { accept: "text/event-stream", "last-event-id": ids[from] ?? "" },
      });
      const seen = [...(await again.text()).matchAll(/^id: (.+)$/gm)].map((match) => match[1]);
      expect(seen).toEqual(ids.slice(from + 1));
    }
  });

  it("cannot be resumed with an event of another's session, or one that never was", async () => {
    const other = await daemon.agent();
    for (const id of ["99_1", "x", "1_1_1"]) {
      const reply = await other.raw({ method: "GET", headers: { accept: "text/event-stream", "last-event-id": id } });
      expect(reply.status).toBe(404);
    }
  });

  it("keep a call whose agent hung up: it ends on its own, and the person sees the end", async () => {
    const other = await daemon.agent();
    const abort = new AbortController();
    const hungUp = fetch(`${daemon.url}/mcp`, {
      method: "POST",
      signal: abort.signal,
      headers: {
        authorization: `Bearer ${other.token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-session-id": other.mcpSession,
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "left__trigger-long-running-operation", arguments: { duration: 0.4, steps: 2 } },
      }),
    });
    await readEvents(daemon.url, other.session, other.token, (all) => all.length === 1);
    abort.abort();
    await hungUp.catch(() => {});
    const { events } = await readEvents(
      daemon.url,
      other.session,
      other.token,
      (all) => all.at(-1)?.kind === "finished",
    );
    expect(events.at(-1)?.kind).toBe("finished");
  });
});

describe("two sessions", () => {
  it("P23: whatever the interleaving, answers, progress and events reach only their own", async () => {
    const agents = [await daemon.agent(), await daemon.agent()];
    let round = 0;
    const step = fc.record({
      who: fc.integer({ min: 0, max: 1 }),
      id: fc.integer({ min: 0, max: 3 }),
      count: fc.integer({ min: 0, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        round += 1;
        const used = new Set<string>();
        await Promise.all(
          steps.map(async ({ who, id, count }) => {
            if (used.has(`${who} ${id}`)) return;
            used.add(`${who} ${id}`);
            const mark = `${who}-${id}-${round}`;
            const messages = await (agents[who] as McpAgent).request(
              "tools/call",
              { name: "flood", arguments: { count, mark }, _meta: { progressToken: id } },
              id,
            );
            expect(messages.at(-1)).toMatchObject({
              id,
              result: { content: [{ type: "text", text: `flooded ${mark}` }] },
            });
            expect(messages.slice(0, -1).map((m) => [m.params?.progressToken, m.params?.message])).toEqual(
              Array.from({ length: count }, (_, i) => [id, `step ${i + 1} of ${mark}`]),
            );
          }),
        );
      }),
      { numRuns: process.env.SIGNALBOX_LONG === "1" ? 300 : 30 },
    );
    for (const [who, own] of agents.entries()) {
      const { events } = await readEvents(
        daemon.url,
        own.session,
        own.token,
        (all) =>
          all.filter((e) => e.kind === "started").length === all.filter((e) => e.kind === "finished").length &&
          all.length > 0,
      );
      const calls = Map.groupBy(events, (event) => event.call);
      for (const own of calls.values()) {
        const [started] = own;
        const { mark = "" } = (started?.args ?? {}) as { mark?: string };
        expect(mark.startsWith(`${who}-`)).toBe(true);
        for (const event of own.slice(1)) expect(JSON.stringify(event)).toContain(mark);
      }
    }
  });
});
