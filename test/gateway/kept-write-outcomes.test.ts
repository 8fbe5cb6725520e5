/** Proves that the history says what became of a kept write, also where no event stream could say so. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { type Behaviour, type HttpUpstream, startHttpUpstream, succeed } from "../support/daemon/http-upstream.ts";
import { ask, type Home, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const refuse: Behaviour = (_call, { result }) =>
  result({ isError: true, content: [{ type: "text", text: "no such page" }] });

const callsOf = async (gateway: Gateway, session: string) =>
  ((await ask(gateway, `/api/v1/sessions/${session}/calls`)).json() as { calls: { state: string; error?: unknown }[] })
    .calls;
const entries = async (gateway: Gateway) =>
  ((await ask(gateway, "/api/v1/outbox")).json() as { entries: { id: number }[] }).entries;

async function lastEntry(gateway: Gateway, session: string) {
  const page = await ask(gateway, `/api/v1/sessions/${session}/events`);
  return (page.json() as { events: { seq: number; event: { kind: string; seq?: number } }[] }).events.at(-1);
}

async function startDaemonOf(gateway: Gateway): Promise<void> {
  await ask(gateway, "/api/v1/daemon/start", { method: "POST", body: "{}" });
  await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
}
async function killDaemonOf(gateway: Gateway): Promise<void> {
  process.kill(gateway.app().daemon.pid ?? 0, "SIGKILL");
  await vi.waitFor(() => expect(gateway.app().daemon.state).not.toBe("connected"));
}
const start = async (home: Home) => {
  const gateway = await startGateway(home, { startDaemon: true });
  undo.push(gateway.dispose, () => ask(gateway, "/api/v1/daemon/stop", { method: "POST", body: '{"force":true}' }));
  return gateway;
};

/** A write of a program that has ended waits for its server, which is away. */
async function keepOne(): Promise<{ home: Home; gateway: Gateway; remote: HttpUpstream; id: string }> {
  // Repeatable, because the daemon may be killed in the middle of an attempt: of another write nobody would know then
  // whether it was carried out, and the next daemon rightly leaves it to a person.
  const write = { name: "write", inputSchema: { type: "object" }, annotations: { idempotentHint: true } };
  const remote = await startHttpUpstream([write]);
  undo.push(() => remote.down());
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  writeFileSync(home.home.servers, JSON.stringify({ mcpServers: { wiki: { url: remote.url } } }), { mode: 0o600 });
  const gateway = await start(home);
  const buffer = JSON.stringify({ buffer: [{ server: "wiki", tool: "write" }] });
  expect((await ask(gateway, "/api/v1/tool-settings", { method: "PUT", body: buffer })).status).toBe(200);
  await vi.waitFor(
    () => expect(gateway.app().servers).toContainEqual(expect.objectContaining({ name: "wiki", state: "ready" })),
    10_000,
  );
  remote.behave((_call, { raw }) => {
    raw.writeHead(503);
    raw.end();
  });
  const agent = join(import.meta.dirname, "../fixtures/agents/call-tool.ts");
  const wanted = { agent: "custom", cwd: "/", command: process.execPath, args: [agent, "write"] };
  const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: JSON.stringify(wanted) });
  const { id } = made.json() as { id: string };
  await vi.waitFor(async () => expect(await callsOf(gateway, id)).toMatchObject([{ state: "queued" }]));
  return { home, gateway, remote, id };
}

it.each<[string, (gateway: Gateway, remote: HttpUpstream) => unknown, object]>([
  ["delivered", (_, remote) => remote.behave(succeed), { state: "delivered" }],
  [
    "refused by its server",
    (_, remote) => remote.behave(refuse),
    { state: "failed", error: { message: "no such page" } },
  ],
  [
    "discarded",
    async (gateway) => {
      const [entry] = await entries(gateway);
      expect((await ask(gateway, `/api/v1/outbox/${entry?.id}`, { method: "DELETE" })).status).toBe(204);
    },
    { state: "discarded" },
  ],
])("a write that is %s after its daemon was killed is so in the history", async (_, act, then) => {
  const { gateway, remote, id } = await keepOne();
  await killDaemonOf(gateway);
  await startDaemonOf(gateway);
  // It may be on its way at this moment: then it is discarded a little later.
  await vi.waitFor(() => act(gateway, remote));
  await vi.waitFor(async () => expect(await callsOf(gateway, id)).toMatchObject([then]));
  await vi.waitFor(() => expect(gateway.app().outbox).not.toHaveProperty("untold"));
  const told = await lastEntry(gateway, id);
  expect(told?.event.seq).toBe(told?.seq);
});

it("a write of a session that was restarted since is told among the events of its new run", async () => {
  const { gateway, remote, id } = await keepOne();
  await killDaemonOf(gateway);
  await startDaemonOf(gateway);
  await vi.waitFor(() => expect(gateway.app().sessions[0]?.terminal.state).toBe("gone"));
  const again = await ask(gateway, `/api/v1/sessions/${id}/restart`, { method: "POST", body: "{}" });
  expect(again.status, again.text).toBe(200);
  await vi.waitFor(async () => expect(await callsOf(gateway, id)).toHaveLength(2));
  remote.behave(succeed);
  await vi.waitFor(
    async () => expect(await callsOf(gateway, id)).toMatchObject([{ state: "delivered" }, { state: "delivered" }]),
    30_000,
  );
  const told = await lastEntry(gateway, id);
  expect(told?.event).toMatchObject({ kind: "delivered", seq: told?.seq });
});

it("a write that is delivered while no gateway runs, by a daemon that is killed then, is so in the history, once", async () => {
  const { home, gateway, remote, id } = await keepOne();
  const { pid = 0 } = gateway.app().daemon;
  undo.splice(undo.indexOf(gateway.dispose), 2);
  await gateway.dispose();
  remote.behave(succeed);
  const seen = remote.calls.length;
  await vi.waitFor(() => expect(remote.calls.length).toBeGreaterThan(seen));
  process.kill(pid, "SIGKILL");
  const next = await start(home);
  await vi.waitFor(async () => expect(await callsOf(next, id)).toMatchObject([{ state: "delivered" }]));
  await vi.waitFor(() => expect(next.app().outbox).not.toHaveProperty("untold"));
  const { events } = (await ask(next, `/api/v1/sessions/${id}/events`)).json() as {
    events: { event: { kind: string } }[];
  };
  expect(events.filter(({ event }) => event.kind === "delivered")).toHaveLength(1);
});
