/** Proves that a gateway shows, starts and serves the sessions of other machines through Redis as it does its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SessionView } from "../../../shared/protocol/app-frames.ts";
import type { ClusterMachine } from "../../../shared/protocol/cluster-api.ts";
import { type TestCluster, testCluster } from "../../../test/support/cluster.ts";
import { connectAgent } from "../../../test/support/daemon/mcp-agent.ts";
import { ask, eventClient, socketTo } from "../../../test/support/gateway/running-gateway.ts";
import { ownTime } from "../../../test/support/own-time.ts";
import { describeWithRedis, type RedisServer, startRedis } from "../../../test/support/redis-server.ts";
import { machineId, readClusterConfig } from "../../cluster/cluster-config.ts";
import { openCluster } from "../../cluster/open-cluster.ts";
import { homeFolder } from "../../home/home-folder.ts";
import type { Gateway } from "../create-gateway.ts";

let redis: RedisServer;
let cluster: TestCluster;
beforeEach(async () => {
  redis = await startRedis();
  cluster = testCluster(redis);
});
afterEach(async () => {
  await cluster.dispose();
  await redis.dispose();
});

const machines = async (gateway: Gateway) =>
  ((await ask(gateway, "/api/v1/machines")).json() as { machines: ClusterMachine[] }).machines;
const post = (gateway: Gateway, path: string, body: object = {}) =>
  ask(gateway, `/api/v1${path}`, { method: "POST", body: JSON.stringify(body) });
const sessionsOf = (gateway: Gateway): SessionView[] => gateway.app().sessions;
const shell = (script: string, machine?: string) => ({
  agent: "custom",
  command: "/bin/sh",
  args: ["-c", script],
  cwd: "/",
  machine,
});

/** Two machines, and a gateway on the first. */
async function two() {
  const [laptop, box] = [cluster.home("laptop"), cluster.home("box")];
  const [here, there] = [await cluster.daemon(laptop), await cluster.daemon(box)];
  const gateway = await cluster.gateway(laptop);
  await vi.waitFor(() => expect(gateway.app().daemons).toMatchObject([{ name: "box", state: "connected" }]));
  await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
  return { here, there, gateway, box };
}

/** All that a terminal shows until `text`. */
function terminalUntil(gateway: Gateway, id: string, text: string, type?: string): Promise<string> {
  const socket = socketTo(gateway, `/ws/terminal?session_id=${id}`);
  let shown = "";
  return new Promise((resolve, reject) => {
    socket.on("open", () => type !== undefined && socket.send(Buffer.from(type)));
    socket.on("message", (data, isBinary) => {
      shown += isBinary ? String(data) : (JSON.parse(String(data)).data ?? "");
      if (!shown.includes(text)) return;
      socket.terminate();
      resolve(shown);
    });
    socket.on("close", (code) => reject(new Error(`closed with ${code}: ${shown}`)));
  });
}

