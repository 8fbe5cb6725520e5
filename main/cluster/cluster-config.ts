/** Reads how this machine takes part in a cluster: the address of Redis, the machine's name, its id and the cluster's key. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import { oneLine } from "../../shared/text/visible.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { createPrivateFile, readPrivateFile, writePrivateFile } from "../home/private-file.ts";

const MAX_SETTINGS_BYTES = 64 * 1024;
const MAX_PEM_BYTES = 256 * 1024;
const MAX_NAME_CHARS = 64;
const KEY = /^[0-9a-f]{64}$/;
const MACHINE_ID = /^[0-9a-f]{16}$/;

const clusterSchema = z.object({
  url: z.string().min(1).max(2048).optional(),
  name: z.string().trim().min(1).max(MAX_NAME_CHARS).optional(),
  /** Files in PEM, for `rediss://`: who signed the server's certificate, and the client's own. */
  ca: z.string().min(1).optional(),
  cert: z.string().min(1).optional(),
  key: z.string().min(1).optional(),
});
const settingsSchema = z.object({ cluster: clusterSchema.optional() });

export interface RedisAddress {
  /** `redis://` or `rediss://`, credentials included: to be shown nowhere. */
  url: string;
  tls?: { ca?: string; cert?: string; key?: string };
}

export interface ClusterConfig {
  redis: RedisAddress;
  /** The cluster's key, 64 hex characters. */
  key: string;
  machine: { id: string; name: string };
}

/** What is configured: undefined where nothing is. Faults: `cluster-settings`, `cluster-url`, `cluster-key`, `cluster-no-key`. */
export function readClusterConfig(
  home: HomeFolder,
  env: NodeJS.ProcessEnv = process.env,
): Result<ClusterConfig> | undefined {
  const settings = readClusterSettings(home);
  // A machine that has no key was in no cluster: others say what is wrong with the file.
  if (!settings.ok) return existsSync(keyPath(home)) || clusterUrl({}, env) !== undefined ? settings : undefined;
  const address = clusterUrl(settings.value, env);
  if (address === undefined) return undefined;
  const url = checkUrl(address);
  if (!url.ok) return url;
  const tls = readTls(settings.value);
  if (!tls.ok) return tls;
  const key = readClusterKey(home);
  if (!key.ok) return key;
  if (key.value === undefined) {
    return failed(
      "cluster-no-key",
      `There is an address of Redis, but no ${keyPath(home)}.`,
      "Make a cluster with `signalbox cluster init`, or join one with `signalbox cluster join`.",
    );
  }
  try {
    return ok({
      redis: { url: url.value, ...(tls.value !== undefined && { tls: tls.value }) },
      key: key.value,
      machine: { id: machineId(home), name: machineName(settings.value) },
    });
  } catch (error) {
    return failed("cluster-settings", reasonOf(error));
  }
}

type ClusterSettings = z.infer<typeof clusterSchema>;

export function readClusterSettings(home: HomeFolder): Result<ClusterSettings> {
  const path = join(home.path, "settings.json");
  const file = readPrivateFile(path, MAX_SETTINGS_BYTES);
  const refused = (reason: string) =>
    failed("cluster-settings", `${path} is not used: ${reason}.`, "Correct its `cluster`, or move the file away.");
  if (file.outcome === "refused") return refused(file.reason);
  const parsed = parseJson(settingsSchema, file.outcome === "read" ? file.text : "{}");
  return parsed.ok ? ok(parsed.value.cluster ?? {}) : refused(parsed.reason);
}

/** The variable wins. An empty one says nothing. */
export function clusterUrl(settings: ClusterSettings, env: NodeJS.ProcessEnv): string | undefined {
  const fromEnv = env.SIGNALBOX_CLUSTER_URL?.trim();
  return fromEnv === undefined || fromEnv === "" ? settings.url : fromEnv;
}

