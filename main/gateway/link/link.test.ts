/** Proves the link to daemons: cuts, half-open connections, flapping, moving clocks, strangers, and several daemons at once. */

import { readdirSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type FaultProxy, startFaultProxy } from "../../../test/support/gateway/fault-proxy.ts";
import {
  ask,
  eventClient,
  type Home,
  socketTo,
  startGateway,
  temporaryHome,
} from "../../../test/support/gateway/running-gateway.ts";
import {
  type ScriptedDaemon,
  type ScriptedDaemonOptions,
  startScriptedDaemon,
} from "../../../test/support/gateway/scripted-daemon.ts";
import { prepareHomeFolder } from "../../home/home-folder.ts";
import { daemonKey } from "../../home/secrets.ts";
import type { Gateway, GatewayOptions } from "../create-gateway.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
function newHome(): Home {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  return home;
}
async function daemonOf(options: ScriptedDaemonOptions): Promise<ScriptedDaemon> {
  const daemon = await startScriptedDaemon(options);
  undo.push(daemon.end);
  return daemon;
}
async function proxyTo(daemon: ScriptedDaemon): Promise<FaultProxy> {
  const proxy = await startFaultProxy(daemon.port);
  undo.push(proxy.end);
  daemon.standBehind(proxy.url);
  return proxy;
}
async function gatewayOf(home: Home, options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const gateway = await startGateway(home, options);
  undo.push(gateway.dispose);
  return gateway;
}
const announce = (path: string, url: string) =>
  writeFileSync(path, JSON.stringify({ url: `${url}/mcp` }), { mode: 0o600 });
async function newSession(gateway: Gateway): Promise<string> {
  // Asked for before its daemon is found, as on a busy machine, it would get a daemon of its own.
  await until(() => state(gateway), "connected");
  const made = await ask(gateway, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ agent: "shell", cwd: "/" }),
  });
  expect(made.status, made.text).toBe(201);
  return (made.json() as { id: string }).id;
}
const state = (gateway: Gateway) => gateway.app().daemon.state;
const until = (check: () => unknown, what: unknown) => vi.waitFor(() => expect(check()).toEqual(what));
const progress = (n: number) => ({ kind: "progress", call: "c", tool: "t", progress: n });
const numbers = (client: ReturnType<typeof eventClient>) =>
  client.entries.flatMap(({ event }) => (event.kind === "gap" || event.progress === undefined ? [] : event.progress));
const range = (to: number) => Array.from({ length: to }, (_, i) => i + 1);

/** Collects garbage at once. */
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

