/** One run of the build: main, preload and renderer, then the command made executable, then the stamp. */
import { spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { childEnded } from "../../main/home/child-end.ts";
import { forgetBuild, rememberBuild, sourcesDigest } from "./digest.ts";

export type BuildOutcome = { ok: true } | { ok: false; output: string };

/**
 * Builds into `out/`. The builder's own output is kept back and given only when it fails. `keepOld` leaves earlier
 * chunks in place, so that a daemon that still runs from them can load what it has not loaded yet.
 */
export async function buildProduct(root: string, options: { keepOld?: boolean } = {}): Promise<BuildOutcome> {
  const digest = sourcesDigest(root);
  forgetBuild(root);
  const builder = join(root, "node_modules", "electron-vite", "bin", "electron-vite.js");
  const env = options.keepOld === true ? { ...process.env, SIGNALBOX_KEEP_CHUNKS: "1" } : process.env;
  const child = spawn(process.execPath, [builder, "build"], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const end = () => child.kill("SIGTERM");
  process.once("exit", end);
  const { code, signal, error } = await childEnded(child);
  const failure = error?.message ?? (code === 0 ? undefined : `the build ended with ${signal ?? code}`);
  process.off("exit", end);
  if (failure !== undefined) return { ok: false, output: `${Buffer.concat(output).toString()}\n${failure}` };
  chmodSync(join(root, "out", "main", "cli.js"), 0o755);
  rememberBuild(root, digest);
  return { ok: true };
}
