/** Proves that an MCP client is served by whichever daemon of the cluster it asks, while daemons leave, freeze and come back. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type TestCluster, testCluster } from "../../test/support/cluster.ts";
import { connectAgent, type McpAgent } from "../../test/support/daemon/mcp-agent.ts";
import { scripted, type TestDaemon } from "../../test/support/daemon/start-daemon.ts";
import { ownTime } from "../../test/support/own-time.ts";
import { describeWithRedis, type RedisServer, startRedis } from "../../test/support/redis-server.ts";
import { homeFolder } from "../home/home-folder.ts";
import { daemonKey } from "../home/secrets.ts";

const killed: (() => void)[] = [];
let redis: RedisServer;
let cluster: TestCluster;
beforeEach(async () => {
  redis = await startRedis();
  cluster = testCluster(redis);
});
afterEach(async () => {
  for (const kill of killed.splice(0)) kill();
  redis.signal("SIGCONT");
  await cluster.dispose();
  await redis.dispose();
});

const SERVERS = { one: scripted("--tools", "until") };

/** A request of this client at another daemon. */
async function at(daemon: TestDaemon, agent: McpAgent, method: string, params = {}, headers = {}) {
  const response = await fetch(`${daemon.url}/mcp?kept=1`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${agent.token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-session-id": agent.mcpSession,
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: "asked", method, params }),
  });
  const text = await response.text();
  return { status: response.status, text, retryAfter: response.headers.get("retry-after") };
}

async function three() {
  const daemons = await Promise.all(["a", "b", "c"].map((name) => cluster.daemon(cluster.home(name), SERVERS)));
  const [a, b, c] = daemons as [TestDaemon, TestDaemon, TestDaemon];
  const agent = await a.agent();
  return { a, b, c, agent };
}

/** A daemon in a process of its own, which can be frozen and killed. */
async function daemonProcess(home: string) {
  const path = homeFolder(home);
  writeFileSync(path.servers, JSON.stringify({ mcpServers: SERVERS }), { mode: 0o600 });
  const child = spawn(process.execPath, ["main/cli.ts", "daemon", "--home", home], { stdio: "ignore" });
  killed.push(() => void child.kill("SIGKILL"));
  await vi.waitFor(() => expect(existsSync(path.discovery)).toBe(true));
  const { url } = JSON.parse(readFileSync(path.discovery, "utf8")) as { url: string };
  const base = url.replace("/mcp", "");
  const made = await fetch(`${base}/session`, {
    method: "POST",
    headers: { authorization: `Bearer ${daemonKey(path)}`, "content-type": "application/json" },
    body: JSON.stringify({ cwd: "/" }),
  });
  const { token } = (await made.json()) as { token: string };
  return { child, url: base, agent: await connectAgent(base, token) };
}

