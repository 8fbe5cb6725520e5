/** Proves that an agent of the stateless revision has everything that servers of the older ones offer, and is refused what makes no sense. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json, Rpc } from "../../../../test/support/daemon/mcp-agent.ts";
import { readEvents } from "../../../../test/support/daemon/mcp-agent.ts";
import { type ModernAgent, modernAgent } from "../../../../test/support/daemon/modern-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../../test/support/daemon/start-daemon.ts";

let daemon: TestDaemon;
let session: { session_id: string; token: string };
let agent: ModernAgent;
const KEY = "io.modelcontextprotocol";
const QUESTION = { message: "Which?", requestedSchema: { type: "object", properties: { a: { type: "string" } } } };

beforeAll(async () => {
  daemon = await startDaemon({ old: scripted() });
  await daemon.settled();
  session = await daemon.session();
  agent = modernAgent(daemon.url, session.token, { elicitation: {}, sampling: {} });
});
afterAll(() => daemon.stop());

const textOf = (result: Json) => (result.content as { text: string }[])[0]?.text;
const stateOf = (result: Json) => ({ requestState: result.requestState });
const keyOf = (result: Json) => Object.keys(result.inputRequests as Json)[0] ?? "";

describe("an agent of the stateless revision", () => {
  it("learns what there is without any session, and each answer says who gives it and how long it holds", async () => {
    const discovered = (await agent.request("server/discover")).answer.result;
    expect(discovered).toMatchObject({
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: { listChanged: true } },
      resultType: "complete",
      ttlMs: 0,
      cacheScope: "private",
      _meta: { [`${KEY}/serverInfo`]: { name: "scripted", version: "1" } },
    });
    const list = (await agent.request("tools/list")).answer.result;
    expect(list).toMatchObject({ resultType: "complete", cacheScope: "private" });
    expect((list?.tools as Json[] | undefined)?.map(({ name }) => name)).toContain("echo");
    const called = await agent.tool("echo", { text: "hello" });
    expect(called).toMatchObject({ content: [{ text: "hello" }], resultType: "complete" });
    expect(called).not.toHaveProperty("ttlMs");
  });

  it("has its progress under its own token, without event ids, and its logs only where it asked for them", async () => {
    const flood = await agent.request("tools/call", {
      name: "flood",
      arguments: { count: 3 },
      _meta: { progressToken: "mine" },
    });
    expect(flood.messages.slice(0, -1).map(({ params }) => params?.progressToken)).toEqual(["mine", "mine", "mine"]);
    const silent = await agent.request("tools/call", { name: "log" });
    expect(silent.messages).toHaveLength(1);
    const told = (level: string) => agent.request("tools/call", { name: "log", _meta: { [`${KEY}/logLevel`]: level } });
    expect((await told("debug")).messages.map(({ method }) => method)).toEqual(["notifications/message", undefined]);
    expect((await told("error")).messages).toHaveLength(1);
  });

  it.each<[string, number, number, Parameters<ModernAgent["request"]>]>([
    ["without _meta", 400, -32602, ["tools/list", {}, { meta: {} }]],
    [
      "of another revision in its header",
      400,
      -32020,
      ["tools/list", {}, { headers: { "mcp-protocol-version": "2027-01-01" } }],
    ],
    [
      "without the header of its revision",
      400,
      -32020,
      ["tools/list", {}, { headers: { "mcp-protocol-version": undefined } }],
    ],
    ["without the header of its method", 400, -32020, ["tools/list", {}, { headers: { "mcp-method": undefined } }]],
    ["of another method in its header", 400, -32020, ["tools/list", {}, { headers: { "mcp-method": "tools/call" } }]],
    [
      "of another name in its header",
      400,
      -32020,
      ["tools/call", { name: "echo" }, { headers: { "mcp-name": "fail" } }],
    ],
    [
      "without its name in a header",
      400,
      -32020,
      ["tools/call", { name: "echo" }, { headers: { "mcp-name": undefined } }],
    ],
    [
      "with a name in broken Base64",
      400,
      -32020,
      ["tools/call", { name: "echo" }, { headers: { "mcp-name": "=?base64?*?=" } }],
    ],
    ["of a method that was removed", 404, -32601, ["ping"]],
    ["of an unknown method", 404, -32601, ["foo/bar"]],
    ["of an unknown tool", 200, -32602, ["tools/call", { name: "nothing" }]],
  ])("is refused a request %s: %i, %i, under its own id", async (_what, status, code, [method, params, how]) => {
    const refused = await agent.request(method, params, { ...how, id: "mine" });
    expect(refused).toMatchObject({ status, answer: { id: "mine", error: { code } } });
  });

  it("is told the revision that is spoken when it asks for another, and gets 405 for what has no body", async () => {
    const meta = { [`${KEY}/protocolVersion`]: "2030-01-01", [`${KEY}/clientCapabilities`]: {} };
    const refused = await agent.request(
      "server/discover",
      {},
      { meta, headers: { "mcp-protocol-version": "2030-01-01" } },
    );
    const data = { supported: ["2026-07-28"], requested: "2030-01-01" };
    expect(refused).toMatchObject({ status: 400, answer: { error: { code: -32022, data } } });
    for (const method of ["GET", "DELETE"]) {
      const headers = { "mcp-protocol-version": "2026-07-28" };
      expect((await daemon.ask("/mcp", { method, token: session.token, headers })).status).toBe(405);
    }
  });

  it("may name a tool in Base64 in its header", async () => {
    const headers = { "mcp-name": `=?base64?${Buffer.from("echo").toString("base64")}?=` };
    const { answer } = await agent.request("tools/call", { name: "echo", arguments: { text: "named" } }, { headers });
    expect(answer.result).toMatchObject({ content: [{ text: "named" }] });
  });

  it("cancels a call by closing its stream, which its server is told", async () => {
    const stream = await agent.open("tools/call", { name: "hang" });
    stream.close();
    await stream.ended;
    await expect.poll(async () => textOf(await agent.tool("cancelled"))).not.toBe("[]");
    const { events } = await readEvents(daemon.url, session.session_id, session.token, (all) =>
      all.some(({ kind, tool }) => kind === "cancelled" && tool === "hang"),
    );
    expect(events.find(({ kind, tool }) => kind === "left" && tool === "hang")).toMatchObject({
      left: { why: "cancelled" },
    });
  });
});

describe("what a server asks during a call of such an agent", () => {
  it("is the answer for now, and the call goes on with the agent's answers: one call in the record", async () => {
    const asked = await agent.tool("elicit", QUESTION);
    expect(asked).toMatchObject({ resultType: "input_required", requestState: expect.any(String) });
    expect(Object.values(asked.inputRequests as Json)).toEqual([{ method: "elicitation/create", params: QUESTION }]);
    const inputResponses = { [keyOf(asked)]: { action: "accept", content: { a: "this" } }, unknown: {} };
    // In another order, as another library may write it.
    const { message, requestedSchema } = QUESTION;
    const done = await agent.tool("elicit", { requestedSchema, message }, { ...stateOf(asked), inputResponses });
    expect(JSON.parse(textOf(done) ?? "")).toEqual({ action: "accept", content: { a: "this" } });
    const ends = (all: Json[]) => all.filter(({ kind, tool }) => kind === "finished" && tool === "elicit");
    const { events } = await readEvents(daemon.url, session.session_id, session.token, (all) => ends(all).length > 0);
    expect(events.filter(({ kind, tool }) => kind === "started" && tool === "elicit")).toHaveLength(1);
  });

  it("is asked again, under a new state, as long as there is no answer", async () => {
    const asked = await agent.tool("ask");
    const again = await agent.tool("ask", {}, { ...stateOf(asked), inputResponses: { other: {}, [keyOf(asked)]: 7 } });
    expect(again).toMatchObject({ resultType: "input_required", inputRequests: asked.inputRequests });
    expect(again.requestState).not.toBe(asked.requestState);
    const inputResponses = { [keyOf(again)]: { role: "assistant" } };
    expect(textOf(await agent.tool("ask", {}, { ...stateOf(again), inputResponses }))).toBe('{"role":"assistant"}');
  });

  it("A63: goes on only for the bearer, the request and the round that it was asked in", async () => {
    const asked = await agent.tool("ask");
    const inputResponses = { [keyOf(asked)]: { role: "assistant" } };
    const state = String(asked.requestState);
    const other = modernAgent(daemon.url, (await daemon.session()).token, { elicitation: {}, sampling: {} });
    const tries: Promise<Json>[] = [
      other.tool("ask", {}, { requestState: state, inputResponses }),
      agent.tool("ask", { errors: true }, { requestState: state, inputResponses }),
      agent.tool("elicit", {}, { requestState: state, inputResponses }),
      agent.tool("ask", {}, { requestState: `${state}-TAMPERED`, inputResponses }),
      agent.tool("ask", {}, { requestState: state.replace(/^./, "x"), inputResponses }),
      agent.tool("ask", {}, { requestState: "", inputResponses }),
    ];
    for (const tried of await Promise.all(tries)) expect(tried).toMatchObject({ error: { code: -32602 } });
    expect(textOf(await agent.tool("ask", {}, { requestState: state, inputResponses }))).toContain("assistant");
    const replayed = await agent.tool("ask", {}, { requestState: state, inputResponses });
    expect(replayed).toMatchObject({ error: { code: -32602 } });
  });

  it("goes to the inbox where the agent cannot ask it, while the agent waits", async () => {
    const plain = modernAgent(daemon.url, session.token);
    const called = plain.tool("elicit", QUESTION);
    const open = async () => {
      const { entries } = (await (await daemon.ask("/inbox")).json()) as { entries: Json[] };
      return entries.find(({ text, answered }) => text === "Which?" && answered === undefined);
    };
    await expect.poll(open).toBeDefined();
    const entry = await open();
    const body = { by: "owner", answer: { action: "accept", content: { a: "inbox" } } };
    await daemon.ask(`/inbox/${String(entry?.id)}/answer`, { method: "POST", body });
    expect(textOf(await called)).toContain("inbox");
  });
});

describe("what such an agent listens to", () => {
  it("is acknowledged first, and only what it asked for comes, under the name of the subscription", async () => {
    const both = await agent.open("subscriptions/listen", { notifications: { toolsListChanged: true } });
    const other = await agent.open("subscriptions/listen", { notifications: { promptsListChanged: true } });
    await expect.poll(() => both.messages.length).toBe(1);
    expect(both.messages[0]).toMatchObject({
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: { toolsListChanged: true }, _meta: { [`${KEY}/subscriptionId`]: expect.anything() } },
    });
    // The server offers no prompts, so that nothing is promised of them.
    await expect.poll(() => other.messages[0]?.params?.notifications).toEqual({});
    await agent.request("tools/list");
    await agent.tool("change", { tools: "brand-new" });
    await expect.poll(() => both.messages.map(({ method }) => method)).toContain("notifications/tools/list_changed");
    const id = (message: Rpc | undefined) => (message?.params?._meta as Json | undefined)?.[`${KEY}/subscriptionId`];
    expect(id(both.messages.at(-1))).toBe(id(both.messages[0]));
    expect(other.messages).toHaveLength(1);
    both.close();
    other.close();
    await Promise.all([both.ended, other.ended]);
  });

  it("is refused where it says nothing that can be understood", async () => {
    const refused = await agent.request("subscriptions/listen", { notifications: { resourceSubscriptions: 7 } });
    expect(refused.answer.error?.code).toBe(-32602);
  });
});

it("an agent of an older revision is served as before on the same address, in the same session", async () => {
  const old = await daemon.agent();
  expect(old.initialized).toMatchObject({ protocolVersion: "2025-11-25" });
  expect((await old.tool("echo", { text: "old" })).result).not.toHaveProperty("resultType");
  expect((await old.call("ping")).result).toEqual({});
  await old.end();
});
