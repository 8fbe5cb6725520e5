/** Proves that calls which become tasks (MCP 2025-11-25) go on for their agent and for the person who watches, with one server and with several. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Json, type McpAgent, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let running: TestDaemon | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
const start = async (servers: Record<string, unknown>) => {
  running = await startDaemon(servers);
  await running.settled();
  const agent = await running.agent({}, { capabilities: { tasks: { list: {} } } });
  return { daemon: running, agent };
};
const begin = async (agent: McpAgent, name: string) => {
  const reply = await agent.call("tools/call", {
    name,
    arguments: {},
    task: { ttl: 60_000 },
    _meta: { progressToken: name },
  });
  return String((reply.result as { task: Json }).task.taskId);
};
const eventsOf = (daemon: TestDaemon, agent: McpAgent & { session: string }, last: string) =>
  readEvents(daemon.url, agent.session, agent.token, (all) => all.at(-1)?.kind === last).then(({ events }) => events);
/** The name of a call says which one of its run it is. */
const isCall = (number: number, event: Json) => String(event.call).startsWith(`c${number}-`);
const one = () => scripted("--tasks", "t", "--bare", "--tools", "work,finish,crash");
const two = {
  left: scripted("--tasks", "l", "--bare", "--tools", "lift"),
  right: scripted("--tasks", "r", "--bare", "--tools", "roll"),
};

describe("a call that becomes a task", () => {
  it("goes on after its answer: its progress reaches the agent, and it is seen to run until its result is there", async () => {
    const { daemon, agent } = await start({ one: one() });
    const stream = await agent.listen();
    const taskId = await begin(agent, "work");
    await vi.waitFor(() => expect(stream.messages).toHaveLength(3));
    expect(stream.messages.map(({ method, params }) => [method, params?.progressToken ?? params?.taskId])).toEqual([
      ["notifications/progress", "work"],
      ["notifications/progress", "work"],
      ["notifications/tasks/status", taskId],
    ]);
    const result = agent.call("tasks/result", { taskId });
    await agent.tool("finish", { taskId });
    expect((await result).result).toMatchObject({ content: [{ text: `${taskId} is done` }] });
    const events = (await eventsOf(daemon, agent, "finished")).filter((event) => isCall(1, event));
    expect(events.map((event) => [event.kind, event.progress ?? event.message])).toMatchObject([
      ["started", undefined],
      ["progress", 1],
      ["progress", 2],
      ["progress", "half of it"],
      ["finished", undefined],
    ]);
    expect(JSON.stringify(events.at(-1)?.result)).toContain(`${taskId} is done`);
    stream.close();
  });

  it("goes on when its agent leaves, and is seen to its result", async () => {
    const { daemon, agent } = await start({
      one: scripted("--tasks", "t", "--bare", "--tools", "work", "--after", "300"),
    });
    const taskId = await begin(agent, "work");
    await agent.end();
    const last = (await eventsOf(daemon, agent, "finished")).at(-1);
    expect(last).toMatchObject({ call: expect.stringMatching(/^c1-/) });
    expect(JSON.stringify(last?.result)).toContain(`${taskId} is done`);
  });

  it("ends with its agent where the setting says so", async () => {
    const { daemon, agent } = await start({ one: one() });
    await daemon.ask("/settings", { method: "PUT", body: { end_calls_on_disconnect: true } });
    await begin(agent, "work");
    await agent.end();
    expect((await eventsOf(daemon, agent, "cancelled")).at(-1)).toMatchObject({ call: expect.stringMatching(/^c1-/) });
  });

  it("is seen as cancelled when its agent cancels it, and as unknown when its server dies", async () => {
    const { daemon, agent } = await start({ one: one() });
    const taskId = await begin(agent, "work");
    expect((await agent.call("tasks/cancel", { taskId })).result).toMatchObject({ status: "cancelled" });
    expect((await eventsOf(daemon, agent, "cancelled")).at(-1)).toMatchObject({ call: expect.stringMatching(/^c1-/) });
    await begin(agent, "work");
    await agent.tool("crash");
    const unknown = { kind: "failed", error: { code: "outcome-unknown" } };
    const events = await eventsOf(daemon, agent, "failed");
    expect(events.find((event) => isCall(2, event) && event.kind === "failed")).toMatchObject(unknown);
    // Nothing waits for a task of a session that is deleted.
    await begin(agent, "work");
    await agent.end();
    expect((await daemon.ask(`/session/${agent.session}`, { method: "DELETE" })).status).toBe(204);
  });
});

describe("tasks of several servers", () => {
  it("are offered, listed together, and each is asked for at its own server", async () => {
    const { agent } = await start(two);
    await agent.call("tools/list");
    expect((agent.initialized.capabilities as Json).tasks).toMatchObject({ requests: { tools: { call: {} } } });
    const [left, right] = [await begin(agent, "lift"), await begin(agent, "roll")];
    expect([left, right]).toEqual(["l-1", "r-1"]);
    const listed = (await agent.call("tasks/list")).result as { tasks: Json[] };
    expect(listed.tasks.map(({ taskId }) => taskId)).toEqual(["l-1", "r-1"]);
    expect((await agent.call("tasks/get", { taskId: right })).result).toMatchObject({
      taskId: "r-1",
      status: "working",
    });
    expect((await agent.call("tasks/cancel", { taskId: left })).result).toMatchObject({ status: "cancelled" });
    expect((await agent.call("tasks/get", { taskId: right })).result).toMatchObject({ status: "working" });
    expect((await agent.call("tasks/get", { taskId: "x" })).error).toMatchObject({
      code: -32602,
      message: "Unknown task: x",
    });
  });

  it("are never mistaken for one another's where two servers use the same id", async () => {
    const { agent } = await start({
      left: scripted("--tasks", "same", "--bare", "--tools", "lift"),
      right: scripted("--tasks", "same", "--bare", "--tools", "roll"),
    });
    await agent.call("tools/list");
    const taskId = await begin(agent, "lift");
    expect(await begin(agent, "roll")).toBe(taskId);
    expect((await agent.call("tasks/cancel", { taskId })).error?.code).toBe(-32602);
  });
});
