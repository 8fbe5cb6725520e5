/** `npm run dev`: rebuilds on every change and restarts the gateway, or the app, while the daemon and its terminals live on. */
import { type ChildProcess, spawn } from "node:child_process";
import { watch } from "node:fs";
import { join, resolve } from "node:path";
import { buildProduct } from "./build/build-product.ts";
import { isBuilt, sourcesDigest } from "./build/digest.ts";
import { decideStart, passedOn } from "./start/decide-start.ts";
import { findElectron } from "./start/electron-binary.ts";
import { followParent } from "./start/follow-parent.ts";
import { ownEnvironment } from "./start/own-environment.ts";
import { sandboxFacts } from "./start/sandbox-facts.ts";

const root = resolve(import.meta.dirname, "..");
const args = process.argv.slice(2);
/** Editors write a file in several steps. */
const QUIET_MS = 150;

const say = (text: string) => console.error(`dev: ${text}`);

let child: ChildProcess | undefined;
let building: Promise<void> | undefined;
let again = false;
let ending = false;

function start(first: boolean): void {
  const electron = findElectron(root);
  const { platform, env } = process;
  const sandbox = electron === undefined ? undefined : sandboxFacts(electron);
  const uid = process.geteuid?.();
  const plan = decideStart({ args, platform, env, uid, electron, sandbox, lastFailure: { at: 0, reason: "" }, now: 0 });
  const desktop = plan.mode === "desktop" && electron !== undefined;
  if (first && !desktop) say("without a window; a page that is open reconnects by itself, and is reloaded by hand");
  const headless = [join(root, "out", "main", "cli.js"), "serve", ...passedOn(args), ...(first ? [] : ["--no-open"])];
  child = desktop
    ? spawn(electron, [root, ...passedOn(args)], { stdio: "inherit", env: ownEnvironment(env, root) })
    : spawn(process.execPath, headless, { stdio: "inherit", env: ownEnvironment(env, root) });
  const started = child;
  started.once("exit", (code, signal) => {
    if (started !== child || ending) return;
    say(`ended with ${signal ?? code}; the next change starts it again`);
  });
}

async function stop(): Promise<void> {
  const running = child;
  child = undefined;
  if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
  const gone = new Promise((resolve) => running.once("exit", resolve));
  running.kill("SIGTERM");
  const last = setTimeout(() => running.kill("SIGKILL"), 3_000);
  await gone;
  clearTimeout(last);
}

async function rebuild(first: boolean): Promise<void> {
  if (!isBuilt(root, sourcesDigest(root))) {
    const begun = Date.now();
    const built = await buildProduct(root, { keepOld: true });
    if (!built.ok) return say(`${built.output.trim()}\ndev: the build failed; what ran before runs on`);
    say(`built in ${Date.now() - begun} ms`);
  } else if (!first) return;
  await stop();
  if (!ending) start(first);
}

/** One build at a time; what changes meanwhile is built after it. */
function changed(first = false): void {
  if (building !== undefined) {
    again = true;
    return;
  }
  building = rebuild(first).finally(() => {
    building = undefined;
    if (again && !ending) {
      again = false;
      changed();
    }
  });
}

let quiet: NodeJS.Timeout | undefined;
const watchers = ["main", "preload", "renderer", "shared"].map((folder) =>
  watch(join(root, folder), { recursive: true }, () => {
    clearTimeout(quiet);
    quiet = setTimeout(changed, QUIET_MS);
  }),
);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, async () => {
    if (ending) return;
    ending = true;
    clearTimeout(quiet);
    for (const watcher of watchers) watcher.close();
    await stop();
    await building;
  });
}

followParent(() => process.kill(process.pid, "SIGTERM"));
changed(true);
