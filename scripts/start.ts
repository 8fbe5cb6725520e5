/** `npm start`: builds what is stale, then opens the desktop app, or says in one line why not and serves headless. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { buildProduct } from "./build/build-product.ts";
import { isBuilt, sourcesDigest } from "./build/digest.ts";
import { showProgress } from "./build/show-progress.ts";
import { decideStart, passedOn, type StartPlan } from "./start/decide-start.ts";
import { fetchElectron, findElectron, lastFailure, rememberFailure } from "./start/electron-binary.ts";
import { followParent } from "./start/follow-parent.ts";
import { ownEnvironment } from "./start/own-environment.ts";
import { runElectron } from "./start/run-electron.ts";
import { sandboxFacts } from "./start/sandbox-facts.ts";

const root = resolve(import.meta.dirname, "..");
const args = process.argv.slice(2);

function plan(): StartPlan {
  const electron = findElectron(root);
  return decideStart({
    args,
    platform: process.platform,
    env: process.env,
    uid: process.geteuid?.(),
    electron,
    sandbox: electron === undefined ? undefined : sandboxFacts(electron),
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

/** One attempt; what follows is planned again with what it brought. */
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
  if (fetched.ok && findElectron(root) !== undefined) return plan();
  const reason = fetched.ok ? "its installer left no program" : fetched.reason;
  rememberFailure(root, Date.now(), reason);
  return {
    mode: "headless",
    why: `Electron's program is not here and could not be fetched (${reason}), so Signalbox runs without its window. To try again: npm start -- --desktop`,
  };
}

/** How long a window may take: with a cold disk, Electron needs some seconds of it. */
const WINDOW_MS = 15_000;

/** Runs the app and waits for it. Gives its exit code, or the one line that says why there is no window. */
async function runDesktop(electron: string): Promise<number | string> {
  const log = resolve(root, "node_modules", ".cache", "signalbox", "electron.log");
  const run = { program: electron, args: [root, ...passedOn(args)], env: process.env, log, windowMs: WINDOW_MS };
  const outcome = await runElectron(run);
  if (outcome.served) {
    if (outcome.crash !== undefined) {
      console.error(
        `Signalbox's window ended ${outcome.crash}; your agents go on. npm start finds them again. What Electron printed is in ${log}.`,
      );
    }
    return outcome.code;
  }
  return `Electron's program could not open a window here: ${outcome.reason}. What it printed is in ${log}. Signalbox runs without its window.`;
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
    const ended = await runDesktop(chosen.electron);
    if (typeof ended === "number") process.exitCode = ended;
    else await runHeadless(ended);
  } else if (chosen.mode === "headless") await runHeadless(chosen.why);
} else process.exitCode = 1;
