/** Proves that every store of session records keeps them in the same way. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { describeWithRedis, type RedisServer, startRedis } from "../../../test/support/redis-server.ts";
import { type Bus, openBus } from "../../cluster/redis-bus.ts";
import { createSealer } from "../../home/sealer.ts";
import { createMemorySessionStore } from "./memory-session-store.ts";
import { openRedisSessionStore } from "./redis-session-store.ts";
import { MAX_RECORDS_OF_OWNER, type SessionRecord, type SessionStore } from "./session-store.ts";
import { createSharedSessionStore } from "./shared-session-store.ts";
import { openSqliteSessionStore } from "./sqlite-session-store.ts";

const KEY = "0".repeat(64);
const TWO_DAYS_MS = 48 * 60 * 60_000;
const folders: string[] = [];
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), "signalbox-sessions-"));
  folders.push(path);
  return path;
};
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

const record = (id: string, change: Partial<SessionRecord> = {}): SessionRecord => ({
  id,
  owner: "owner-1",
  session: { id: "session-1", cwd: "/tmp", createdAt: "2026-01-01T00:00:00.000Z", label: "a label", servers: ["one"] },
  protocolVersion: "2025-11-25",
  initialize: { capabilities: { sampling: {} }, clientInfo: { name: "ü€🦊", version: "1" } },
  usedAt: 1_000,
  ...change,
});

const stores: [string, () => SessionStore][] = [
  ["in memory", createMemorySessionStore],
  ["in SQLite", () => openSqliteSessionStore(join(folder(), "sessions.db"))],
];

function sameSuite(open: () => SessionStore | Promise<SessionStore>) {
  it("come back as they were put, and the last one put under an id counts", async () => {
    const store = await open();
    await store.put(record("a"));
    expect(await store.get("a")).toEqual(record("a"));
    await store.put(record("a", { protocolVersion: "2025-06-18" }));
    expect(await store.get("a")).toEqual(record("a", { protocolVersion: "2025-06-18" }));
    expect(await store.get("b")).toBeUndefined();
    await store.close();
  });

  it("are not changed by whoever got one", async () => {
    const store = await open();
    await store.put(record("a"));
    const got = await store.get("a");
    if (got !== undefined) got.initialize.capabilities = "changed";
    expect(await store.get("a")).toEqual(record("a"));
    await store.close();
  });

  it("are bounded for each owner: the longest unused are forgotten, and nobody else's", async () => {
    const store = await open();
    await store.put(record("other", { owner: "owner-2", usedAt: 1 }));
    for (let at = 0; at < MAX_RECORDS_OF_OWNER + 2; at += 1) await store.put(record(`r${at}`, { usedAt: 10 + at }));
    expect([await store.get("r0"), await store.get("r1")]).toEqual([undefined, undefined]);
    expect((await store.get("r2"))?.id).toBe("r2");
    expect((await store.get("other"))?.id).toBe("other");
    await store.close();
  });

  it("are found by their owner's hash, and only theirs", async () => {
    const store = await open();
    await store.put(record("a"));
    expect(await store.ofOwner("owner-1")).toEqual(record("a"));
    expect(await store.ofOwner("owner-2")).toBeUndefined();
    await store.close();
  });

  it("leave when they are removed, with their session, or by their age; a touch keeps them and makes none", async () => {
    const store = await open();
    for (const id of ["a", "b", "c"]) await store.put(record(id));
    await store.put(record("d", { session: { ...record("d").session, id: "session-2" } }));
    await store.remove("a");
    await store.touch("a", 9_000);
    await store.touch("b", 9_000.4);
    await store.removeIdle(5_000);
    expect([await store.get("a"), await store.get("c"), await store.get("d")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await store.get("b")).toMatchObject({ usedAt: 9_000 });
    await store.removeSession("session-1");
    expect(await store.get("b")).toBeUndefined();
    await store.close();
  });
}

describe.each(stores)("records %s", (_name, open) => sameSuite(open));

describeWithRedis("records in Redis", () => {
  let redis: RedisServer;
  const buses: Bus[] = [];
  /** A store of a machine whose clock is ahead by this. */
  async function openHere(aheadMs = 0, key = KEY): Promise<SessionStore> {
    const steady = () => performance.now();
    const bus = openBus({ address: { url: redis.url }, inbox: `inbox-${buses.length}`, steady, random: Math.random });
    buses.push(bus);
    expect((await bus.settled(5_000)).up).toBe(true);
    const sealer = createSealer(key, "records");
    return openRedisSessionStore({ bus, prefix: "signalbox:{test}", sealer, now: () => Date.now() + aheadMs });
  }
  beforeAll(async () => {
    redis = await startRedis();
  });
  beforeEach(() => void redis.cli("flushall"));
  afterEach(() => {
    for (const bus of buses.splice(0)) bus.close();
  });
  afterAll(() => redis.dispose());

  sameSuite(() => openHere());

  it("are not ended by a machine whose clock is two days ahead, and end by its own reckoning", async () => {
    const [store, ahead] = [await openHere(), await openHere(TWO_DAYS_MS)];
    await store.put(record("a", { usedAt: Date.now() }));
    await ahead.put(record("b", { usedAt: Date.now() + TWO_DAYS_MS }));
    await ahead.removeIdle(Date.now() + TWO_DAYS_MS - 60_000);
    await store.removeIdle(Date.now() - 60_000);
    expect([(await store.get("a"))?.id, (await store.get("b"))?.id]).toEqual(["a", "b"]);
    await ahead.removeIdle(Date.now() + TWO_DAYS_MS + 60_000);
    expect([await store.get("a"), await store.get("b")]).toEqual([undefined, undefined]);
  });

  it("show whoever owns Redis no folder, label or name, and are none where a stranger wrote or moved them", async () => {
    const store = await openHere();
    await store.put(record("a", { session: { ...record("a").session, cwd: "/canary", label: "canary" } }));
    const kept = redis.cli("hgetall", "signalbox:{test}:mcp:a");
    expect(kept).toContain("sealed.");
    expect(kept).not.toContain("canary");
    redis.cli("copy", "signalbox:{test}:mcp:a", "signalbox:{test}:mcp:b");
    redis.cli("hset", "signalbox:{test}:mcp:c", "owner", "owner-1", "session", "s", "body", "{}", "used", "1");
    expect([await store.get("b"), await store.get("c")]).toEqual([undefined, undefined]);
    expect(await (await openHere(0, "another key")).get("a")).toBeUndefined();
  });

  it("A45: are left in Redis where a stranger made them larger than a machine's memory likes", async () => {
    const store = await openHere();
    await store.put(record("a"));
    // 8 MiB of zeros, made there.
    redis.cli(
      "eval",
      `redis.call("HSET", KEYS[1], "body", string.rep("x", 8 * 1024 * 1024))`,
      "1",
      "signalbox:{test}:mcp:a",
    );
    const before = Number(/total_net_output_bytes:(\d+)/.exec(redis.cli("info", "stats"))?.[1]);
    expect(await store.get("a")).toBeUndefined();
    expect(await store.ofOwner("owner-1")).toBeUndefined();
    const sent = Number(/total_net_output_bytes:(\d+)/.exec(redis.cli("info", "stats"))?.[1]) - before;
    expect(sent).toBeLessThan(1024 * 1024);
  });

  it("reject while Redis is away; what this machine has recorded itself is found, and shared afterwards", async () => {
    const shared = createSharedSessionStore(await openHere(), createMemorySessionStore());
    redis.cli("acl", "setuser", "default", "-eval", "-evalsha");
    await shared.put(record("a"));
    expect(await shared.get("a")).toEqual(record("a"));
    redis.signal("SIGSTOP");
    await expect(shared.get("b")).rejects.toThrow();
    redis.signal("SIGCONT");
    const other = await openHere();
    expect(await other.get("a")).toBeUndefined();
    redis.cli("acl", "setuser", "default", "+eval", "+evalsha");
    await vi.waitFor(() => shared.share());
    expect(await other.get("a")).toMatchObject({ id: "a", owner: "owner-1" });
  });
});

describe("records in SQLite", () => {
  it("outlive the process, in files that only the person can read", async () => {
    const path = join(folder(), "sessions.db");
    const store = openSqliteSessionStore(path);
    await store.put(record("a"));
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    await store.close();
    const again = openSqliteSessionStore(path);
    expect(await again.get("a")).toEqual(record("a"));
    await again.close();
  });

  it("reject once the store is gone, instead of saying that nothing is there", async () => {
    const store = openSqliteSessionStore(join(folder(), "sessions.db"));
    await store.close();
    await expect(store.get("a")).rejects.toThrow();
    await expect(store.put(record("a"))).rejects.toThrow();
  });
});
