/** Proves that a person, or a rule of theirs, can end one call: its server is told, its agent hears why, and the record says who did it. */
import { afterEach, expect, it, vi } from "vitest";
import { type Json, type McpAgent, readEvents } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let running: TestDaemon | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

type Agent = McpAgent & { session: string };
async function start(server = scripted(), client?: Parameters<TestDaemon["agent"]>[1]) {
  running = await startDaemon({ one: server });
  await running.settled();
  return { daemon: running, agent: await running.agent({}, client) };
}
const events = (daemon: TestDaemon, { session, token }: Agent, until: (all: Json[]) => boolean) =>
  readEvents(daemon.url, session, token, until).then((read) => read.events);
const started = async (daemon: TestDaemon, agent: Agent, count = 1) => {
  const all = await events(daemon, agent, (seen) => seen.filter(({ kind }) => kind === "started").length === count);
  return String(all.filter(({ kind }) => kind === "started").at(-1)?.call);
};
const stop = (daemon: TestDaemon, { session }: Agent, call: string, body: Json = {}) =>
  daemon.ask(`/session/${session}/calls/${call}/stop`, { method: "POST", body });
const textOf = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";

it("tells the server to stop and the agent why, records it as the person's act, and leaves all other calls alone", async () => {
  const { daemon, agent } = await start();
  const other = agent.tool("slow", { ms: 1 });
  await other;
  const hanging = agent.tool("hang");
  const call = await started(daemon, agent, 2);
  expect((await stop(daemon, agent, call)).status).toBe(204);

  const reply = await hanging;
  expect(reply.result?.isError).toBe(true);
  expect(textOf(reply)).toContain("The person stopped this call");
  const last = (await events(daemon, agent, (all) => all.at(-1)?.kind === "cancelled")).at(-1);
  expect(last).toMatchObject({ call, error: { code: "stopped-by-person", message: "Stopped by you" } });
  expect(last?.duration_ms).toEqual(expect.any(Number));
  await vi.waitFor(async () => expect(JSON.parse(textOf(await agent.tool("cancelled")))).toHaveLength(1));

  // It has ended: there is nothing to stop any more, and nothing is told twice.
  const again = await stop(daemon, agent, call);
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ error: { code: "call-not-open" } });
});

it("names the device at which the person did it", async () => {
  const { daemon, agent } = await start();
  void agent.tool("hang");
  await stop(daemon, agent, await started(daemon, agent), { device: "Pixel" });
  const all = await events(daemon, agent, (seen) => seen.at(-1)?.kind === "cancelled");
  expect(all.at(-1)).toMatchObject({ error: { message: "Stopped by you, on Pixel" } });
});

it("stops no call of another session, and none without the daemon's key", async () => {
  const { daemon, agent } = await start();
  const stranger = await daemon.agent();
  void agent.tool("hang");
  const call = await started(daemon, agent);
  expect((await stop(daemon, stranger, call)).status).toBe(409);
  expect((await stop(daemon, { ...agent, session: "none" }, call)).status).toBe(404);
  const path = `/session/${agent.session}/calls/${call}/stop`;
  expect((await daemon.ask(path, { method: "POST", body: {}, token: agent.token })).status).toBe(401);
  expect((await stop(daemon, agent, call)).status).toBe(204);
});

it("takes a call back that waits for a person's approval", async () => {
  const { daemon, agent } = await start();
  await daemon.ask("/tool-settings", { method: "PUT", body: { ask: [{ tool: "echo" }] } });
  const held = agent.tool("echo", { text: "x" });
  const call = await started(daemon, agent);
  expect((await stop(daemon, agent, call)).status).toBe(204);
  expect(textOf(await held)).toContain("The person stopped this call");
  const inbox = (await (await daemon.ask("/inbox")).json()) as { entries: Json[] };
  expect(inbox.entries.filter(({ answered }) => answered === undefined)).toEqual([]);
  expect(textOf(await agent.tool("cancelled"))).toBe("[]");
});

it("ends a task at its server", async () => {
  const server = scripted("--tasks", "t", "--bare", "--tools", "work,finish");
  const { daemon, agent } = await start(server, { capabilities: { tasks: { list: {} } } });
  const begun = await agent.call("tools/call", { name: "work", arguments: {}, task: { ttl: 60_000 } });
  const { taskId } = (begun.result as { task: Json }).task;
  const call = await started(daemon, agent);
  expect((await stop(daemon, agent, call)).status).toBe(204);
  const all = await events(daemon, agent, (seen) => seen.some(({ kind }) => kind === "cancelled"));
  expect(all.at(-1)).toMatchObject({ call, error: { code: "stopped-by-person" } });
  await vi.waitFor(async () =>
    expect((await agent.call("tasks/get", { taskId })).result).toMatchObject({ status: "cancelled" }),
  );
});

it("a rule stops what runs for longer, and nothing else", async () => {
  const { daemon, agent } = await start();
  const body = {
    stop: [
      { server: "one", tool: "hang", minutes: 0.01 },
      { server: "one", tool: "*", minutes: 60 },
    ],
  };
  expect((await daemon.ask("/tool-settings", { method: "PUT", body })).status).toBe(200);
  const reply = await agent.tool("hang");
  expect(textOf(reply)).toContain("lets this tool run for 0.6 seconds at most");
  expect(textOf(await agent.tool("slow", { ms: 1_000 }))).toBe("slow but done");
  const all = await events(daemon, agent, (seen) => seen.at(-1)?.kind === "finished");
  expect(all.find(({ kind }) => kind === "cancelled")).toMatchObject({
    tool: "hang",
    error: { code: "stopped-by-rule", message: "Stopped by your rule: longer than 0.6 seconds" },
  });
});

it("refuses a rule without a time", async () => {
  const { daemon } = await start();
  for (const rule of [
    { tool: "x" },
    { tool: "x", minutes: 0 },
    { tool: "x", minutes: "5" },
    { minutes: 1, tols: "x" },
  ]) {
    expect((await daemon.ask("/tool-settings", { method: "PUT", body: { stop: [rule] } })).ok).toBe(false);
  }
});
