/** Proves that links through a real Redis carry every byte in order and secretly, and break cleanly whatever Redis does. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ownTime } from "../../test/support/own-time.ts";
import { describeWithRedis, type RedisServer, startRedis } from "../../test/support/redis-server.ts";
import { makeKey } from "./cluster-config.ts";
import { writeFrame } from "./link-frame.ts";
import { type Cluster, openCluster } from "./open-cluster.ts";
import { openBus } from "./redis-bus.ts";

const KEY = makeKey();
/** `npm run test:long` sends all of it. */
const LARGE_BYTES = (process.env.SIGNALBOX_LONG === undefined ? 32 : 300) * 1024 * 1024;
let redis: RedisServer;
const opened: { close(): void }[] = [];

beforeEach(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  for (const cluster of opened.splice(0)) cluster.close();
  await redis.dispose();
});

interface Machine {
  cluster: Cluster;
  sockets: TLSSocket[];
  /** How others reach it. */
  at: { id: string; inbox: string };
}

async function machine(id: string, key = KEY, onSocket: (socket: TLSSocket) => void = () => {}): Promise<Machine> {
  const sockets: TLSSocket[] = [];
  const cluster = openCluster({
    config: { redis: { url: redis.url }, key, machine: { id: id.repeat(16), name: id } },
    accept(socket) {
      sockets.push(socket);
      socket.on("error", () => {});
      onSocket(socket);
    },
  });
  opened.push(cluster);
  expect((await cluster.bus.settled(5_000)).up).toBe(true);
  let inbox = "";
  const presence = cluster.announce({
    entry: () => ({ version: "1", protocol: 1, since: "", load: 0, port: 1 }),
    async onRenewed() {},
    onProblem() {},
  });
  await vi.waitFor(async () => {
    inbox = (await cluster.directory.find(id.repeat(16)))?.inbox ?? "";
    expect(inbox).not.toBe("");
  });
  opened.push({ close: () => void presence.leave() });
  return { cluster, sockets, at: { id: id.repeat(16), inbox } };
}

/** Resolves once it is closed, however. */
const closing = (socket: TLSSocket): Promise<void> => {
  socket.on("error", () => {});
  return new Promise((resolve) => socket.once("close", () => resolve()));
};
/** Once it is secured; rejects with why it is not. */
const dial = async (from: Machine, to: Machine["at"]): Promise<TLSSocket> => {
  const socket = from.cluster.connect(to);
  await once(socket, "secureConnect");
  return socket;
};
const echo = (socket: TLSSocket) => void socket.pipe(socket);

