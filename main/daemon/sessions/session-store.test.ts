/** Proves that every store of session records keeps them in the same way. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createMemorySessionStore } from "./memory-session-store.ts";
import type { SessionRecord, SessionStore } from "./session-store.ts";
import { openSqliteSessionStore } from "./sqlite-session-store.ts";

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

describe.each(stores)("records %s", (_name, open) => {
  it("come back as they were put, and the last one put under an id counts", async () => {
    const store = open();
    await store.put(record("a"));
    expect(await store.get("a")).toEqual(record("a"));
    await store.put(record("a", { protocolVersion: "2025-06-18" }));
    expect(await store.get("a")).toEqual(record("a", { protocolVersion: "2025-06-18" }));
    expect(await store.get("b")).toBeUndefined();
    await store.close();
  });

  it("are not changed by whoever got one", async () => {
    const store = open();
    await store.put(record("a"));
    const got = await store.get("a");
    if (got !== undefined) got.initialize.capabilities = "changed";
    expect(await store.get("a")).toEqual(record("a"));
    await store.close();
  });

  it("are found by their owner's hash, and only theirs", async () => {
    const store = open();
    await store.put(record("a"));
    expect(await store.ofOwner("owner-1")).toEqual(record("a"));
    expect(await store.ofOwner("owner-2")).toBeUndefined();
    await store.close();
  });

  it("leave when they are removed, with their session, or by their age; a touch keeps them and makes none", async () => {
    const store = open();
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
