/** Proves the inbox from end to end: two people at once, a device that may only watch, restarts of both processes, the commands. */
import { execFile as execFileLater } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, it, vi } from "vitest";
import { answerEntry, printInbox } from "../../main/commands/inbox.ts";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import type { InboxEntry } from "../../shared/protocol/inbox-api.ts";
import { connectAgent, type Json } from "../support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../support/daemon/start-daemon.ts";
import { ask, type Home, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";

const execFile = promisify(execFileLater);

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const SERVERS = { one: scripted() };
const RULE = { ask: [{ server: "one", tool: "echo" }] };

async function start() {
  const home = temporaryHome();
  undo.push(home.remove);
  const daemon = await startDaemon(SERVERS, {}, home.home.path);
  undo.push(() => daemon.daemon.dispose());
  await daemon.settled();
  await daemon.ask("/tool-settings", { method: "PUT", body: RULE });
  return { home, daemon, gateway: await gatewayOf(home) };
}
async function gatewayOf(home: Home): Promise<Gateway> {
  const gateway = await startGateway(home);
  undo.push(() => gateway.dispose());
  await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
  return gateway;
}
const entriesOf = async (gateway: Gateway, init?: RequestInit) =>
  ((await ask(gateway, "/api/v1/inbox", init)).json() as { entries: InboxEntry[] }).entries;
const waits = (gateway: Gateway) =>
  vi.waitFor(async () => {
    const [entry] = (await entriesOf(gateway)).filter(({ answered }) => answered === undefined);
    expect(entry).toBeDefined();
    return entry as InboxEntry;
  });
const answer = (gateway: Gateway, id: string, given: unknown, headers?: HeadersInit) =>
  ask(gateway, `/api/v1/inbox/${id}/answer`, {
    method: "POST",
    body: JSON.stringify(given),
    ...(headers === undefined ? {} : { headers }),
  });
async function pair(gateway: Gateway, scope: "full" | "read-only") {
  const made = await ask(gateway, "/api/v1/pairing", { method: "POST", body: JSON.stringify({ scope }) });
  const { link_code } = made.json() as { link_code: string };
  const headers = { "x-pairing-code": link_code };
  const { token } = (await (await fetch(`${gateway.url}/pair`, { method: "POST", headers })).json()) as {
    token: string;
  };
  return { authorization: `Bearer ${token}` };
}
const text = (reply: { result?: Json } | undefined) =>
  (reply?.result?.content as { text: string }[] | undefined)?.[0]?.text;
/** A session of the gateway's, and an MCP client with the token that its program was given. */
async function agentOf(gateway: Gateway, home: Home) {
  const file = join(home.home.path, "told");
  const args = ["-c", `echo "$SIGNALBOX_MCP_TOKEN" > '${file}'; exec sleep 600`];
  const made = await gateway.createSession({ agent: "custom", cwd: "/", command: "/bin/sh", args });
  if (!made.ok) throw new Error(made.fault.message);
  const token = await vi.waitFor(() => {
    const told = readFileSync(file, "utf8").trim();
    expect(told).not.toBe("");
    return told;
  });
  return connectAgent(gateway.app().daemon.url?.replace(/\/mcp$/, "") ?? "", token);
}
const shownId = (gateway: Gateway) => gateway.app().sessions[0]?.id;

it("P40: of two people who answer at the same moment one is heard, and the other is told who was; who may only watch cannot", async () => {
  const { home, gateway } = await start();
  const [other, watcher] = [await pair(gateway, "full"), await pair(gateway, "read-only")];
  const agent = await agentOf(gateway, home);
  for (let round = 0; round < 10; round += 1) {
    const call = agent.tool("echo", { text: `round ${round}` });
    const entry = await waits(gateway);
    expect(entry).toMatchObject({ session: shownId(gateway), from: "one", args: { text: `round ${round}` } });
    expect(await entriesOf(gateway, { headers: watcher })).toContainEqual(entry);
    const refused = await answer(gateway, entry.id, { decision: "once" }, watcher);
    expect([refused.status, refused.json()]).toMatchObject([403, { error: { code: "read-only" } }]);
    const both = await Promise.all([
      answer(gateway, entry.id, { decision: "once" }),
      answer(gateway, entry.id, { decision: "refuse", words: "no" }, other),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
    const [winner, words] =
      both[0]?.status === 204 ? ["the owner", `round ${round}`] : ["device", "refused by the person: no"];
    expect(text(await call)).toBe(words);
    const late = both.find(({ status }) => status === 409)?.json() as { error: { code: string; message: string } };
    expect(late.error.code).toBe("answered");
    const told = (await entriesOf(gateway)).find(({ id }) => id === entry.id)?.answered;
    if (winner === "the owner") expect(told?.by).toBe(winner);
    expect(late.error.message).toContain(told?.by);
  }
});

it("a session that waits for a person says so, and what waits is counted for every page", async () => {
  const { home, gateway } = await start();
  const agent = await agentOf(gateway, home);
  const call = agent.tool("echo", { text: "a" });
  await vi.waitFor(() =>
    expect(gateway.app().inbox).toMatchObject({ open: 1, heads: [{ kind: "approval", from: "one", decides: true }] }),
  );
  await vi.waitFor(() =>
    expect(gateway.app().sessions).toMatchObject([
      { status: { state: "needs_you", evidence: expect.stringContaining("one asks") } },
    ]),
  );
  expect(gateway.app().inbox?.heads[0]?.session).toBe(shownId(gateway));
  const { id } = await waits(gateway);
  for (const [given, status] of [
    ["{", 400],
    ['{"decision":"always"}', 422],
    ['{"action":"accept","content":{}}', 422],
  ] as const) {
    expect((await ask(gateway, `/api/v1/inbox/${id}/answer`, { method: "POST", body: given })).status).toBe(status);
  }
  expect((await answer(gateway, "nothing", { decision: "once" })).status).toBe(404);
  expect((await answer(gateway, id, { decision: "once" })).status).toBe(204);
  await call;
  await vi.waitFor(() => expect(gateway.app().inbox?.open).toBe(0));
  await vi.waitFor(() => expect(gateway.app().sessions[0]?.status.state).not.toBe("needs_you"));
});

it("P40: an open question outlives the gateway and the daemon, and is answered once", async () => {
  const { home, daemon, gateway } = await start();
  const agent = await daemon.agent();
  const lost = agent.tool("echo", { text: "kept" }).catch(() => undefined);
  const entry = await waits(gateway);
  await gateway.dispose();
  const second = await gatewayOf(home);
  expect(await waits(second)).toEqual(entry);
  await daemon.daemon.dispose();
  await lost;
  const later: TestDaemon = await startDaemon(SERVERS, {}, home.home.path);
  undo.push(() => later.daemon.dispose());
  await vi.waitFor(() => expect(second.app().daemon.state).toBe("connected"));
  expect(await waits(second)).toMatchObject({ id: entry.id, waiting: false, args: { text: "kept" } });
  // The agent outlived the daemon, and calls again what was never answered.
  const again = await connectAgent(later.url, agent.token);
  const call = again.tool("echo", { text: "kept" });
  await vi.waitFor(async () => expect((await waits(second)).waiting).toBeUndefined());
  expect((await entriesOf(second)).filter(({ answered }) => answered === undefined)).toHaveLength(1);
  expect((await answer(second, entry.id, { decision: "once" })).status).toBe(204);
  expect(text(await call)).toBe("kept");
});

it("the commands list what waits and answer it, and say what went wrong", async () => {
  const { home, daemon, gateway } = await start();
  const say = { out: vi.spyOn(console, "log").mockReturnValue(), error: vi.spyOn(console, "error").mockReturnValue() };
  undo.push(vi.restoreAllMocks);
  const printed = async (made: Promise<number>) => {
    say.out.mockClear();
    say.error.mockClear();
    const code = await made;
    return { code, out: say.out.mock.calls.join("\n"), error: say.error.mock.calls.join("\n") };
  };
  const where = { home: home.home.path };
  const list = (options = {}) => printed(printInbox({ ...where, ...options }));
  const reply = (id: string, values: string[], options = {}) =>
    printed(answerEntry(id, values, { ...where, ...options }));
  expect(await list()).toMatchObject({ code: 0, out: "Nothing waits for you." });
  const agent = await daemon.agent();
  const schema = {
    type: "object",
    properties: {
      name: { type: "string" },
      age: { type: "integer" },
      many: { type: "array", items: { enum: ["a", "b"] } },
    },
    required: ["name"],
  };
  const call = agent.tool("elicit", { message: "Who?\u001b[2J", requestedSchema: schema });
  const { id } = await waits(gateway);
  const listed = await execFile(process.execPath, ["main/cli.ts", "inbox", "--home", home.home.path]);
  expect(listed.stdout).toContain(id);
  expect(listed.stdout).toContain("Who?␛[2J");
  expect(JSON.parse((await list({ json: true })).out)).toMatchObject({ entries: [{ id, kind: "elicitation" }] });
  expect(await reply(id, ["name=Ada", "age=old"])).toMatchObject({
    code: 1,
    error: expect.stringContaining("age must be a number"),
  });
  expect(await reply(id, ["colour=red"])).toMatchObject({
    code: 1,
    error: expect.stringContaining("name, age, many"),
  });
  expect(await reply(id, ["name=Ada", "age=36", "many=a,b"])).toMatchObject({ code: 0, out: "Answered." });
  expect(JSON.parse(text(await call) ?? "")).toEqual({
    action: "accept",
    content: { name: "Ada", age: 36, many: ["a", "b"] },
  });
  expect(await reply(id, [], { decline: true })).toMatchObject({
    code: 1,
    error: expect.stringContaining("answered by the owner"),
  });
  const held = agent.tool("echo", { text: "a" });
  expect(await reply((await waits(gateway)).id, ["not", "now"], { refuse: true })).toMatchObject({ code: 0 });
  expect(text(await held)).toBe("refused by the person: not now");
});
