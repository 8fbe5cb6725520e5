/** Proves that what belongs to a session on another machine comes from there through any gateway: questions, files, parts, recordings, agents, folders, client tools. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import type { ClusterMachine } from "../../shared/protocol/cluster-api.ts";
import type { InboxEntry } from "../../shared/protocol/inbox-api.ts";
import { type TestCluster, testCluster } from "../support/cluster.ts";
import { connectAgent, type Json, type McpAgent } from "../support/daemon/mcp-agent.ts";
import { scripted, type TestDaemon } from "../support/daemon/start-daemon.ts";
import { ask, socketTo } from "../support/gateway/running-gateway.ts";
import { describeWithRedis, type RedisServer, startRedis } from "../support/redis-server.ts";

const RULE = { ask: [{ server: "one", tool: "echo" }] };

const get = (gateway: Gateway, path: string) => ask(gateway, `/api/v1${path}`);
const post = (gateway: Gateway, path: string, body: object = {}) =>
  ask(gateway, `/api/v1${path}`, { method: "POST", body: JSON.stringify(body) });

describeWithRedis("a session on another machine", () => {
  let redis: RedisServer;
  let cluster: TestCluster;
  let there: TestDaemon;
  let laptop: Gateway;
  let box: string;
  let id: string;
  let agent: McpAgent;

  beforeAll(async () => {
    redis = await startRedis();
    cluster = testCluster(redis);
    const [near, far] = [cluster.home("laptop"), cluster.home("box")];
    await cluster.daemon(near);
    there = await cluster.daemon(far, { one: scripted() });
    laptop = await cluster.gateway(near);
    await vi.waitFor(() => expect(laptop.app().daemons).toMatchObject([{ name: "box", state: "connected" }]));
    box = laptop.app().daemons?.[0]?.id ?? "";
    const file = join(far, "told");
    // It prints the token as a careless program would.
    const script = `echo "$SIGNALBOX_MCP_TOKEN" > '${file}'; echo "canary $SIGNALBOX_MCP_TOKEN end"; exec cat`;
    const request = { agent: "custom", cwd: "/tmp", command: "/bin/sh", args: ["-c", script], machine: "box" };
    const made = await post(laptop, "/sessions", request);
    expect(made.status, made.text).toBe(201);
    id = (made.json() as { id: string }).id;
    await vi.waitFor(() => expect(existsSync(file) && readFileSync(file, "utf8")).toMatch(/\n$/));
    agent = await connectAgent(there.url, readFileSync(file, "utf8").trim());
  });
  afterAll(async () => {
    await cluster.dispose();
    await redis.dispose();
  });

  const open = async () =>
    ((await get(laptop, "/inbox")).json() as { entries: InboxEntry[] }).entries.filter(
      ({ answered }) => answered === undefined,
    );

  it("asks its questions in every inbox, and is answered from there", async () => {
    await there.ask("/tool-settings", { method: "PUT", body: RULE });
    const called = agent.tool("echo", { text: "held" });
    await vi.waitFor(() =>
      expect(laptop.app().inbox).toMatchObject({ open: 1, heads: [{ machine: box, session: id }] }),
    );
    const [entry] = await open();
    expect(entry).toMatchObject({ kind: "approval", machine: box, session: id, tool: "echo" });
    const answered = await post(laptop, `/inbox/${entry?.id}/answer`, { decision: "once" });
    expect(answered.status, answered.text).toBe(204);
    expect(JSON.stringify((await called).result)).toContain("held");
    await vi.waitFor(() => expect(laptop.app().inbox?.open).toBe(0));
    // The machine is part of what names it: the same id at another one is none.
    const bare = entry?.id.split(".")[1] ?? "";
    expect((await post(laptop, `/inbox/${bare}/answer`, { decision: "once" })).status).toBe(404);
    await there.ask("/tool-settings", { method: "PUT", body: {} });
  });

  it("is set up on its own machine, and an unknown machine is refused", async () => {
    const path = `/tool-settings?machine=${box}`;
    const put = await ask(laptop, `/api/v1${path}`, { method: "PUT", body: JSON.stringify(RULE) });
    expect(put.status, put.text).toBeLessThan(300);
    expect(await (await there.ask("/tool-settings")).json()).toMatchObject(RULE);
    expect((await get(laptop, "/tool-settings")).text).not.toContain("echo");
    await ask(laptop, `/api/v1${path}`, { method: "PUT", body: "{}" });
    expect((await get(laptop, "/tool-settings?machine=nowhere")).status).toBe(404);
    expect((await get(laptop, "/outbox")).json()).toEqual({ entries: [] });
  });

  it("gives large parts of results, which stay readable once its machine is away", async () => {
    const bytes = Buffer.alloc(600_000, 200);
    await agent.tool("picture", { bytes: bytes.length, of: 200 });
    const name = await vi.waitFor(async () => {
      const [, found] = /"kept":"([^"]+)"/.exec((await get(laptop, `/sessions/${id}/events`)).text) ?? [];
      expect(found).toBeDefined();
      return found;
    });
    const address = `${laptop.url}/api/v1/sessions/${id}/parts/${name}`;
    const shown = await fetch(address, { headers: { authorization: `Bearer ${laptop.token}` } });
    expect(shown.status).toBe(200);
    expect(Buffer.from(await shown.arrayBuffer()).equals(bytes)).toBe(true);
    expect((await get(laptop, `/sessions/${id}/parts/no-such`)).status).toBe(404);
    expect((await get(laptop, `/sessions/${id}/export?format=jsonl`)).text).toContain(bytes.toString("base64"));
  });

  it("gives its recording, without that machine's secrets", async () => {
    const cast = await vi.waitFor(async () => {
      const answer = await get(laptop, `/sessions/${id}/export?format=cast`);
      expect(answer.status, answer.text).toBe(200);
      expect(answer.text).toContain("canary");
      return answer.text;
    });
    expect(cast).not.toContain(agent.token);
    expect((await get(laptop, `/sessions/${id}/export?format=html`)).text).toContain("canary");
  });

  it("takes files to where its program can read them", async () => {
    const sent = await ask(laptop, `/api/v1/sessions/${id}/files?name=shot.png`, {
      method: "POST",
      body: "a picture",
      headers: { "content-type": "application/octet-stream" },
    });
    expect(sent.status, sent.text).toBe(201);
    const { path } = sent.json() as { path: string };
    expect(path.startsWith(there.home)).toBe(true);
    expect(readFileSync(path, "utf8")).toBe("a picture");
    const large = await ask(laptop, `/api/v1/sessions/${id}/files?name=film.mov`, {
      method: "POST",
      body: Buffer.alloc(21 * 1024 * 1024),
      headers: { "content-type": "application/octet-stream" },
    });
    expect([large.status, large.text]).toEqual([413, expect.stringContaining("20 MB")]);
  });

  it("can be begun with the agents and folders there", async () => {
    const only = join(there.home, "only-there");
    mkdirSync(only);
    const folders = await get(laptop, `/folders?machine=box&path=${encodeURIComponent(there.home)}`);
    expect((folders.json() as { folders: string[] }).folders).toContain("only-there");
    const agents = (await get(laptop, `/agents?machine=${box}`)).json() as { agents: Json[]; recent_folders: string[] };
    expect(agents.agents.map(({ id }) => id)).toContain("shell");
    expect(agents.recent_folders).toContain("/tmp");
    expect((await get(laptop, "/folders?machine=nowhere")).status).toBe(404);
  });

  it("uses the tools of a program that is connected elsewhere: progress, answer, end and loss reach that call alone", async () => {
    const made = await post(laptop, "/client-tokens", { name: "Design tool" });
    const { token } = made.json() as { token: string };
    const socket = new WebSocket(`${laptop.url.replace("http", "ws")}/ws/tools?userToken=${token}`);
    const frames: Json[] = [];
    socket.on("message", (data) => void frames.push(JSON.parse(String(data)) as Json));
    await new Promise((resolve) => socket.once("open", resolve));
    const definition = { name: "draw", description: "draws", inputSchema: { type: "object" } };
    socket.send(JSON.stringify({ type: "hello", name: "sheet", tools: [definition] }));
    const tools = async () => JSON.stringify((await agent.call("tools/list")).result);
    await vi.waitFor(async () => expect(await tools()).toContain('"draw"'));

    const task = () =>
      vi.waitFor(() => {
        const at = frames.findIndex((frame) => "task" in frame);
        expect(at).toBeGreaterThanOrEqual(0);
        return frames.splice(at, 1)[0] as Json;
      });
    const running = agent.request("tools/call", {
      name: "draw",
      arguments: { width: 3 },
      _meta: { progressToken: "p" },
    });
    const first = await task();
    expect(first).toMatchObject({ task: "draw", params: { width: 3 }, session: { id } });
    socket.send(JSON.stringify({ type: "progress", id: first.id, progress: 1, total: 2, message: "half" }));
    socket.send(JSON.stringify({ id: first.id, success: true, data: { drawn: true } }));
    const said = await running;
    expect(said.at(-1)?.result).toMatchObject({ structuredContent: { drawn: true } });
    expect(said).toContainEqual(
      expect.objectContaining({ params: expect.objectContaining({ progress: 1, total: 2, message: "half" }) }),
    );

    const left = agent.tool("draw", {});
    await task();
    socket.terminate();
    expect((await left).result).toMatchObject({ isError: true, structuredContent: { code: "client-left" } });
    await vi.waitFor(async () => expect(await tools()).not.toContain('"draw"'));
    expect((await agent.tool("draw", {})).error?.data).toMatchObject({ code: "no-client" });
  });

  it("is told to be away with its machine, and what was fetched stays", async () => {
    const shown = socketTo(laptop, `/ws/terminal?session_id=${id}`);
    await new Promise((resolve) => shown.once("message", resolve));
    shown.terminate();
    const [, name] = /"kept":"([^"]+)"/.exec((await get(laptop, `/sessions/${id}/events`)).text) ?? [];
    await there.daemon.dispose();
    await vi.waitFor(() => expect(laptop.app().daemons).toMatchObject([{ state: "away" }]));
    expect((await get(laptop, `/sessions/${id}/parts/${name}`)).status).toBe(200);
    const machines = (await get(laptop, "/machines")).json() as { machines: ClusterMachine[] };
    expect(machines.machines[1]).toMatchObject({ id: box, state: "away" });
    for (const path of [`/sessions/${id}/parts/no-such`, `/sessions/${id}/export?format=cast`, "/agents?machine=box"])
      expect((await get(laptop, path)).json()).toMatchObject({ error: { code: "machine-away" } });
    expect((await get(laptop, "/inbox")).json()).toMatchObject({ missing: [box] });
  });
});
