/** Owns `npm start`: builds what is stale, then opens the desktop app, or says in one line why not and serves headless. */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { buildProduct } from "./build/build-product.ts";
import { isBuilt, sourcesDigest } from "./build/digest.ts";
import { showProgress } from "./build/show-progress.ts";
import { decideStart, passedOn, type StartPlan } from "./start/decide-start.ts";
import { fetchElectron, findElectron, lastFailure, rememberFailure } from "./start/electron-binary.ts";
import { followParent } from "./start/follow-parent.ts";
import { ownEnvironment } from "./start/own-environment.ts";

const root = resolve(import.meta.dirname, "..");
const args = process.argv.slice(2);

function plan(): StartPlan {
  return decideStart({
    args,
    platform: process.platform,
    env: process.env,
    uid: process.geteuid?.(),
    electron: findElectron(root),
    lastFailure: lastFailure(root),
    now: Date.now(),
  });
}

async function build(): Promise<boolean> {
  if (isBuilt(root, sourcesDigest(root))) return true;
  const done = showProgress("Building");
  const built = await buildProduct(root);
  done();
  if (!built.ok) console.error(built.output);
  return built.ok;
}

/** One attempt; what it leads to is planned anew. */
async function fetchOnce(): Promise<StartPlan> {
  let arrived = 0;
  const done = showProgress("Fetching Electron", process.stderr, () =>
    arrived === 0 ? "" : `${Math.round(arrived / 1e6)} MB`,
  );
  const onBytes = (bytes: number) => {
    arrived = bytes;
  };
  const fetched = await fetchElectron(root, { firstByteMs: 8_000, stallMs: 60_000, onBytes });
  done();
  const electron = findElectron(root);
  if (fetched.ok && electron !== undefined) return { mode: "desktop", electron };
  const reason = fetched.ok ? "its installer left no program" : fetched.reason;
  rememberFailure(root, Date.now(), reason);
  return {
    mode: "headless",
    why: `Electron's program is not here and could not be fetched (${reason}), so Signalbox runs without its window. To try again: npm start -- --desktop`,
  };
}

/**
 * Runs the app and waits for it. Gives its exit code, or undefined when it fell over before it could show anything,
 * as it does where the system forbids its sandbox.
 */
async function runDesktop(electron: string): Promise<number | undefined> {
  const begun = Date.now();
  let asked = false;
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  // Before the app runs: a signal that came between its start and the listener would end us alone and leave it behind.
  for (const signal of signals) {
    process.on(signal, () => {
      asked = true;
      child.kill(signal);
    });
  }
  const child = spawn(electron, [root, ...passedOn(args)], { stdio: "inherit" });
  process.once("exit", () => child.kill("SIGTERM"));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("error", () => resolve([null, "SIGABRT"]));
    child.once("exit", (code, signal) => resolve([code, signal]));
  });
  for (const name of signals) process.removeAllListeners(name);
  if (signal === null) return code ?? 1;
  if (!asked && Date.now() - begun < 10_000) return undefined;
  return asked ? 0 : 1;
}

/** In this very process, so that its id, its signals and its exit code are the gateway's own. */
async function runHeadless(why: string | undefined): Promise<void> {
  if (why !== undefined) console.error(why);
  const cli = resolve(root, "out", "main", "cli.js");
  process.argv = [process.execPath, cli, "serve", ...passedOn(args)];
  await import(pathToFileURL(cli).href);
}

// Whatever runs then ends as by a signal sent to it: the build, the fetch, the app, the gateway.
followParent(() => process.kill(process.pid, "SIGTERM"));

if (await build()) {
  const first = plan();
  const chosen = first.mode === "fetch" ? await fetchOnce() : first;
  const from = process.env.INIT_CWD;
  const own = ownEnvironment(process.env, root);
  for (const key of Object.keys(process.env)) if (own[key] === undefined) delete process.env[key];
  Object.assign(process.env, own);
  // Relative paths in the arguments mean the folder in which npm was called.
  if (from !== undefined) process.chdir(from);
  if (chosen.mode === "desktop") {
    const code = await runDesktop(chosen.electron);
    if (code === undefined)
      await runHeadless("Electron's program could not start here, so Signalbox runs without its window.");
    else process.exitCode = code;
  } else if (chosen.mode === "headless") await runHeadless(chosen.why);
} else process.exitCode = 1;