describeWithRedis("an MCP request at any daemon", () => {
  it("is refused with a time while its daemon is frozen, taken over once that is gone, and not served twice when it is back", async () => {
    const b = await cluster.daemon(cluster.home("b"), SERVERS);
    const a = await daemonProcess(cluster.home("a"));
    await vi.waitFor(async () => expect((await at(b, a.agent, "tools/list")).status).toBe(200));
    // A call that is under way when it freezes, and that its server finishes once it is back.
    const done = join(cluster.homes[1] ?? "", "done");
    const count = join(cluster.homes[1] ?? "", "count");
    const open = at(b, a.agent, "tools/call", { name: "until", arguments: { file: done, count } }).catch(
      (error: Error) => ({ status: 0, text: String(error) }),
    );
    await vi.waitFor(() => expect(readFileSync(count, "utf8")).toBe("called\n"));
    a.child.kill("SIGSTOP");
    const early = await at(b, a.agent, "tools/list");
    expect(early.status, early.text).toBe(503);
    expect(Number(early.retryAfter)).toBeGreaterThan(0);
    expect(early.text).not.toContain("-32001");
    await vi.waitFor(async () => expect((await at(b, a.agent, "tools/list")).status).toBe(200));
    // Its client was told that nobody knows how it ended, and nothing else.
    const told = await open;
    expect(told.text).not.toContain('"result"');
    expect(told.status === 503 ? told.text : "").toMatch(/^$|not known whether it carried this out/);
    // It comes back as if nothing had been: what it has of this session is closed, and requests to it go where the session is.
    a.child.kill("SIGCONT");
    const zombie = { url: a.url } as TestDaemon;
    await vi.waitFor(async () => expect((await at(zombie, a.agent, "tools/list")).status).toBe(200));
    const health = homeFolder(cluster.homes[1] ?? "");
    await vi.waitFor(() =>
      expect(readFileSync(join(health.logs, "daemon.log"), "utf8")).toContain("another machine has taken over"),
    );
    writeFileSync(done, "");
    expect((await at(b, a.agent, "tools/list")).status).toBe(200);
    expect(readFileSync(count, "utf8")).toBe("called\n");
    const there = ((await (await b.ask("/sessions")).json()) as { sessions: { clients: number }[] }).sessions;
    expect(there).toMatchObject([{ clients: 1 }]);
  });

  it("is answered by the one that has the session, with its stream, and a wrong token or session by none", async () => {
    const { a, b, c, agent } = await three();
    for (const daemon of [a, b, c]) {
      const answer = await at(daemon, agent, "tools/list");
      expect(answer.status, answer.text).toBe(200);
      expect(answer.text).toContain('"asked"');
    }
    // One copy, and that is at the first.
    const clients = async (daemon: TestDaemon) =>
      ((await (await daemon.ask("/sessions")).json()) as { sessions: { clients: number }[] }).sessions.map(
        (session) => session.clients,
      );
    expect([await clients(a), await clients(b), await clients(c)]).toEqual([[1], [], []]);
    expect((await at(b, agent, "tools/list", {}, { "mcp-session-id": "no-such" })).status).toBe(404);
    expect((await at(b, { ...agent, token: "0".repeat(64) }, "tools/list")).status).toBe(401);
    // Also the beginning of another one.
    const second = await connectAgent(c.url, agent.token);
    expect((await at(b, second, "tools/list")).status).toBe(200);
    expect(await clients(a)).toEqual([2]);
  });

  it("is refused for now, never as unknown, while its daemon may come back; then another takes over, under the same id", async () => {
    const { a, b, c, agent } = await three();
    await a.daemon.dispose();
    const first = await at(b, agent, "tools/list");
    // A daemon that says that it leaves is gone at once.
    expect(first.status, first.text).toBe(200);
    expect((await at(c, agent, "tools/list")).status).toBe(200);
    const lists = await Promise.all(
      [b, c].map(
        async (daemon) => ((await (await daemon.ask("/sessions")).json()) as { sessions: unknown[] }).sessions.length,
      ),
    );
    expect(lists).toEqual([1, 0]);
  });

  it("waits for nobody while Redis stands still: what is live goes on, a new one begins, and an unknown one is 503", async () => {
    const { a, b, agent } = await three();
    redis.signal("SIGSTOP");
    const elapsed = ownTime();
    expect((await at(a, agent, "tools/list")).status).toBe(200);
    expect(elapsed()).toBeLessThan(1_000);
    await vi.waitFor(async () => {
      const elsewhere = await at(b, agent, "tools/list");
      expect(elsewhere.status).toBe(503);
      expect(Number(elsewhere.retryAfter)).toBeGreaterThan(0);
    });
    const fresh = await a.agent();
    expect((await at(a, fresh, "tools/list")).status).toBe(200);
    redis.signal("SIGCONT");
    await vi.waitFor(async () => expect((await at(b, fresh, "tools/list")).status).toBe(200));
  });

  it("finds its session again after Redis was flushed", async () => {
    const { a, b, agent } = await three();
    redis.cli("flushall");
    expect((await at(a, agent, "tools/list")).status).toBe(200);
    await vi.waitFor(async () => expect((await at(b, agent, "tools/list")).status).toBe(200));
  });
});
