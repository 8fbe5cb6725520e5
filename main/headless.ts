/** Owns the headless start: the gateway under plain Node, for `signalbox serve`, and `signalbox stop`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { linkPath } from "../shared/links/deep-link.ts";
import type { DaemonView } from "../shared/protocol/app-frames.ts";
import { type Fault, failed, ok, type Result } from "../shared/protocol/fault.ts";
import { createGateway, type Gateway } from "./gateway/create-gateway.ts";
import { splitPaths } from "./gateway/discovery/candidates.ts";
import { tryCandidate } from "./gateway/discovery/find-daemon.ts";
import { probePatiently } from "./gateway/discovery/probe-health.ts";
import { createDaemonClient } from "./gateway/link/daemon-client.ts";
import { openBrowser } from "./gateway/open-browser.ts";
import { createLog } from "./home/create-log.ts";
import { type HomeFolder, homeFolder, prepareHomeFolder } from "./home/home-folder.ts";
import { afterRunning } from "./home/running-time.ts";
import { daemonKey } from "./home/secrets.ts";

export interface ServeOptions {
  port?: number;
  home?: string;
  discovery?: string;
  open: boolean;
  demo?: boolean;
  json?: boolean;
  /** Started while this was still being loaded. */
  journalThread?: Worker;
}

/** Serves until SIGINT or SIGTERM. Gives the exit code: 0 after a signal, 1 when it could not begin. */
export async function serve(options: ServeOptions): Promise<number> {
  const home = homeFolder(options.home);
  // Before the log, which lies in it.
  const usable = tryHome(home);
  if (!usable.ok) {
    await options.journalThread?.terminate();
    return complain(usable.fault, options.json === true);
  }
  let secrets: () => string[] = () => [];
  const log = createLog({ name: "gateway", file: join(home.logs, "gateway.log"), secrets: () => secrets() });
  const asked = nextSignal();
  const started = await createGateway({
    home,
    ...(options.port === undefined ? {} : { port: options.port }),
    discovery: splitPaths(options.discovery ?? process.env.SIGNALBOX_DISCOVERY),
    ui: uiFolder(),
    startDaemon: true,
    log,
    ...(options.journalThread === undefined ? {} : { journalThread: options.journalThread }),
  });
  if (!started.ok) return complain(started.fault, options.json === true);
  const gateway = started.value;
  const key = daemonKey(home);
  // The owner's token may be replaced while it serves.
  secrets = () => [gateway.token, key];
  process.on("uncaughtException", (error) => {
    log.fatal({ error }, "the gateway failed");
    console.error(`signalbox: ${error.message}`);
    process.exit(1);
  });

  if (options.json === true) console.log(JSON.stringify({ url: gateway.url, token: gateway.token, pid: process.pid }));
  else console.log(`Signalbox is at ${gateway.url}`);
  const path = options.demo === true ? await startDemo(gateway) : "/";
  if (options.json !== true) await welcome(gateway, path, options.open);

  const signal = await asked;
  if (options.json !== true)
    console.log(`\nSignalbox ends (${signal}). The daemon and its terminals go on; \`signalbox stop\` ends them.`);
  await gateway.dispose();
  return 0;
}

/** The first signal ends it cleanly; a second one at once. */
function nextSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        afterRunning(1_900, () => process.exit(1)).unref();
        resolve(signal);
      });
    }
  });
}

async function startDemo(gateway: Gateway): Promise<string> {
  const created = await gateway.createSession({ agent: "demo" });
  if (created.ok) return linkPath({ session: created.value.id });
  console.error(`signalbox: the demo could not be started: ${created.fault.message}`);
  return "/";
}

async function welcome(gateway: Gateway, path: string, open: boolean): Promise<void> {
  const link = gateway.pairingLink(path);
  console.log(`  Sign in   ${link}  (works once)`);
  console.log(`  Daemon    ${daemonLine(await settled(gateway))}`);
  if (open && (await openBrowser(link, process.env))) console.log("  A browser opens with that link.");
  console.log("  Ctrl+C ends it; terminals go on in the daemon.");
}

/** The daemon's state once it is more than a search, or after 5 s. */
function settled(gateway: Gateway): Promise<DaemonView> {
  const isSettled = ({ state }: DaemonView) => state !== "searching" && state !== "starting";
  const now = gateway.app().daemon;
  if (isSettled(now)) return Promise.resolve(now);
  return new Promise((resolve) => {
    const done = (view: DaemonView) => {
      clearTimeout(timer);
      stop();
      resolve(view);
    };
    const timer = setTimeout(() => done(gateway.app().daemon), 5_000);
    const stop = gateway.subscribe((change) => {
      if (change.type === "daemon" && isSettled(change.daemon)) done(change.daemon);
    });
  });
}

function daemonLine(view: DaemonView): string {
  if (view.state !== "connected") return `${view.state}${view.reason === undefined ? "" : `: ${view.reason}`}`;
  return `${view.own ? "built-in" : "of another program"}, ${view.url}${view.pid === undefined ? "" : ` (process ${view.pid})`}`;
}

/** Ends the daemon of this home. Gives 1, and says what runs, when it refuses; 0 when there is none. */
export async function stop(options: { home?: string; force?: boolean }): Promise<number> {
  const home = homeFolder(options.home);
  if (!existsSync(home.discovery)) {
    console.log(`No daemon runs for ${home.path}.`);
    return 0;
  }
  const key = daemonKey(home);
  const { attempt, found } = await tryCandidate({ path: home.discovery, own: true }, key, probePatiently);
  if (found === undefined) {
    const reason = attempt.reason === undefined ? "" : ` (${attempt.reason})`;
    console.log(`No daemon runs for ${home.path}${reason}.`);
    return 0;
  }
  const stopped = await createDaemonClient(found.base, key).stop(options.force === true);
  if (!stopped.ok) return complain(forceable(stopped.fault, options.home), false);
  console.log(`The daemon (process ${found.health.pid ?? "unknown"}) ends.`);
  return 0;
}

function tryHome(home: HomeFolder): Result<undefined> {
  try {
    prepareHomeFolder(home);
    return ok(undefined);
  } catch (error) {
    return failed("home-unusable", error instanceof Error ? error.message : String(error));
  }
}

/** Names the command that ends what runs, as it can be typed. */
function forceable(fault: Fault, home: string | undefined): Fault {
  if (fault.code !== "sessions-running") return fault;
  const where =
    home === undefined ? "" : ` --home ${/^[\w./~+-]+$/.test(home) ? home : `'${home.replaceAll("'", "'\\''")}'`}`;
  return { ...fault, hint: `To end them, too: signalbox stop --force${where}` };
}

function complain(fault: Fault, json: boolean): number {
  if (json) console.log(JSON.stringify({ error: fault }));
  console.error(`signalbox: ${fault.message}${fault.hint === undefined ? "" : `\n${fault.hint}`}`);
  return 1;
}

/** The built UI: beside this file in a build, in out/ when it runs from the sources. */
export function uiFolder(): string {
  const fromSources = import.meta.url.endsWith(".ts");
  return fileURLToPath(new URL(fromSources ? "../out/renderer" : "../renderer", import.meta.url));
}