describeWithRedis("a link", () => {
  it("carries megabytes both ways unchanged, with no more than its window under way", async () => {
    const [a, b] = await Promise.all([machine("a"), machine("b", KEY, echo)]);
    const socket = await dial(a, b.at);
    const sent = randomBytes(8 * 1024 * 1024);
    const received: Buffer[] = [];
    let length = 0;
    const done = new Promise<void>((resolve) =>
      socket.on("data", (bytes: Buffer) => {
        received.push(bytes);
        length += bytes.length;
        if (length === sent.length) resolve();
      }),
    );
    socket.write(sent);
    await done;
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    const closed = closing(socket);
    socket.end();
    await closed;
  });

  it("does not run ahead of a reader that stands still", async () => {
    const [a, b] = await Promise.all([machine("a"), machine("b")]);
    const socket = await dial(a, b.at);
    socket.on("error", () => {});
    const before = Number(/total_net_input_bytes:(\d+)/.exec(redis.cli("info", "stats"))?.[1]);
    for (let count = 0; count < 64; count += 1) socket.write(randomBytes(256 * 1024));
    await vi.waitFor(() => expect(socket.writableLength).toBeGreaterThan(8 * 1024 * 1024));
    await a.cluster.directory.list();
    const after = Number(/total_net_input_bytes:(\d+)/.exec(redis.cli("info", "stats"))?.[1]);
    // The window, what the reader's own buffers hold, and the commands' own bytes.
    expect(after - before).toBeLessThan(2 * 1024 * 1024);
    // Once it reads on, it gets all of it.
    let received = 0;
    const all = new Promise<void>((resolve) => {
      b.sockets[0]?.on("data", (bytes: Buffer) => {
        received += bytes.length;
        if (received === 16 * 1024 * 1024) resolve();
      });
    });
    await all;
  });

  it("passes a message of 300 MB in parts, in little memory", async () => {
    let received = 0;
    const done = Promise.withResolvers<void>();
    const [a, b] = await Promise.all([
      machine("a"),
      machine("b", KEY, (socket) =>
        socket.on("data", (bytes: Buffer) => {
          received += bytes.length;
          if (received === LARGE_BYTES) done.resolve();
        }),
      ),
    ]);
    const socket = await dial(a, b.at);
    const part = randomBytes(1024 * 1024);
    for (let at = 0; at < LARGE_BYTES; at += part.length) {
      if (!socket.write(part)) await once(socket, "drain");
    }
    await done.promise;
    expect(received).toBe(LARGE_BYTES);
    expect(Number(/used_memory_peak:(\d+)/.exec(redis.cli("info", "memory"))?.[1])).toBeLessThan(32 * 1024 * 1024);
    expect(a.cluster.bus.state().up).toBe(true);
  });

  it("shows whoever listens at Redis nothing of what it carries", async () => {
    const [a, b] = await Promise.all([machine("a"), machine("b", KEY, echo)]);
    const heard: string[] = [];
    const { createClient } = await import("@redis/client");
    const spy = createClient({ url: redis.url });
    spy.on("error", () => {});
    await spy.connect();
    await spy.monitor((line) => heard.push(String(line)));
    const socket = await dial(a, b.at);
    socket.write("canary-of-a-terminal");
    await once(socket, "data");
    expect(heard.join("")).toContain("SPUBLISH");
    expect(heard.join("")).not.toContain("canary");
    spy.destroy();
  });

  it("is not made by who has another key, nor by who is led to another machine", async () => {
    const [a, b, c, stranger] = await Promise.all([machine("a"), machine("b"), machine("c"), machine("d", makeKey())]);
    await expect(dial(a, { id: b.at.id, inbox: c.at.inbox })).rejects.toThrow(/psk identity/);
    await expect(dial(stranger, b.at)).rejects.toThrow(/does not listen|link/);
    expect([...b.sockets, ...c.sockets]).toEqual([]);
    expect((await stranger.cluster.directory.list()).map(({ name }) => name)).toEqual(["d"]);
  });

  it("A45: takes nothing large from Redis that a stranger put where machines and claims are", async () => {
    const a = await machine("a");
    const { prefix, directory, places } = a.cluster;
    const large = (command: string, ...keys: string[]) =>
      redis.cli("eval", `redis.call(${command}, string.rep("x", 8 * 1024 * 1024))`, String(keys.length), ...keys);
    const away = "e".repeat(16);
    redis.cli("zadd", `${prefix}:seen`, "99999999999999", away);
    large(`"HSET", KEYS[1], "${away}"`, `${prefix}:machines`);
    large(`"ZADD", KEYS[1], 99999999999999`, `${prefix}:seen`);
    large(`"SET", KEYS[1]`, `${prefix}:place:owner`);
    const sent = () => Number(/total_net_output_bytes:(\d+)/.exec(redis.cli("info", "stats"))?.[1]);
    const before = sent();
    expect((await directory.list()).map(({ name }) => name)).toEqual(["a"]);
    expect(await directory.find(away)).toBeUndefined();
    expect(await places.find("owner")).toBeUndefined();
    expect(await places.claim("owner", a.at.id)).toEqual({ machine: a.at.id, fence: 1 });
    expect(sent() - before).toBeLessThan(1024 * 1024);
  });

  it("breaks at a frame that is lost, at one that was made up, and where nobody listens", async () => {
    const [a, b] = await Promise.all([machine("a"), machine("b", KEY, echo)]);
    await expect(dial(a, { id: b.at.id, inbox: "0".repeat(16) })).rejects.toThrow("does not listen");
    const socket = await dial(a, b.at);
    const broken = closing(socket);
    // Whoever owns Redis can do this: it costs the link, and nothing else.
    const { createClient } = await import("@redis/client");
    const stranger = createClient({ url: redis.url });
    stranger.on("error", () => {});
    await stranger.connect();
    const channels = (await stranger.sendCommand(["PUBSUB", "SHARDCHANNELS"])) as string[];
    const heard: Buffer[] = [];
    for (const channel of channels) await stranger.sSubscribe(channel, (bytes: Buffer) => void heard.push(bytes), true);
    socket.write("x");
    await once(socket, "data");
    const frame = heard.find((bytes) => bytes[0] === 1);
    const [link, from] = [frame?.toString("hex", 3, 19) ?? "", frame?.toString("hex", 19, 27) ?? ""];
    const made = writeFrame(
      { kind: "data", link, from, number: 99, taken: 0, payload: Buffer.from("x") },
      frame?.[2] === 1,
    );
    const second = createClient({ url: redis.url });
    second.on("error", () => {});
    await second.connect();
    for (const channel of channels) {
      await second.sendCommand(["SPUBLISH", channel, made]);
      await second.sendCommand(["SPUBLISH", channel, Buffer.from("rubbish")]);
    }
    await broken;
    const again = await dial(a, b.at);
    again.write("y");
    expect(String((await once(again, "data"))[0])).toBe("y");
    stranger.destroy();
    second.destroy();
  });
});