/** The reason names no part of the address: it may hold a password. */
export function checkUrl(text: string): Result<string> {
  const url = URL.parse(text);
  if (url === null || !["redis:", "rediss:"].includes(url.protocol) || url.hostname === "") {
    return failed(
      "cluster-url",
      "The address of Redis can't be read.",
      "It has the form redis://user:password@host:6379, or rediss:// with TLS.",
    );
  }
  if (url.pathname.length > 1 && !/^\/\d{1,5}$/.test(url.pathname)) {
    return failed(
      "cluster-url",
      "The path of Redis' address must be the number of a database.",
      "For example redis://host:6379/0.",
    );
  }
  return ok(text);
}

/** Where Redis is, for people and logs: no user, no password. */
export function shownAddress(text: string): string {
  const url = URL.parse(text);
  return url === null ? "(unreadable)" : `${url.protocol}//${url.host}`;
}

function readTls({ ca, cert, key }: ClusterSettings): Result<RedisAddress["tls"]> {
  if (ca === undefined && cert === undefined && key === undefined) return ok(undefined);
  const tls: { ca?: string; cert?: string; key?: string } = {};
  for (const [name, path] of Object.entries({ ca, cert, key })) {
    if (path === undefined) continue;
    try {
      if (statSync(path).size > MAX_PEM_BYTES) throw new Error("it is too large");
      tls[name as keyof typeof tls] = readFileSync(path, "utf8");
    } catch (error) {
      return failed("cluster-settings", `The file ${path} of \`cluster.${name}\` can't be read: ${reasonOf(error)}.`);
    }
  }
  return ok(tls);
}

export const keyPath = (home: HomeFolder): string => join(home.path, "cluster.key");

/** Undefined where there is none. Fault: `cluster-key`. */
export function readClusterKey(home: HomeFolder): Result<string | undefined> {
  const path = keyPath(home);
  const file = readPrivateFile(path, 256);
  if (file.outcome === "absent") return ok(undefined);
  if (file.outcome === "refused") return failed("cluster-key", `${path} can't be used: ${file.reason}.`);
  const key = checkKey(file.text);
  return key === undefined
    ? failed("cluster-key", `${path} is damaged.`, "Copy it from another machine of the cluster.")
    : ok(key);
}

/** The key that a text holds; undefined for anything else. */
export function checkKey(text: string): string | undefined {
  const key = text.trim();
  return KEY.test(key) ? key : undefined;
}

export const makeKey = (): string => randomBytes(32).toString("hex");

/** False where a key is there already. */
export const keepKey = (home: HomeFolder, key: string): boolean => createPrivateFile(keyPath(home), `${key}\n`);

export const forgetKey = (home: HomeFolder): void => unlinkSync(keyPath(home));

/** Writes `cluster.url` into the settings; everything else in the file stays. Fault: `cluster-settings`. */
export function keepUrl(home: HomeFolder, url: string): Result<void> {
  const path = join(home.path, "settings.json");
  const file = readPrivateFile(path, MAX_SETTINGS_BYTES);
  const all = parseJson(z.record(z.string(), z.unknown()), file.outcome === "read" ? file.text : "{}");
  const settings = readClusterSettings(home);
  if (!settings.ok) return settings;
  if (file.outcome === "refused" || !all.ok) return failed("cluster-settings", `${path} can't be used.`);
  try {
    const text = JSON.stringify({ ...all.value, cluster: { ...settings.value, url } }, null, 2);
    writePrivateFile(path, `${text}\n`);
    return ok(undefined);
  } catch (error) {
    return failed("cluster-settings", `${path} could not be written: ${reasonOf(error)}.`);
  }
}

/** The id by which other machines know this home: made once, and no secret. */
export function machineId(home: HomeFolder): string {
  const path = join(home.path, "machine.id");
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const file = readPrivateFile(path, 256);
    if (file.outcome === "refused") throw new Error(`${path} can't be used: ${file.reason}.`);
    if (file.outcome === "read") {
      const id = file.text.trim();
      if (MACHINE_ID.test(id)) return id;
      throw new Error(`${path} is damaged; remove it and start again.`);
    }
    const id = randomBytes(8).toString("hex");
    if (createPrivateFile(path, `${id}\n`)) return id;
  }
  throw new Error(`${path} appears and disappears.`);
}

export const machineName = (settings: ClusterSettings): string =>
  settings.name ?? (oneLine(hostname(), MAX_NAME_CHARS) || "machine");
