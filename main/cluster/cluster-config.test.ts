/** Proves what a machine needs to take part in a cluster, and that whatever is wrong with it is said without any part of a secret. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeWithRedis, type RedisServer, startRedis } from "../../test/support/redis-server.ts";
import { homeFolder, prepareHomeFolder } from "../home/home-folder.ts";
import { makeKey, readClusterConfig } from "./cluster-config.ts";

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "signalbox-cluster-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const settings = (value: unknown) => writeFileSync(join(path, "settings.json"), JSON.stringify(value), { mode: 0o600 });
const key = (text = makeKey()) => writeFileSync(join(path, "cluster.key"), `${text}\n`, { mode: 0o600 });
const read = (env: NodeJS.ProcessEnv = {}) => readClusterConfig(homeFolder(path), env);
const fault = (env?: NodeJS.ProcessEnv) => {
  const config = read(env);
  return config?.ok === false ? config.fault : undefined;
};

describe("a cluster's configuration", () => {
  it("is none where nothing is set, or where the variable is empty", () => {
    expect([read(), read({ SIGNALBOX_CLUSTER_URL: " " })]).toEqual([undefined, undefined]);
  });

  it("takes the address from the variable before the settings, and the name from the settings", () => {
    prepareHomeFolder(homeFolder(path));
    key();
    settings({ cluster: { url: "redis://settings:6379", name: "Laptop" }, history: { days: 1, megabytes: 100 } });
    expect(read()).toMatchObject({
      ok: true,
      value: { redis: { url: "redis://settings:6379" }, machine: { name: "Laptop" } },
    });
    const both = read({ SIGNALBOX_CLUSTER_URL: "rediss://variable" });
    expect(both).toMatchObject({ ok: true, value: { redis: { url: "rediss://variable" } } });
    // The same machine every time.
    expect(read()).toMatchObject({ value: { machine: { id: both?.ok === true ? both.value.machine.id : "" } } });
  });

  it("says which file is missing or wrong, and shows nothing of an address that may hold a password", () => {
    settings({ cluster: { url: "redis://h" } });
    expect(fault()).toMatchObject({ code: "cluster-no-key", hint: expect.stringContaining("cluster init") });
    key("not a key");
    expect(fault()?.code).toBe("cluster-key");
    rmSync(join(path, "cluster.key"));
    key();
    for (const url of ["http://canary@h", "redis:canary", "//canary", "redis://user:canary@h/db/x"]) {
      settings({ cluster: { url } });
      expect(fault()?.code).toBe("cluster-url");
      expect(JSON.stringify(fault())).not.toContain("canary");
    }
    settings({ cluster: { url: "rediss://h", ca: "/nowhere/ca.pem" } });
    expect(fault()?.message).toContain("/nowhere/ca.pem");
    settings({ cluster: { url: 7 } });
    rmSync(join(path, "cluster.key"));
    expect(read()).toBeUndefined();
    key();
    expect(fault()?.code).toBe("cluster-settings");
  });
});

/** Runs the command as a person would. */
function cluster(home: string, args: string[], input = "", env: NodeJS.ProcessEnv = {}) {
  const child = spawn("npx", ["--no-install", "node", "main/cli.ts", "cluster", ...args, "--home", home], {
    env: { ...process.env, ...env },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (bytes) => {
    out += bytes;
  });
  child.stderr.on("data", (bytes) => {
    err += bytes;
  });
  child.stdin.end(input);
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, out, err })),
  );
}

describeWithRedis("signalbox cluster", () => {
  let redis: RedisServer;
  const homes: string[] = [];
  const home = () => {
    homes.push(mkdtempSync(join(tmpdir(), "signalbox-cluster-")));
    return homes.at(-1) ?? "";
  };
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await redis.dispose();
    for (const folder of homes.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  it("makes a key that only its person reads, gives it to a second machine, and takes that out again", async () => {
    const [first, second] = [home(), home()];
    const env = { SIGNALBOX_CLUSTER_URL: redis.url };
    const made = await cluster(first, ["init"], "", env);
    expect(made).toMatchObject({ code: 0, err: "" });
    const text = readFileSync(join(first, "cluster.key"), "utf8");
    expect(text).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(join(first, "cluster.key")).mode & 0o777).toBe(0o600);
    expect(made.out).not.toContain(text.trim());
    const [joined, again] = [await cluster(second, ["join"], text, env), await cluster(first, ["init"], "", env)];
    expect([joined.code, again.code]).toEqual([0, 0]);
    expect(readFileSync(join(second, "cluster.key"), "utf8")).toBe(text);
    expect(readFileSync(join(first, "cluster.key"), "utf8")).toBe(text);
    const status = await cluster(second, ["status", "--json"], "", env);
    expect(JSON.parse(status.out)).toMatchObject({ redis: redis.url, machines: [] });
    expect((await cluster(second, ["leave"], "", env)).code).toBe(0);
    expect((await cluster(second, ["status"], "", env)).err).toContain("cluster.key");
  });

  it("keeps no key of another cluster, none that is rubbish, and no address with a password from its arguments", async () => {
    const [first, second] = [home(), home()];
    const env = { SIGNALBOX_CLUSTER_URL: redis.url };
    await cluster(first, ["init"], "", env);
    const other = await cluster(second, ["join"], makeKey(), env);
    expect(other.code).toBe(1);
    expect(other.err).toContain("knows other clusters");
    expect((await cluster(second, ["join"], "rubbish", env)).code).toBe(1);
    expect(() => statSync(join(second, "cluster.key"))).toThrow();
    const argument = await cluster(second, ["init", "--url", "redis://:canary@h"]);
    expect(argument.code).toBe(1);
    expect(argument.err).not.toContain("canary");
  });

  it("says in one sentence that Redis does not answer", async () => {
    const first = home();
    const env = { SIGNALBOX_CLUSTER_URL: "redis://:canary@127.0.0.1:1" };
    expect((await cluster(first, ["init"], "", env)).code).toBe(0);
    const status = await cluster(first, ["status"], "", env);
    expect(status.code).toBe(1);
    expect(status.err).toContain("Nothing listens at redis://127.0.0.1:1.");
    expect(status.err + status.out).not.toContain("canary");
  });
});
