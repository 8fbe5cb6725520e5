/** Electron's program in a checkout: whether it is here, fetching it once, and remembering that this failed. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseJson, z } from "../../shared/protocol/schema.ts";

/**
 * Where Electron's package says its program is; undefined when it is not there, or not whole. Its installer writes `path.txt` last, so
 * that an unpacking that was interrupted has none, or one that names another version's folder.
 */
export function findElectron(root: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = electronFolder(root);
  const elsewhere = env.ELECTRON_OVERRIDE_DIST_PATH;
  const file = readText(join(folder, "path.txt"))?.trim();
  const whole =
    file !== undefined &&
    readText(join(folder, "dist", "version"))
      ?.trim()
      .replace(/^v/, "") === electronVersion(root);
  if (elsewhere === undefined && !whole) return undefined;
  const program = join(elsewhere ?? join(folder, "dist"), file ?? programName());
  return existsSync(program) ? program : undefined;
}

const electronFolder = (root: string) => join(root, "node_modules", "electron");

/** As install.js has it. */
function programName(platform: NodeJS.Platform = process.platform): string {
  if (platform === "darwin") return "Electron.app/Contents/MacOS/Electron";
  return platform === "win32" ? "electron.exe" : "electron";
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

const failureSchema = z.object({ at: z.number(), reason: z.string(), version: z.string() });
const versionSchema = z.object({ version: z.string() });

const memoryPath = (root: string) => join(root, "node_modules", ".cache", "signalbox", "electron.json");

function electronVersion(root: string): string {
  const text = readText(join(electronFolder(root), "package.json"));
  const read = text === undefined ? undefined : parseJson(versionSchema, text);
  return read?.ok === true ? read.value.version : "none";
}

/** The last failure to fetch this very version, if there was one. A damaged note counts as none. */
export function lastFailure(root: string): { at: number; reason: string } | undefined {
  const path = memoryPath(root);
  const read = existsSync(path) ? parseJson(failureSchema, readFileSync(path, "utf8")) : undefined;
  return read?.ok === true && read.value.version === electronVersion(root) ? read.value : undefined;
}

/** Keeps the failure for the next start. Where that cannot be written, the next start tries again. */
export function rememberFailure(root: string, at: number, reason: string): void {
  const path = memoryPath(root);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify({ at, reason, version: electronVersion(root) }));
  } catch {}
}

export interface FetchBounds {
  /** Nothing has arrived after this long: there is no way there. */
  firstByteMs: number;
  /** Nothing more has arrived for this long. */
  stallMs: number;
  /** How often to look; a second when absent. */
  lookMs?: number;
  /** Called at each look with the bytes that have arrived. */
  onBytes?: (bytes: number) => void;
}

/**
 * Runs the installer of Electron's own package, which verifies what it downloads, and gives a reason when it fails.
 * The installer reports nothing for its first 30 s, so its folders are watched instead of its output.
 */
export async function fetchElectron(
  root: string,
  bounds: FetchBounds,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const temporary = join(dirname(memoryPath(root)), "fetch");
  const unpacked = join(electronFolder(root), "dist");
  try {
    rmSync(temporary, { recursive: true, force: true });
    // What an interrupted unpacking left behind must not be mixed with the next.
    rmSync(unpacked, { recursive: true, force: true });
    rmSync(join(electronFolder(root), "path.txt"), { force: true });
    mkdirSync(temporary, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return { ok: false, reason: `node_modules cannot be written (${code})` };
  }
  const installer = join(root, "node_modules", "electron", "install.js");
  const env = { ...networkEnvironment(process.env), TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const child = spawn(process.execPath, [installer], { env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4_000);
  });
  let last = { bytes: 0, at: Date.now() };
  let begun = false;
  let stopped: string | undefined;
  const watch = setInterval(() => {
    // An archive that is in the installer's cache already goes straight to where it is unpacked.
    const bytes = sizeOf(temporary) + sizeOf(unpacked);
    if (bytes !== last.bytes) last = { bytes, at: Date.now() };
    bounds.onBytes?.(bytes);
    begun ||= bytes > 0;
    const bound = begun ? bounds.stallMs : bounds.firstByteMs;
    if (Date.now() - last.at < bound) return;
    stopped = `nothing arrived for ${Math.round(bound / 1000)} s`;
    child.kill("SIGKILL");
  }, bounds.lookMs ?? 1_000);
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", resolve);
  });
  process.off("exit", end);
  clearInterval(watch);
  rmSync(temporary, { recursive: true, force: true });
  if (code === 0 && stopped === undefined) return { ok: true };
  return { ok: false, reason: stopped ?? shortReason(errors) };
}

/**
 * The network as npm was told about it: Node itself reads neither npm's proxies nor its certificates. The person's own variables win.
 * The system's certificates count too, as a company's network needs them.
 */
export function networkEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const set = (name: string) => Object.keys(env).some((key) => key.toUpperCase() === name && env[key]);
  const own: NodeJS.ProcessEnv = { ...env, NODE_USE_ENV_PROXY: "1" };
  const take = (name: string, ...npm: string[]) => {
    const value = npm.map((key) => env[`npm_config_${key}`]).find((text) => text && text !== "null");
    if (value !== undefined && !set(name)) own[name] = value;
  };
  take("HTTPS_PROXY", "https_proxy", "proxy");
  take("HTTP_PROXY", "proxy", "http_proxy");
  take("NO_PROXY", "noproxy", "no_proxy");
  take("NODE_EXTRA_CA_CERTS", "cafile");
  if (!set("NODE_USE_SYSTEM_CA")) own.NODE_USE_SYSTEM_CA = "1";
  return own;
}

function sizeOf(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
    }
  } catch {
    // The installer makes and removes folders while we look.
  }
  return bytes;
}

function shortReason(errors: string): string {
  const reason = /^(?:[A-Z]\w*)?Error: (.+)$/m.exec(errors)?.[1] ?? errors.trim().split("\n")[0] ?? "";
  if (reason === "fetch failed") return "the network did not let it be fetched";
  return (reason === "" ? "its installer failed" : reason).slice(0, 160);
}
