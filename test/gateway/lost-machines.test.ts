/** Proves what people and agents are told, and keep, when a machine dies in the middle of its work and when Redis is slow or another one. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { homeFolder } from "../../main/home/home-folder.ts";
import { testCluster } from "../support/cluster.ts";
import { connectAgent } from "../support/daemon/mcp-agent.ts";
import { scripted } from "../support/daemon/start-daemon.ts";
import { ask, eventClient, socketTo } from "../support/gateway/running-gateway.ts";
import { describeWithRedis, startRedis } from "../support/redis-server.ts";
import { slowProxy } from "../support/slow-proxy.ts";

const SERVERS = { one: scripted() };
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A session on the machine `box` whose program repeats what it reads, and the token that it was given. */
async function sessionAt(gateway: Gateway, home: string) {
  const file = join(home, "told");
  const args = ["-c", `echo "$SIGNALBOX_MCP_TOKEN" > '${file}'; exec cat`];
  const request = { agent: "custom", cwd: "/tmp", command: "/bin/sh", args, machine: "box" };
  const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: JSON.stringify(request) });
  expect(made.status, made.text).toBe(201);
  await vi.waitFor(() => expect(existsSync(file) && readFileSync(file, "utf8")).toMatch(/\n$/));
  return { id: (made.json() as { id: string }).id, token: readFileSync(file, "utf8").trim() };
}

/** What a terminal tells, and a way to type into it. */
function terminal(gateway: Gateway, id: string) {
  const socket = socketTo(gateway, `/ws/terminal?session_id=${id}`);
  const shown = { text: "", frames: "" };
  socket.on("message", (data, isBinary) => {
    if (isBinary) shown.text += String(data);
    else shown.frames += String(data);
  });
  undo.push(() => socket.terminate());
  return Object.assign(shown, { type: (text: string) => socket.send(Buffer.from(text)) });
}

const connected = (gateway: Gateway) =>
  vi.waitFor(() => expect(gateway.app().daemons).toMatchObject([{ name: "box", state: "connected" }]));

describeWithRedis("a machine of a cluster", () => {
  it("that is killed in the middle of a call and a terminal is said to be away, its call fails, and another machine serves its agent", async () => {
    const redis = await startRedis();
    undo.push(() => redis.dispose());
    const cluster = testCluster(redis);
    undo.push(() => cluster.dispose());
    const [near, far] = [cluster.home("laptop"), cluster.home("box")];
    const laptop = await cluster.daemon(near, SERVERS);
    writeFileSync(homeFolder(far).servers, JSON.stringify({ mcpServers: SERVERS }), { mode: 0o600 });
    const box = spawn(process.execPath, ["main/cli.ts", "daemon", "--home", far], { stdio: "ignore" });
    undo.push(() => void box.kill("SIGKILL"));
    const gateway = await cluster.gateway(near);
    await connected(gateway);
    const { id, token } = await sessionAt(gateway, far);
    const events = eventClient(gateway, id);
    await events.until(() => events.statuses.includes("live"));
    const shown = terminal(gateway, id);
    await vi.waitFor(() => expect(shown.frames).toContain("ready"));
    shown.type("before\r");
    await vi.waitFor(() => expect(shown.text).toContain("before"));
    // Through the daemon that does not have it.
    const agent = await connectAgent(laptop.url, token);
    const call = agent.request("tools/call", { name: "hang", arguments: {} }).then(
      (messages) => messages.at(-1)?.error?.message ?? "",
      (error: Error) => error.message,
    );
    await events.until(() => events.entries.some(({ event }) => event.kind === "started"));

    box.kill("SIGKILL");
    expect(await call).not.toBe("");
    await vi.waitFor(() => expect(shown.frames).toContain("machine-away"));
    await events.until(() => events.statuses.at(-1) === "reconnecting");
    // Nobody has seen the call end, so nobody says that it did.
    const view = gateway.app().sessions.find((session) => session.id === id);
    expect(view?.calls).toMatchObject({ total: 1, running: 1, failed: 0 });
    await vi.waitFor(async () => expect((await agent.tool("echo", { text: "again" })).result).toBeDefined());
    events.socket.terminate();
  });

  it.runIf(process.env.SIGNALBOX_LONG === "1")(
    "works through a slow Redis, and goes on with the one that takes its place",
    async () => {
      const primary = await startRedis();
      const replica = await startRedis("--replicaof", "127.0.0.1", String(primary.port));
      undo.push(
        () => primary.dispose(),
        () => replica.dispose(),
      );
      await vi.waitFor(() => expect(replica.cli("info", "replication")).toContain("master_link_status:up"));
      const proxy = await slowProxy(primary.port);
      undo.push(() => proxy.dispose());
      const cluster = testCluster({ url: `redis://127.0.0.1:${proxy.port}` });
      undo.push(() => cluster.dispose());
      const [near, far] = [cluster.home("laptop"), cluster.home("box")];
      const laptop = await cluster.daemon(near);
      await cluster.daemon(far, SERVERS);
      const gateway = await cluster.gateway(near);
      await connected(gateway);
      const { id, token } = await sessionAt(gateway, far);
      proxy.delay(200);
      const shown = terminal(gateway, id);
      await vi.waitFor(() => expect(shown.frames).toContain("ready"));
      shown.type("slowly\r");
      await vi.waitFor(() => expect(shown.text).toContain("slowly"));
      expect((await (await connectAgent(laptop.url, token)).tool("echo", { text: "slow" })).result).toBeDefined();

      proxy.delay(0);
      await primary.stop();
      replica.cli("replicaof", "no", "one");
      proxy.leadTo(replica.port);
      await vi.waitFor(() => expect(gateway.app().daemons).toMatchObject([{ state: "away" }]));
      await connected(gateway);
      const again = terminal(gateway, id);
      await vi.waitFor(() => expect(again.frames).toContain("ready"));
      again.type("promoted\r");
      await vi.waitFor(() => expect(again.text).toContain("promoted"));
      expect((await (await connectAgent(laptop.url, token)).tool("echo", { text: "after" })).result).toBeDefined();
    },
  );
});
