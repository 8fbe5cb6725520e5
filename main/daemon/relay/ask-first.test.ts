/** Proves that a call which a rule holds runs only as a person allowed it, and that servers can ask a person whose agent cannot. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { InboxEntry } from "../../../shared/protocol/inbox-api.ts";
import { type Json, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let running: TestDaemon | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(ask: unknown[] = [], client?: Parameters<TestDaemon["agent"]>[1], tools?: string) {
  const daemon = await startDaemon({ one: tools === undefined ? scripted() : scripted("--tools", tools) });
  running = daemon;
  await daemon.settled();
  if (ask.length > 0) await daemon.ask("/tool-settings", { method: "PUT", body: { ask } });
  return { daemon, agent: await daemon.agent({}, client) };
}
const inboxOf = async (daemon: TestDaemon) =>
  ((await (await daemon.ask("/inbox")).json()) as { entries: InboxEntry[] }).entries;
const waits = (daemon: TestDaemon) =>
  vi.waitFor(async () => {
    const [entry] = (await inboxOf(daemon)).filter(({ answered }) => answered === undefined);
    expect(entry).toBeDefined();
    return entry as InboxEntry;
  });
const answer = (daemon: TestDaemon, id: string, given: unknown, by = "the owner") =>
  daemon.ask(`/inbox/${id}/answer`, { method: "POST", body: { by, answer: given } });
const text = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";
const echoes = [{ server: "one", tool: "echo" }];

describe("a call that a rule holds", () => {
  it("A62: reaches its server only once a person has allowed it, with exactly the arguments that were shown", async () => {
    const { daemon, agent } = await start(echoes);
    const call = agent.tool("echo", { text: "a" });
    const entry = await waits(daemon);
    expect(entry).toMatchObject({
      kind: "approval",
      from: "one",
      server: "one",
      tool: "echo",
      args: { text: "a" },
      session: agent.session,
    });
    const sessions = (await (await daemon.ask("/sessions")).json()) as { sessions: Json[] };
    expect(sessions.sessions[0]).toMatchObject({ asks: { open: 1, first: expect.stringContaining("one asks") } });
    expect((await answer(daemon, entry.id, { decision: "once" })).status).toBe(204);
    expect(text(await call)).toBe("a");
    // Once is this once.
    const again = agent.tool("echo", { text: "a" });
    const second = await waits(daemon);
    expect(second.id).not.toBe(entry.id);
    await answer(daemon, second.id, { decision: "refuse", words: "not on a Friday" });
    expect((await again).result).toMatchObject({ isError: true });
    expect(text(await again)).toBe("refused by the person: not on a Friday");
    const { events } = await readEvents(daemon.url, agent.session, agent.token, (all) => all.at(-1)?.kind === "failed");
    expect(events.map(({ kind }) => kind)).toEqual([
      "started",
      "progress",
      "finished",
      "started",
      "progress",
      "failed",
    ]);
    expect(events.at(-1)).toMatchObject({ error: { code: "refused-by-person" } });
  });

  it("is asked about no more once it is allowed for the session; other tools and sessions still are", async () => {
    const { daemon, agent } = await start([{ server: "one" }]);
    const first = agent.tool("echo", { text: "a" });
    await answer(daemon, (await waits(daemon)).id, { decision: "session" });
    await first;
    expect(text(await agent.tool("echo", { text: "another" }))).toBe("another");
    const other = agent.tool("status");
    await answer(daemon, (await waits(daemon)).id, { decision: "refuse" });
    expect(text(await other)).toBe("refused by the person");
    const stranger = await daemon.agent();
    const held = stranger.tool("echo", { text: "b" });
    await answer(daemon, (await waits(daemon)).id, { decision: "once" });
    expect(text(await held)).toBe("b");
  });

  it("A62: two alike calls are two decisions, and one that its agent gave up is never made", async () => {
    const { daemon, agent } = await start(echoes);
    void agent.request("tools/call", { name: "echo", arguments: { text: "a" } }, "one");
    const second = agent.tool("echo", { text: "a" });
    await vi.waitFor(async () => expect(await inboxOf(daemon)).toHaveLength(2));
    await agent.notify("notifications/cancelled", { requestId: "one", reason: "changed my mind" });
    await vi.waitFor(async () =>
      expect((await inboxOf(daemon)).map(({ answered }) => answered?.how).sort()).toEqual(["withdrawn", undefined]),
    );
    const [gone] = (await inboxOf(daemon)).filter(({ answered }) => answered !== undefined);
    const late = await answer(daemon, gone?.id ?? "", { decision: "once" });
    expect(late.status).toBe(409);
    await answer(daemon, (await waits(daemon)).id, { decision: "once" });
    expect(text(await second)).toBe("a");
  });

  it("A62: is not sent to another server that has the name by then", async () => {
    const { daemon, agent } = await start(echoes);
    const call = agent.tool("echo", { text: "a" });
    const entry = await waits(daemon);
    daemon.writeServers({ one: scripted("--say", "another") });
    await vi.waitFor(async () => expect(await (await daemon.ask("/servers/one/log")).text()).toContain("another"));
    await answer(daemon, entry.id, { decision: "once" });
    expect(text(await call)).toContain("was changed while the call waited");
  });

  it("can be answered once, and a wrong answer is 422 and changes nothing", async () => {
    const { daemon, agent } = await start(echoes);
    const call = agent.tool("echo", { text: "a" });
    const { id } = await waits(daemon);
    for (const wrong of [
      {},
      { decision: "always" },
      { action: "accept" },
      { decision: "once", extra: 1 },
      "once",
      null,
      [1],
    ]) {
      expect((await answer(daemon, id, wrong)).status).toBe(422);
    }
    const both = await Promise.all([
      answer(daemon, id, { decision: "once" }),
      answer(daemon, id, { decision: "refuse" }, "Phone"),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
    await call;
    expect(
      (await daemon.ask("/inbox/nothing/answer", { method: "POST", body: { by: "x", answer: { decision: "once" } } }))
        .status,
    ).toBe(404);
  });
});

describe("a server that asks", () => {
  const form = {
    message: "Who?",
    requestedSchema: { type: "object", properties: { name: { type: "string", minLength: 2 } }, required: ["name"] },
  };

  it("is answered in the inbox where the agent cannot ask: checked here, under the server's own name", async () => {
    const { daemon, agent } = await start();
    const { seen } = JSON.parse(text(await agent.tool("status"))) as { seen: [string, Json][] };
    expect(seen.find(([method]) => method === "initialize")?.[1]).toMatchObject({
      capabilities: { elicitation: { form: {}, url: {} } },
    });
    const call = agent.tool("elicit", form);
    const entry = await waits(daemon);
    expect(entry).toMatchObject({ kind: "elicitation", from: "one", text: "Who?", schema: form.requestedSchema });
    const refused = await answer(daemon, entry.id, { action: "accept", content: { name: "A" } });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      error: { code: "invalid-answer" },
      fields: { name: expect.stringContaining("2") },
    });
    await answer(daemon, entry.id, { action: "accept", content: { name: "Ada" } });
    expect(JSON.parse(text(await call))).toEqual({ action: "accept", content: { name: "Ada" } });
  });

  it("A64: leads to an address in URL mode, and to nothing but http and https", async () => {
    const { daemon, agent } = await start();
    const url = (address: string) =>
      agent.tool("elicit", { mode: "url", message: "Pay", url: address, elicitationId: "e1" });
    const call = url("https://example.com/pay");
    const entry = await waits(daemon);
    expect(entry).toMatchObject({ kind: "elicitation", url: "https://example.com/pay" });
    await answer(daemon, entry.id, { action: "accept" });
    expect(JSON.parse(text(await call))).toEqual({ action: "accept" });
    for (const bad of ["javascript:alert(1)", "file:///etc/passwd", "https://user:pw@example.com"]) {
      expect(JSON.parse(text(await url(bad)))).toMatchObject({ code: -32602 });
    }
  });

  it("that says what it asked for at an address is done needs no answer any more", async () => {
    const { daemon, agent } = await start([], undefined, "locked,unlock");
    const call = agent.tool("elicit", {
      mode: "url",
      message: "Pay",
      url: "https://example.com",
      elicitationId: "pay",
    });
    const entry = await waits(daemon);
    await agent.tool("unlock", { at: "another" });
    expect((await inboxOf(daemon))[0]?.answered).toBeUndefined();
    await agent.tool("unlock", { at: "pay" });
    expect(JSON.parse(text(await call))).toEqual({ action: "accept" });
    expect((await inboxOf(daemon)).find(({ id }) => id === entry.id)).toMatchObject({
      answered: { by: "one", how: "elsewhere" },
    });
  });

  it("is told what is wrong with a form that nobody can be shown", async () => {
    const { agent } = await start();
    const nested = { type: "object", properties: { x: { type: "object" } } };
    expect(JSON.parse(text(await agent.tool("elicit", { message: "?", requestedSchema: nested })))).toMatchObject({
      code: -32602,
      message: expect.stringContaining("properties.x"),
    });
  });

  it("is answered by an agent that can; the inbox shows it and takes no answer", async () => {
    const { daemon, agent } = await start([], {
      capabilities: { elicitation: {} },
      onRequest: () => undefined,
    });
    const stream = await agent.listen();
    const call = agent.request("tools/call", { name: "elicit", arguments: form });
    const entry = await waits(daemon);
    expect(entry).toMatchObject({ kind: "elicitation", from: "one", answer_at: "agent" });
    expect((await answer(daemon, entry.id, { action: "accept", content: { name: "Ada" } })).status).toBe(409);
    await agent.raw({ body: JSON.stringify({ jsonrpc: "2.0", id: 1, result: { action: "decline" } }) });
    expect(JSON.parse(text((await call).at(-1) ?? {}))).toEqual({ action: "decline" });
    expect((await inboxOf(daemon))[0]).toMatchObject({ answered: { by: "the agent", how: "elsewhere" } });
    stream.close();
  });

  it("that can only be asked by its agent in one mode is answered here in the other", async () => {
    const { daemon, agent } = await start([], {
      capabilities: { elicitation: { form: {} } },
      onRequest: () => ({ action: "cancel" }),
    });
    expect(JSON.parse(text(await agent.tool("elicit", form)))).toEqual({ action: "cancel" });
    const call = agent.tool("elicit", { mode: "url", message: "Pay", url: "https://example.com", elicitationId: "e1" });
    const entry = await waits(daemon);
    expect(entry.answer_at).toBeUndefined();
    await answer(daemon, entry.id, { action: "decline" });
    expect(JSON.parse(text(await call))).toEqual({ action: "decline" });
  });

  it("is not waited for once its call was cancelled or its process is gone", async () => {
    const { daemon, agent } = await start();
    void agent.tool("elicit", form);
    const { id } = await waits(daemon);
    await daemon.ask("/servers/one/restart", { method: "POST" });
    await vi.waitFor(async () =>
      expect((await inboxOf(daemon)).find((entry) => entry.id === id)).toMatchObject({
        answered: { how: "withdrawn" },
      }),
    );
  });
});

describe("a call whose server wants the person at an address first (-32042)", () => {
  const locked = (client?: Parameters<TestDaemon["agent"]>[1]) => start([], client, "locked,unlock");
  const open = async (daemon: TestDaemon) => (await inboxOf(daemon)).filter(({ answered }) => answered === undefined);

  it("waits until its person has been there, and is made again as the same call", async () => {
    const { daemon, agent } = await locked();
    const call = agent.tool("locked", { at: ["sign-in", "pay"] });
    await vi.waitFor(async () => expect(await open(daemon)).toHaveLength(2));
    const [first, second] = await open(daemon);
    expect(first).toMatchObject({
      kind: "elicitation",
      from: "one",
      text: "Go to sign-in",
      url: "https://example.com/sign-in",
    });
    // The server says that one is done; the other the person says.
    await agent.tool("unlock", { at: "sign-in" });
    await vi.waitFor(async () => expect(await open(daemon)).toHaveLength(1));
    await agent.tool("unlock", { at: "pay", quiet: true });
    await answer(daemon, second?.id ?? "", { action: "accept" });
    expect(text(await call)).toBe("opened");
    const { events } = await readEvents(daemon.url, agent.session, agent.token, (all) =>
      all.some(({ kind, tool }) => kind === "finished" && tool === "locked"),
    );
    expect(events.filter(({ kind, tool }) => kind === "started" && tool === "locked")).toHaveLength(1);
  });

  it("asks again where the person was not there yet, and is not made where they decline", async () => {
    const { daemon, agent } = await locked();
    const call = agent.tool("locked", { at: ["pay"] });
    const first = await waits(daemon);
    await answer(daemon, first.id, { action: "accept" });
    const second = await vi.waitFor(async () => {
      const [entry] = await open(daemon);
      expect(entry?.id).not.toBe(first.id);
      expect(entry).toBeDefined();
      return entry as InboxEntry;
    });
    await answer(daemon, second.id, { action: "decline" });
    expect((await call).result).toMatchObject({ isError: true });
    expect(text(await call)).toContain("declined to open");
  });

  it.each([
    ["resources/read", { uri: "locked:pay" }],
    ["prompts/get", { name: "locked:pay" }],
  ])(
    "holds for %s as for a call: it waits, is made again, and ends with what the person decides",
    async (method, params) => {
      const { daemon, agent } = await locked();
      const request = agent.request(method, params);
      const first = await waits(daemon);
      await agent.tool("unlock", { at: "pay", quiet: true });
      await answer(daemon, first.id, { action: "accept" });
      expect((await request).at(-1)?.result).toEqual({ contents: [], messages: [] });
      const declined = agent.request(
        method,
        Object.fromEntries(Object.keys(params).map((key) => [key, "locked:next"])),
      );
      await answer(daemon, (await waits(daemon)).id, { action: "decline" });
      expect((await declined).at(-1)?.error).toMatchObject({
        code: -32042,
        message: expect.stringContaining("declined to open"),
      });
      void agent
        .request(method, Object.fromEntries(Object.keys(params).map((key) => [key, "locked:last"])), "c")
        .catch(() => {});
      await waits(daemon);
      await agent.notify("notifications/cancelled", { requestId: "c" });
      await vi.waitFor(async () => expect(await open(daemon)).toEqual([]));
    },
  );

  it("A64: is taken back with its call, and leads to nothing but http and https", async () => {
    const { daemon, agent } = await locked();
    void agent.request("tools/call", { name: "locked", arguments: { at: ["pay"] } }, "c").catch(() => {});
    await waits(daemon);
    await agent.notify("notifications/cancelled", { requestId: "c" });
    await vi.waitFor(async () => expect(await open(daemon)).toEqual([]));
    const bad = await agent.tool("locked", { at: ["pay"], url: "javascript:alert(1)" });
    expect(bad.error).toMatchObject({ code: -32042 });
    expect(await open(daemon)).toEqual([]);
  });

  it("is left to an agent that can ask its person itself", async () => {
    const { daemon, agent } = await locked({ capabilities: { elicitation: { form: {}, url: {} } } });
    const refused = await agent.tool("locked", { at: ["pay"] });
    expect(refused.error).toMatchObject({
      code: -32042,
      data: { elicitations: [{ elicitationId: "pay", url: "https://example.com/pay" }] },
    });
    expect(await inboxOf(daemon)).toEqual([]);
  });
});
