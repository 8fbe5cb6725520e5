/** Proves that the doctor says what is wrong with a cluster's Redis and what to do about it, and has nothing to look at without one. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { describeWithRedis, type RedisServer, startRedis } from "../../../test/support/redis-server.ts";
import { makeKey } from "../../cluster/cluster-config.ts";
import { homeFolder, prepareHomeFolder } from "../../home/home-folder.ts";
import { examineCluster } from "./examine-cluster.ts";

let redis: RedisServer;
let path: string;
beforeEach(async () => {
  redis = await startRedis();
  path = mkdtempSync(join(tmpdir(), "signalbox-doctor-"));
  prepareHomeFolder(homeFolder(path));
});
afterEach(async () => {
  vi.useRealTimers();
  await redis.dispose();
  rmSync(path, { recursive: true });
});
const inCluster = (url = redis.url) => {
  writeFileSync(join(path, "cluster.key"), `${makeKey()}\n`, { mode: 0o600 });
  writeFileSync(join(path, "settings.json"), JSON.stringify({ cluster: { url, name: "laptop" } }), { mode: 0o600 });
};
const look = async () =>
  (await examineCluster(homeFolder(path), {})).map(({ state, text, hint }) => ({ state, text, hint }));

describeWithRedis("the doctor's look at a cluster", () => {
  it("sees nothing where there is none, and one good line where all is well: version, delay, machines", async () => {
    expect(await look()).toEqual([]);
    inCluster();
    const found = await look();
    expect(found).toMatchObject([
      { state: "good", text: expect.stringMatching(/^Redis \d+\.\d+.* answers in [\d.]+ ms/) },
    ]);
  });

  it("names a Redis that throws keys away, and the command that changes it", async () => {
    inCluster();
    redis.cli("config", "set", "maxmemory-policy", "allkeys-lru");
    expect(await look()).toContainEqual(
      expect.objectContaining({
        text: expect.stringContaining("allkeys-lru"),
        hint: expect.stringContaining("noeviction"),
      }),
    );
  });

  it("names a clock that is far from Redis' own", async () => {
    inCluster();
    const real = Date.now();
    vi.spyOn(Date, "now").mockReturnValue(real + 2 * 86_400_000);
    expect(await look()).toContainEqual(
      expect.objectContaining({ text: expect.stringMatching(/clock is 1\d{5} s ahead of Redis/) }),
    );
    vi.restoreAllMocks();
  });

  it("names a key that cannot be read and a Redis that is away, each with what to do", async () => {
    inCluster();
    writeFileSync(join(path, "cluster.key"), "rubbish\n", { mode: 0o600 });
    expect(await look()).toMatchObject([{ state: "bad", hint: expect.stringMatching(/\w/) }]);
    inCluster("redis://127.0.0.1:9");
    expect(await look()).toMatchObject([{ state: "bad", hint: expect.stringContaining("Check the address") }]);
  });
});
