/** `signalbox serve`: the gateway under plain Node, with its interface in a browser. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { linkPath } from "../../shared/links/deep-link.ts";
import type { DaemonView } from "../../shared/protocol/app-frames.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import { createGateway, type Gateway } from "../gateway/create-gateway.ts";
import { splitPaths } from "../gateway/discovery/candidates.ts";
import { hasBrowser, openBrowser } from "../gateway/open-browser.ts";
import { createLog } from "../home/create-log.ts";
import { type HomeFolder, homeFolder, prepareHomeFolder } from "../home/home-folder.ts";
import { afterRunning } from "../home/running-time.ts";
import { complain, say, sayFault, sayJson } from "../home/say.ts";

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
    return sayFault(usable.fault, options.json === true);
  }
  let secrets: () => readonly string[] = () => [];
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
  if (!started.ok) return sayFault(started.fault, options.json === true);
  const gateway = started.value;
  secrets = gateway.secrets;
  process.on("uncaughtException", (error) => {
    log.fatal({ error }, "the gateway failed");
    complain(error.message);
    process.exit(1);
  });

  if (options.json === true) sayJson({ url: gateway.url, token: gateway.token, pid: process.pid });
  else say(`Signalbox is at ${gateway.url}`);
  const path = options.demo === true ? await startDemo(gateway) : "/";
  if (options.json !== true) await welcome(gateway, path, options.open);

  const signal = await asked;
  if (options.json !== true)
    say(`\nShutting down (${signal}). The daemon and its terminals keep running; \`npx signalbox stop\` ends them.`);
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
  complain(`the demo could not be started: ${created.fault.message}`);
  return "/";
}

async function welcome(gateway: Gateway, path: string, open: boolean): Promise<void> {
  const link = gateway.pairingLink(path);
  say(`  Sign in   ${link.address}  (works once)`);
  say(`  Daemon    ${daemonLine(await settled(gateway))}`);
  if (open && hasBrowser(process.env, process.platform) && (await openBrowser(await link.page(), process.env)))
    say("  A browser opens and is signed in. If none appears, open that link.");
  say("  Press Ctrl+C to stop. Terminals keep running in the daemon.");
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

function tryHome(home: HomeFolder): Result<undefined> {
  try {
    prepareHomeFolder(home);
    return ok(undefined);
  } catch (error) {
    return failed("home-unusable", reasonOf(error));
  }
}

/** The built UI: beside this file in a build, in out/ when it runs from the sources. */
export function uiFolder(): string {
  const fromSources = import.meta.url.endsWith(".ts");
  return fileURLToPath(new URL(fromSources ? "../../out/renderer" : "../renderer", import.meta.url));
}