describeWithRedis("Redis that", () => {
  it("is frozen is said to be away within 5 s, and is back once it runs again", async () => {
    const [a, b] = await Promise.all([machine("a"), machine("b")]);
    const socket = await dial(a, b.at);
    const closed = closing(socket);
    const elapsed = ownTime();
    redis.signal("SIGSTOP");
    await closed;
    expect(elapsed()).toBeLessThan(5_000);
    expect(a.cluster.bus.state()).toMatchObject({ up: false, reason: expect.stringContaining("does not answer") });
    await expect(dial(a, b.at)).rejects.toThrow("does not answer");
    redis.signal("SIGCONT");
    expect((await a.cluster.bus.settled(10_000)).up).toBe(true);
  });

  it("stops is said at once, and is used again when it is back", async () => {
    const a = await machine("a");
    await redis.stop();
    await vi.waitFor(() => expect(a.cluster.bus.state().up).toBe(false));
    await vi.waitFor(() => expect(a.cluster.bus.state()).toMatchObject({ reason: expect.stringMatching(/listens/) }));
    await redis.start();
    expect((await a.cluster.bus.settled(10_000)).up).toBe(true);
    await vi.waitFor(async () => expect(await a.cluster.directory.list()).toHaveLength(1));
  });

  it("refuses the password is named, and no credential is", async () => {
    redis.cli("config", "set", "requirepass", "right");
    const bus = openBus({
      address: { url: redis.url.replace("//", "//:wrong-canary@") },
      inbox: "x",
      steady: () => performance.now(),
      random: Math.random,
    });
    opened.push(bus);
    await vi.waitFor(() =>
      expect(bus.state()).toMatchObject({
        up: false,
        reason: expect.stringContaining("refuses the user or the password"),
      }),
    );
    expect(JSON.stringify(bus.state())).not.toContain("canary");
  });

  it("became a replica, or has no memory left, is named where something was to be written", async () => {
    const a = await machine("a");
    redis.cli("config", "set", "maxmemory", "1");
    await expect(a.cluster.directory.beginRun("x")).rejects.toThrow("OOM");
    redis.cli("config", "set", "maxmemory", "0");
    redis.cli("replicaof", "127.0.0.1", "1");
    await expect(a.cluster.directory.beginRun("x")).rejects.toThrow(/READONLY|MASTERDOWN/);
    await vi.waitFor(() => expect(a.cluster.bus.state().up).toBe(false));
    redis.cli("replicaof", "no", "one");
    expect((await a.cluster.bus.settled(10_000)).up).toBe(true);
  });

  it("was flushed lists the machines again that are there", async () => {
    const [a, b] = await Promise.all([machine("a"), machine("b")]);
    redis.cli("set", "a-stranger's", "key");
    redis.cli("flushall");
    expect(await b.cluster.directory.list()).toEqual([]);
    await vi.waitFor(async () => expect(await a.cluster.directory.list()).toHaveLength(2));
  });
});