describe("the link", () => {
  it("P2: cut after any number of bytes, slowed and reset, it loses nothing and repeats nothing", async () => {
    const home = newHome();
    const daemon = await daemonOf({ key: daemonKey(home.home) });
    const proxy = await proxyTo(daemon);
    announce(home.home.discovery, proxy.url);
    const gateway = await gatewayOf(home);
    const id = await newSession(gateway);
    const client = eventClient(gateway, id);
    let sent = 0;
    for (const cutAfter of [400, 701, 1203, 1999, 2500]) {
      proxy.plan({ cutAfter, delayMs: 1 });
      proxy.cut();
      await until(() => daemon.sessions.get(id)?.readers.size, 1);
      for (let i = 0; i < 40; i += 1) {
        sent += 1;
        daemon.emit(id, progress(sent));
      }
      proxy.plan({});
      await client.until(() => numbers(client).at(-1) === sent);
    }
    expect(numbers(client)).toEqual(range(sent));
    expect(client.entries.some(({ event }) => event.kind === "gap")).toBe(false);
  });

  it("P11: a half-open connection is noticed within 15 s, and what came meanwhile is replayed", async () => {
    const home = newHome();
    const daemon = await daemonOf({ key: daemonKey(home.home) });
    const proxy = await proxyTo(daemon);
    announce(home.home.discovery, proxy.url);
    const gateway = await gatewayOf(home);
    const id = await newSession(gateway);
    const client = eventClient(gateway, id);
    await until(() => daemon.sessions.get(id)?.readers.size, 1);
    daemon.emit(id, progress(1));
    await client.until(() => client.entries.length === 1);
    proxy.freeze();
    daemon.emit(id, progress(2));
    // 15 s are promised; a machine that is busy with other things gets more, and what is broken never notices.
    await until(() => state(gateway), "lost");
    proxy.thaw();
    proxy.cut();
    await client.until(() => client.entries.length === 2);
    expect(numbers(client)).toEqual([1, 2]);
  });

  it("P21: 200 clients watch a daemon that flaps: it sees one connection's worth of attempts, not two hundred", async () => {
    const home = newHome();
    const daemon = await daemonOf({ key: daemonKey(home.home) });
    const proxy = await proxyTo(daemon);
    announce(home.home.discovery, proxy.url);
    const gateway = await gatewayOf(home, { random: Math.random });
    const id = await newSession(gateway);
    const clients = Array.from({ length: 200 }, () => eventClient(gateway, id));
    await Promise.all(clients.map(({ socket }) => new Promise((resolve) => socket.once("open", resolve))));
    await until(() => daemon.sessions.get(id)?.readers.size, 1);
    const before = proxy.accepted;
    for (let flap = 0; flap < 4; flap += 1) {
      proxy.cut();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    expect(proxy.accepted - before).toBeLessThan(80);
    await until(() => daemon.sessions.get(id)?.readers.size, 1);
    daemon.emit(id, progress(1));
    await Promise.all(clients.map((client) => client.until(() => client.entries.length === 1)));
    for (const { socket } of clients) socket.terminate();
  });

  it("P19: a wall clock that jumps by two days ends nothing and starts nothing", async () => {
    const home = newHome();
    let shift = 0;
    const daemon = await daemonOf({ key: daemonKey(home.home) });
    daemon.announce(home.home.discovery);
    const gateway = await gatewayOf(home, { now: () => Date.now() + shift });
    const id = await newSession(gateway);
    const client = eventClient(gateway, id);
    await until(() => daemon.sessions.get(id)?.readers.size, 1);
    const asked = daemon.asked.length;
    for (const jump of [2 * 86_400_000, -2 * 86_400_000]) {
      shift = jump;
      daemon.emit(id, { kind: "started", call: `c${jump}`, tool: "t" });
      daemon.emit(id, { kind: "finished", call: `c${jump}`, tool: "t", duration_ms: 40 });
    }
    await client.until(() => client.entries.length === 4);
    expect(state(gateway)).toBe("connected");
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect(daemon.asked.slice(asked).filter(({ url }) => !url.startsWith("/health"))).toEqual([]);
    await until(() => gateway.app().sessions[0]?.calls, { total: 2, running: 0, failed: 0 });
    const { calls } = (await ask(gateway, `/api/v1/sessions/${id}/calls`)).json() as {
      calls: { durationMs: number }[];
    };
    expect(calls.map(({ durationMs }) => durationMs)).toEqual([40, 40]);
  });

  it("P4: after a cut, a stranger at the daemon's address gets neither key nor session token", async () => {
    const home = newHome();
    const key = daemonKey(home.home);
    const daemon = await startScriptedDaemon({ key });
    daemon.announce(home.home.discovery);
    const gateway = await gatewayOf(home);
    const id = await newSession(gateway);
    const token = daemon.sessions.get(id)?.token ?? "";
    await until(() => daemon.sessions.get(id)?.readers.size, 1);
    const { port } = daemon;
    await daemon.end();
    const stranger = await daemonOf({ port });
    await until(() => stranger.asked.length > 2, true);
    expect(["lost", "none"]).toContain(state(gateway));
    const seen = JSON.stringify(stranger.asked);
    expect(seen).not.toContain(token);
    expect(seen).not.toContain(key);
    expect(
      stranger.asked.every(
        ({ url, headers }) => url.startsWith("/health?nonce=") && headers.authorization === undefined,
      ),
    ).toBe(true);
  });

  it("P4: a foreign daemon's token goes to that run of it alone", async () => {
    const home = newHome();
    const own = await daemonOf({ key: daemonKey(home.home), epoch: "own" });
    own.announce(home.home.discovery);
    const file = `${home.home.path}/foreign.json`;
    const foreign = await startScriptedDaemon({ epoch: "foreign", ring: 0, pid: 11, startedAt: "first" });
    foreign.announce(file);
    const gateway = await gatewayOf(home, { discovery: [file] });
    const id = await newSession(gateway);
    const token = [...foreign.sessions.values()][0]?.token ?? "";
    const { port } = foreign;
    await foreign.end();
    const other = await daemonOf({ port, epoch: "other", pid: 12, startedAt: "second" });
    await until(() => state(gateway), "connected");
    await until(() => other.asked.length > 2, true);
    expect(JSON.stringify(other.asked)).not.toContain(token);
    expect(gateway.app().sessions.map((session) => session.id)).toContain(id);
  });

  it("with a foreign daemon, tools come from it and the terminal from our own; a reconnection is a gap of unknown size", async () => {
    const home = newHome();
    const own = await daemonOf({ key: daemonKey(home.home), epoch: "own" });
    own.announce(home.home.discovery);
    const file = `${home.home.path}/foreign.json`;
    const foreign = await daemonOf({ epoch: "foreign", ring: 0 });
    foreign.announce(file);
    const gateway = await gatewayOf(home, { discovery: [file] });
    await until(() => state(gateway), "connected");
    expect(gateway.app().daemon).toMatchObject({ own: false, url: foreign.url });
    const id = await newSession(gateway);
    const [session] = [...foreign.sessions.values()];
    if (session === undefined) throw new Error("no session");
    const terminal = own.asked.find(({ url }) => url.endsWith("/terminal"));
    const launch = JSON.parse(terminal?.body ?? "{}");
    expect(launch.env).toMatchObject({ SIGNALBOX_MCP_URL: `${foreign.url}/mcp`, SIGNALBOX_MCP_TOKEN: session.token });
    expect(JSON.stringify(launch.args)).not.toContain(session.token);

    const client = eventClient(gateway, id);
    await until(() => session.readers.size, 1);
    foreign.emit(session.id, { tool: "notion", token: 7, progress: 1, total: 10 });
    await client.until(() => client.entries.length === 1);
    foreign.cut(session.id);
    await client.until(() => client.statuses.includes("reconnecting"));
    await until(() => session.readers.size, 1);
    foreign.emit(session.id, "not JSON");
    foreign.emit(session.id, { tool: "notion", token: 7, progress: 2, total: 10 });
    await client.until(() => client.entries.length === 3);
    expect(client.entries.map(({ event }) => event.kind)).toEqual([undefined, "gap", undefined]);
    expect(client.entries[1]?.event).toMatchObject({ missed: null, from: expect.any(String) });
  });

  it("P13: hundreds of sockets are all served, and descriptors and memory return to where they were", async () => {
    const home = newHome();
    const daemon = await daemonOf({ key: daemonKey(home.home) });
    daemon.announce(home.home.discovery);
    const gateway = await gatewayOf(home);
    const id = await newSession(gateway);
    await until(() => daemon.sessions.get(id)?.readers.size, 1);
    const count = process.env.SIGNALBOX_LONG === "1" ? 1000 : 200;
    const descriptors = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);
    const used = () => {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const noSockets = () =>
      vi.waitFor(async () => expect((await ask(gateway, "/metrics")).text).toContain("signalbox_sockets 0"));
    const open = async () => {
      const clients = [];
      for (let i = 0; i < count; i += 1) {
        const client = eventClient(gateway, id);
        // One after the other: more than 64 at once without a token would be a flood.
        await new Promise((resolve) => client.socket.once("open", resolve));
        clients.push(client);
      }
      return clients;
    };
    for (const { socket } of await open()) socket.terminate();
    await noSockets();
    const [before, memory] = [descriptors(), used()];
    const clients = await open();
    daemon.emit(id, progress(1));
    await Promise.all(clients.map((client) => client.until(() => client.entries.length === 1)));
    const metrics = (await ask(gateway, "/metrics")).text;
    expect(metrics).toContain(`signalbox_sockets ${count}`);
    await Promise.all(
      clients.map(({ socket }) => {
        const closed = new Promise((resolve) => socket.once("close", resolve));
        socket.close();
        return closed;
      }),
    );
    clients.length = 0;
    await noSockets();
    await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(before + 10));
    // Both ends of every socket live in this process: what each held, a buffer alone would be more, is given back.
    await vi.waitFor(() => expect(used() - memory).toBeLessThan(count * 10 * 1024));
  });

  it("P6: a client that stops reading costs bounded memory, and gets all it missed when it reads again", async () => {
    const home = newHome();
    const daemon = await daemonOf({ key: daemonKey(home.home) });
    daemon.announce(home.home.discovery);
    const gateway = await gatewayOf(home);
    const id = await newSession(gateway);
    await until(() => daemon.sessions.get(id)?.readers.size, 1);
    const quick = eventClient(gateway, id);
    const stalled = eventClient(gateway, id);
    await Promise.all([quick, stalled].map(({ socket }) => new Promise((resolve) => socket.once("open", resolve))));
    stalled.socket.pause();
    const message = "x".repeat(2_000);
    for (let n = 1; n <= 10_000; n += 1) {
      daemon.emit(id, { ...progress(n), message });
      if (n % 500 === 0) await quick.until(() => quick.entries.length >= n - 400);
    }
    await quick.until(() => quick.entries.length === 10_000);
    // What the journal has not got yet waits in the ring, too.
    await vi.waitFor(async () => {
      const ring = Number(/^signalbox_ring_bytes (\d+)$/m.exec((await ask(gateway, "/metrics")).text)?.[1]);
      expect(ring).toBeLessThanOrEqual(8 * 1024 * 1024);
    });
    stalled.socket.resume();
    await stalled.until(() => stalled.entries.length === 10_000);
    expect(numbers(stalled)).toEqual(range(10_000));
    expect(numbers(quick)).toEqual(range(10_000));
  });

  it("a daemon of another version is told as such, gets nothing but a request to stop, and is replaced", async () => {
    const home = newHome();
    const key = daemonKey(home.home);
    const old = await daemonOf({ key, protocolVersion: 99 });
    old.announce(home.home.discovery);
    const gateway = await gatewayOf(home);
    await until(() => state(gateway), "mismatch");
    expect(gateway.app().daemon.reason).toMatch(/version 99/);
    expect((await ask(gateway, "/api/v1/daemon/stop", { method: "POST", body: "{}" })).status).toBe(202);
    const next = await daemonOf({ key });
    next.announce(home.home.discovery);
    await until(() => state(gateway), "connected");
    expect(old.asked.filter(({ url }) => !url.startsWith("/health")).map(({ url }) => url)).toEqual(["/stop"]);
  });

  it("a daemon of an earlier version, whose proof names no port, is told as such and replaced when somebody says so", async () => {
    const home = newHome();
    const key = daemonKey(home.home);
    const old = await daemonOf({ key, earlier: true });
    old.announce(home.home.discovery);
    const gateway = await gatewayOf(home);
    await until(() => state(gateway), "mismatch");
    expect(gateway.app().daemon.reason).toMatch(/earlier Signalbox.*Restart the daemon when nothing runs/);
    expect(old.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
    expect((await ask(gateway, "/api/v1/daemon/stop", { method: "POST", body: "{}" })).status).toBe(202);
    const next = await daemonOf({ key });
    next.announce(home.home.discovery);
    await until(() => state(gateway), "connected");
    expect(old.asked.filter(({ url }) => !url.startsWith("/health")).map(({ url }) => url)).toEqual(["/stop"]);
  });

  it("A31: the original routes send a session's token to the daemon that gave it, and never to the one that was chosen", async () => {
    const home = newHome();
    const own = await daemonOf({ key: daemonKey(home.home), epoch: "own" });
    own.announce(home.home.discovery);
    const before = await gatewayOf(home);
    const id = await newSession(before);
    const token = [...own.sessions.values()][0]?.token ?? "";
    await before.dispose();
    const foreign = await daemonOf({ epoch: "foreign" });
    const file = `${home.home.path}/foreign.json`;
    foreign.announce(file);
    const gateway = await gatewayOf(home, { discovery: [file] });
    await until(() => state(gateway), "connected");
    expect(gateway.app().daemon.own).toBe(false);
    const call = (headers: Record<string, string>, query = "") =>
      ask(gateway, `/api/mcp/call${query}`, { method: "POST", body: "{}", headers });
    // By its name, in every place where one may stand, and by the token that a client brings.
    await call({ "x-construct-session": id });
    await call({}, `?session_id=${id}`);
    await call({ "x-mcp-token": token });
    await call({}, `?mcp_token=${token}`);
    await ask(gateway, `/api/mcp/session/${id}/events`, { signal: AbortSignal.timeout(300) }).catch(() => undefined);
    expect(JSON.stringify(foreign.asked)).not.toContain(token);
    // A session that nobody knows here still goes where discovery points, with what its client brings.
    await call({ "x-mcp-token": "a-token-of-the-foreign-one" });
    expect(foreign.asked.at(-1)?.headers.authorization).toBe("Bearer a-token-of-the-foreign-one");
  });

  it("a half-written discovery file of a daemon that comes back is not acted on; the whole one is, at once", async () => {
    const home = newHome();
    const key = daemonKey(home.home);
    const gateway = await gatewayOf(home);
    await until(() => state(gateway), "none");
    const daemon = await daemonOf({ key });
    const whole = JSON.stringify({ url: `${daemon.url}/mcp` });
    for (let at = 1; at < whole.length; at += 6) {
      writeFileSync(home.home.discovery, whole.slice(0, at), { mode: 0o600 });
      await ask(gateway, "/api/v1/daemon/retry", { method: "POST", body: "{}" });
    }
    expect(daemon.asked).toEqual([]);
    writeFileSync(home.home.discovery, whole, { mode: 0o600 });
    await until(() => state(gateway), "connected");
    const app = socketTo(gateway, "/ws/app");
    const first = await new Promise<string>((resolve) => app.once("message", (data) => resolve(String(data))));
    expect(JSON.parse(first)).toMatchObject({ type: "snapshot", app: { daemon: { state: "connected" } } });
    app.terminate();
  });
});