describeWithRedis("a gateway of a cluster", () => {
  it("lists the machines, its own first, and says which is away", async () => {
    const { gateway, there } = await two();
    expect(await machines(gateway)).toMatchObject([
      { name: "laptop", state: "here", self: true },
      { name: "box", state: "connected", self: false },
    ]);
    await there.daemon.dispose();
    await vi.waitFor(async () => expect((await machines(gateway))[1]).toMatchObject({ name: "box", state: "away" }));
    await vi.waitFor(() => expect(gateway.app().daemons).toMatchObject([{ name: "box", state: "away" }]));
  });

  it("lists a machine whose version it does not understand, says so, and starts nothing there", async () => {
    const { gateway } = await two();
    const home = homeFolder(cluster.home("attic"));
    const config = readClusterConfig(home);
    if (config?.ok !== true) throw new Error("the home is in no cluster");
    const future = openCluster({ config: config.value });
    const id = machineId(home);
    const entry = { name: "attic", version: "9.1.0", protocol: 99, since: new Date().toISOString(), load: 0, port: 1 };
    await future.bus.settled(5_000);
    await future.directory.renew({ ...entry, id, inbox: "0".repeat(16) }, await future.directory.beginRun(id));
    const why = "it runs Signalbox 9.1.0, which speaks version 99";
    const listed = () => gateway.app().daemons?.find(({ name }) => name === "attic");
    await vi.waitFor(() => expect(listed()).toMatchObject({ state: "away", reason: expect.stringContaining(why) }));
    const refused = await post(gateway, "/sessions", shell("sleep 60", "attic"));
    expect([refused.status, refused.text]).toEqual([503, expect.stringContaining(why)]);
    await future.close();
  });

  it("starts a session on another machine, by its name or id, and types into its terminal", async () => {
    const { gateway, there } = await two();
    const made = await post(gateway, "/sessions", shell('read line; echo "heard $line"; sleep 60', "box"));
    expect(made.status, made.text).toBe(201);
    const { id } = made.json() as { id: string };
    const listed = (await (await there.ask("/sessions")).json()) as { sessions: { session_id: string }[] };
    expect(listed.sessions.map(({ session_id }) => session_id)).toEqual([id]);
    const [other] = (await machines(gateway)).filter(({ self }) => !self);
    expect(sessionsOf(gateway)).toMatchObject([{ id, daemon: other?.id, terminal: { state: "running" } }]);
    expect(await terminalUntil(gateway, id, "heard you", "you\r")).toContain("heard you");
    const byId = await post(gateway, "/sessions", shell("sleep 60", other?.id));
    expect(byId.status, byId.text).toBe(201);
    expect((await ask(gateway, `/api/v1/sessions/${id}`, { method: "DELETE" })).status).toBe(200);
    await vi.waitFor(async () => expect(await (await there.ask("/sessions")).text()).not.toContain(id));
  });

  it("refuses an unknown machine, one of two that have the same name, and one that is away, each in its own words", async () => {
    const { gateway, there } = await two();
    const ask = async (machine: string) => (await post(gateway, "/sessions", shell("true", machine))).json();
    expect(await ask("nowhere")).toMatchObject({ error: { code: "no-such-machine" } });
    const third = await cluster.daemon(cluster.home("box"));
    await vi.waitFor(async () => expect(await machines(gateway)).toHaveLength(3));
    expect(await ask("box")).toMatchObject({
      error: { code: "machine-ambiguous", hint: expect.stringMatching(/[0-9a-f]{16}, /) },
    });
    await third.daemon.dispose();
    await there.daemon.dispose();
    const [, away] = await machines(gateway);
    expect(await ask(away?.id ?? "")).toMatchObject({ error: { code: "machine-away" } });
    expect((await post(gateway, "/sessions", { ...shell("true", "laptop") })).status).toBe(201);
  });

  it("shows a call's progress on another machine live, and keeps its history", async () => {
    const { gateway, there } = await two();
    const file = join(there.home, "token");
    const made = await post(gateway, "/sessions", shell(`echo "$SIGNALBOX_MCP_TOKEN" > '${file}'; sleep 600`, "box"));
    const { id } = made.json() as { id: string };
    const events = eventClient(gateway, id);
    await events.until(() => events.statuses.includes("live"));
    const second = await cluster.gateway(cluster.home("desk"));
    await vi.waitFor(() => expect(sessionsOf(second).map((session) => session.id)).toContain(id));
    const again = eventClient(second, id);
    await again.until(() => again.statuses.includes("live"));
    // Any call will do: one that no server has is refused, and that is told.
    await vi.waitFor(() => expect(readFileSync(file, "utf8").trim()).not.toBe(""));
    const agent = await connectAgent(there.url, readFileSync(file, "utf8").trim());
    await agent.tool("no-such-tool");
    await events.until(() => events.entries.length >= 2);
    await again.until(() => again.entries.length >= 2);
    expect(again.entries.map(({ seq, event }) => [seq, event])).toEqual(
      events.entries.map(({ seq, event }) => [seq, event]),
    );
    const calls = (await ask(gateway, `/api/v1/sessions/${id}/calls`)).json() as { calls: unknown[] };
    expect(calls.calls).toHaveLength(1);
  });

  it("says within 5 s that Redis stands still, serves its own machine meanwhile, and comes back", async () => {
    const { gateway } = await two();
    const far = (await post(gateway, "/sessions", shell("sleep 600", "box"))).json() as { id: string };
    const near = (await post(gateway, "/sessions", shell('read line; echo "near $line"; sleep 600'))).json() as {
      id: string;
    };
    const events = eventClient(gateway, far.id);
    await events.until(() => events.statuses.includes("live"));
    const terminal = socketTo(gateway, `/ws/terminal?session_id=${far.id}`);
    const told: string[] = [];
    terminal.on("message", (data, isBinary) => void (isBinary || told.push(String(data))));
    await vi.waitFor(() => expect(told.join("")).toContain("ready"));
    const elapsed = ownTime();
    redis.signal("SIGSTOP");
    await events.until(() => events.statuses.at(-1) === "reconnecting");
    expect(elapsed()).toBeLessThan(5_500);
    await vi.waitFor(() => expect(told.at(-1)).toContain("machine-away"));
    await vi.waitFor(() => expect(gateway.app().daemons).toMatchObject([{ state: "away" }]));
    expect(await terminalUntil(gateway, near.id, "near here", "here\r")).toContain("near here");
    redis.signal("SIGCONT");
    await events.until(() => events.statuses.at(-1) === "live");
    expect(sessionsOf(gateway).find(({ id }) => id === far.id)?.terminal.state).toBe("running");
  });
});
