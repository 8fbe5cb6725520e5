/** Proves with a real daemon what is told of a call whose agent stops waiting, and what becomes of its late result. */
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import type { Call } from "../../../shared/events/call.ts";
import { applyEntry, createCallLog } from "../../../shared/events/fold.ts";
import { leftWords } from "../../../shared/events/left-words.ts";
import { type ToolEvent, toolEventSchema } from "../../../shared/events/tool-event.ts";
import { type Json, type McpAgent, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

const GATED = fileURLToPath(new URL("../../../test/fixtures/upstream/gated-server.ts", import.meta.url));

let running: TestDaemon | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

type Agent = McpAgent & { session: string };

async function start(options: Parameters<typeof startDaemon>[1] = {}) {
  running = await startDaemon({ one: { command: process.execPath, args: [GATED] } }, options);
  const daemon = running;
  await daemon.settled();
  const agent = await daemon.agent();
  // Only a server that is there already gets a call before its agent gives it up.
  await agent.tool("release");
  const until = async (done: (events: ToolEvent[]) => boolean): Promise<ToolEvent[]> => {
    const read = (all: Json[]) =>
      all.map((event) => toolEventSchema.parse(event)).filter(({ tool }) => tool !== "release");
    return read((await readEvents(daemon.url, agent.session, agent.token, (all) => done(read(all)))).events);
  };
  /** Resolves once the events of the calls of `read` and `write` are of these kinds, and no others. */
  const kinds = (...wanted: string[]) => until((events) => events.map(({ kind }) => kind).join() === wanted.join());
  return { daemon, agent, until, kinds };
}

function fold(events: readonly ToolEvent[]): Call | undefined {
  const log = createCallLog();
  for (const [at, event] of events.entries()) applyEntry(log, { seq: at + 1, at: event.timestamp ?? "", event });
  return [...log.calls.values()][0];
}
const texts = (result: unknown) => (result as { content: { text: string }[] }).content.map(({ text }) => text);

/** A call whose stream the caller holds. */
async function post(daemon: TestDaemon, agent: Agent, id: number, name: string, args: Json = {}) {
  const abort = new AbortController();
  const response = await fetch(`${daemon.url}/mcp`, {
    method: "POST",
    signal: abort.signal,
    headers: {
      authorization: `Bearer ${agent.token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-session-id": agent.mcpSession,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } }),
  });
  const first = await response.body?.getReader().read();
  const eventId = /^id: (.+)$/m.exec(new TextDecoder().decode(first?.value))?.[1] ?? "";
  return { eventId, hangUp: () => abort.abort() };
}

const timeOut = (agent: Agent, requestId: number) =>
  agent.notify("notifications/cancelled", { requestId, reason: "Request timed out" });

describe("an agent that stops waiting", () => {
  it("is told of with the call, which is never finished alone: its late result is kept and said to be late", async () => {
    const { daemon, agent, kinds } = await start();
    await post(daemon, agent, 5, "read");
    await kinds("started");
    await timeOut(agent, 5);
    const before = await kinds("started", "left", "cancelled");
    expect(before[1]?.left).toMatchObject({ why: "cancelled", reason: "Request timed out" });
    expect(leftWords(fold(before) ?? ({} as Call))).toMatch(
      /^The agent stopped waiting at [\d.]+ s \(Request timed out\); the call was cancelled$/,
    );
    await agent.tool("release");
    const after = await kinds("started", "left", "cancelled", "finished");
    const call = fold(after);
    expect(call).toMatchObject({ state: "finished", left: { why: "cancelled" } });
    expect(texts(call?.result)).toEqual(["read 1"]);
    expect(leftWords(call ?? ({} as Call))).toMatch(/; the tool went on and finished at [\d.]+ s$/);
  });

  it("by hanging up is told of; one that comes back for its stream has waited all the time", async () => {
    const { daemon, agent, kinds } = await start({ abandonMs: 20 });
    const call = await post(daemon, agent, 5, "read");
    await kinds("started");
    call.hangUp();
    const left = await kinds("started", "left");
    expect(left[1]?.left?.why).toBe("disconnected");
    const again = agent.raw({ method: "GET", headers: { accept: "text/event-stream", "last-event-id": call.eventId } });
    await kinds("started", "left", "returned");
    await agent.tool("release");
    expect(await (await again).text()).toContain("read 1");
    const all = await kinds("started", "left", "returned", "finished");
    expect(leftWords(fold(all) ?? ({} as Call))).toBeUndefined();
  });

  it("by ending its MCP session is told of, and the call goes on", async () => {
    const { daemon, agent, kinds } = await start();
    await post(daemon, agent, 5, "read");
    await kinds("started");
    await agent.end();
    expect((await kinds("started", "left"))[1]?.left?.why).toBe("disconnected");
  });

  it("at a limit that only its launch tells of is told of at that limit", async () => {
    const { daemon, agent, kinds } = await start();
    const terminal = {
      command: process.execPath,
      args: ["-e", "setInterval(() => {}, 1e6)"],
      env: {},
      cwd: daemon.home,
    };
    const body = { ...terminal, cols: 80, rows: 24, call_wait: { limit_ms: 150, keep_waiting: true } };
    expect((await daemon.ask(`/session/${agent.session}/terminal`, { method: "POST", body })).status).toBe(201);
    const answer = agent.tool("read");
    expect((await kinds("started", "left"))[1]?.left).toEqual({ why: "limit", after_ms: 150 });
    await agent.tool("release");
    await answer;
    const call = fold(await kinds("started", "left", "finished"));
    expect(leftWords(call ?? ({} as Call))).toMatch(
      /^The agent stopped waiting at 0\.2 s \(its own limit\); the tool went on and finished at [\d.]+ s$/,
    );
  });
});

describe("a call that is repeated after its result came too late", () => {
  /** Gives up a call and lets it end. */
  async function late(of: Awaited<ReturnType<typeof start>>, tool: string, args: Json) {
    await post(of.daemon, of.agent, 5, tool, args);
    await of.kinds("started");
    await timeOut(of.agent, 5);
    await of.agent.tool("release");
    await of.kinds("started", "left", "cancelled", "finished");
  }
  const began = (events: ToolEvent[]) => events.filter(({ kind }) => kind === "started").length;

  it("is answered from it once, and the answer says so, for a tool that only reads", async () => {
    const of = await start();
    await late(of, "read", { a: 1, b: { c: [2], d: 3 } });
    const other = of.agent.tool("read", { a: 1 });
    await of.until((events) => began(events) === 2);
    await of.agent.tool("release");
    expect(texts((await other).result)).toEqual(["read 2"]);

    const again = texts((await of.agent.tool("read", { b: { d: 3, c: [2] }, a: 1 })).result);
    expect(again[0]).toMatch(
      /^Signalbox: the tool was not run again\. This is the result of the same call that began at /,
    );
    expect(again.slice(1)).toEqual(["read 1"]);
    const events = await of.until((all) => all.at(-1)?.message?.includes("late result") === true);
    expect(events.at(-1)).toMatchObject({ kind: "finished", message: expect.stringContaining("was not run again") });

    const third = of.agent.tool("read", { a: 1, b: { c: [2], d: 3 } });
    await of.until((all) => began(all) === 4);
    await of.agent.tool("release");
    expect(texts((await third).result)).toEqual(["read 3"]);
  });

  it("is run again for a tool that may change something", async () => {
    const of = await start();
    await late(of, "write", { a: 1 });
    const again = of.agent.tool("write", { a: 1 });
    await of.until((events) => began(events) === 2);
    await of.agent.tool("release");
    expect(texts((await again).result)).toEqual(["write 2"]);
  });
});
