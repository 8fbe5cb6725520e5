/** Proves that an agent can ask its person, and is answered from the inbox; and that it can show its own steps. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import type { InboxEntry } from "../../shared/protocol/inbox-api.ts";
import { PERSON_TOOLS, tokensOf } from "../../shared/protocol/person-tools.ts";
import { startDaemon } from "../support/daemon/start-daemon.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start() {
  const home = mkdtempSync(join(tmpdir(), "signalbox-daemon-"));
  // Nobody has set anything: the tools are there from the start.
  writeFileSync(join(home, "daemon-settings.json"), "{}", { mode: 0o600 });
  undo.push(() => rmSync(home, { recursive: true, force: true, maxRetries: 20 }));
  const daemon = await startDaemon({}, {}, home);
  undo.push(() => daemon.stop());
  const switchTo = (on: boolean) => daemon.ask("/settings", { method: "PUT", body: { person_tools: on } });
  const agent = await daemon.agent({ agent: "claude" });
  const tools = async () =>
    (((await agent.call("tools/list")).result?.tools ?? []) as { name: string }[]).map(({ name }) => name);
  const entries = async () =>
    ((await (await daemon.ask("/inbox")).json()) as { entries: InboxEntry[] }).entries.filter(
      ({ answered }) => answered === undefined,
    );
  const waiting = () =>
    vi.waitFor(async () => {
      const [entry] = await entries();
      if (entry === undefined) throw new Error("nothing waits");
      return entry;
    });
  return { daemon, agent, tools, switchTo, entries, waiting };
}

it("P53: a question of an agent waits in the inbox, and its answer is the tool's result", async () => {
  const { daemon, agent, tools, waiting } = await start();
  await vi.waitFor(async () => expect(await tools()).toEqual(expect.arrayContaining(["ask_user", "report_progress"])));
  const asked = agent.tool("ask_user", {
    question: "Which database?",
    schema: { type: "object", properties: { name: { type: "string", enum: ["one", "two"] } }, required: ["name"] },
  });
  const entry = await waiting();
  expect(entry).toMatchObject({ kind: "question", from: "claude", text: "Which database?" });
  const answer = (content: object) =>
    daemon.ask(`/inbox/${entry.id}/answer`, {
      method: "POST",
      body: { by: "the owner", answer: { action: "accept", content } },
    });
  expect((await answer({ name: "three" })).status).toBe(422);
  expect((await answer({ name: "two" })).status).toBe(204);
  expect((await asked).result).toMatchObject({ structuredContent: { action: "accept", content: { name: "two" } } });
});

it("P53: a question that its agent takes back waits for nobody; one with a form that is none is refused at once", async () => {
  const { agent, tools, waiting, entries } = await start();
  await vi.waitFor(async () => expect(await tools()).toContain("ask_user"));
  const wrong = await agent.tool("ask_user", { question: "What?", schema: { type: "array" } });
  expect(wrong.result).toMatchObject({ isError: true, structuredContent: { code: "bad-schema" } });
  void agent.request("tools/call", { name: "ask_user", arguments: { question: "Still?" } }, "q").catch(() => {});
  await waiting();
  await agent.notify("notifications/cancelled", { requestId: "q" });
  await vi.waitFor(async () => expect(await entries()).toEqual([]));
});

it("the steps that an agent reports are one call, until the last", async () => {
  const { daemon, agent, tools } = await start();
  await vi.waitFor(async () => expect(await tools()).toContain("report_progress"));
  for (const step of [1, 2, 3]) {
    const shown = await agent.tool("report_progress", { message: `step ${step}`, step, total: 3, key: "migration" });
    expect(shown.result).toMatchObject({ content: [{ text: "shown" }] });
  }
  const response = await daemon.ask(`/session/${agent.session}/events`, { headers: { accept: "text/event-stream" } });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  await vi.waitFor(async () => {
    text += (await reader?.read())?.value ?? "";
    expect(text).toMatch(/"tool":"migration"[^\n]*"kind":"finished"/);
  });
  await reader?.cancel();
});

it("the switch takes the tools away and gives them back, and they weigh less than 500 tokens", async () => {
  const { tools, switchTo } = await start();
  await vi.waitFor(async () => expect(await tools()).toContain("ask_user"));
  await switchTo(false);
  await vi.waitFor(async () => expect(await tools()).not.toContain("ask_user"));
  await switchTo(true);
  await vi.waitFor(async () => expect(await tools()).toContain("ask_user"));
  expect(tokensOf(PERSON_TOOLS)).toBeLessThan(500);
});

it("P53, A64: a notice of an agent is in the inbox at once, nobody waits for it, and its reader is named", async () => {
  const { daemon, agent, tools, waiting, entries } = await start();
  await vi.waitFor(async () => expect(await tools()).toEqual(expect.arrayContaining(["notify_user", "open_preview"])));
  const told = await agent.tool("notify_user", { title: "Build", message: "<b>It</b> passed." });
  expect(told.result).toMatchObject({ content: [{ text: "The user has been notified." }] });
  const entry = await waiting();
  expect(entry).toMatchObject({ kind: "notice", from: "claude", title: "Build", text: "<b>It</b> passed." });
  const none = await agent.tool("open_preview", { port: 1 });
  expect(none.result).toMatchObject({ isError: true, structuredContent: { code: "not-listening" } });
  const read = { by: "the owner", answer: { action: "accept" } };
  expect((await daemon.ask(`/inbox/${entry.id}/answer`, { method: "POST", body: read })).status).toBe(204);
  expect(await entries()).toEqual([]);
});
