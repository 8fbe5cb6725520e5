/** The daemon's start in the foreground, for `signalbox daemon`. */

import { join } from "node:path";
import { reasonOf } from "../../shared/text/reason-of.ts";
import { createDaemon } from "../daemon/create-daemon.ts";
import { boundOutput } from "../home/bound-output.ts";
import { createLog } from "../home/create-log.ts";
import { homeFolder, prepareHomeFolder } from "../home/home-folder.ts";
import { afterRunning } from "../home/running-time.ts";
import { complain } from "../home/say.ts";

/** After this long an ending that hangs is cut short; SIGTERM promises 2 s. */
const LAST_MOMENT_MS = 1_900;

export interface RunDaemonOptions {
  home?: string;
  port?: number;
  /** Instead of `LAST_MOMENT_MS`. */
  lastMomentMs?: number;
}

/** Runs until a signal, `POST /stop`, or ten minutes without use. Gives the exit code; 1, with one line on stderr, when it cannot start. */
export async function runDaemon(options: RunDaemonOptions): Promise<number> {
  const home = homeFolder(options.home);
  try {
    prepareHomeFolder(home);
  } catch (error) {
    return fail(reasonOf(error));
  }
  let secrets: () => readonly string[] = () => [];
  const log = createLog({ name: "daemon", file: join(home.logs, "daemon.log"), secrets: () => secrets() });
  boundOutput(join(home.logs, "daemon-output.log"), log);
  const stopped = Promise.withResolvers<string>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopped.resolve(signal));
  // The terminal that started it in the background may close.
  process.on("SIGHUP", () => {});

  const created = await createDaemon({ home, log, ...(options.port !== undefined && { port: options.port }) });
  if (!created.ok) {
    const { message, hint } = created.fault;
    log.error({ code: created.fault.code }, message);
    return fail(hint === undefined ? message : `${message} ${hint}`);
  }
  const daemon = created.value;
  secrets = daemon.secrets;
  process.on("uncaughtException", (error) => log.error({ error }, "unexpected error"));
  process.on("unhandledRejection", (error) => log.error({ error }, "unexpected rejection"));

  const reason = await Promise.race([stopped.promise, daemon.done]);
  log.info({ reason }, "daemon ends");
  // Unreferenced: it ends what something else keeps alive, and is itself no reason to wait.
  const late = afterRunning(options.lastMomentMs ?? LAST_MOMENT_MS, () => {
    log.error({ left: process.getActiveResourcesInfo() }, "the daemon did not end when everything was closed");
    process.exit(0);
  });
  await daemon.dispose();
  late.unref();
  return 0;
}

function fail(message: string): number {
  complain(message, "signalbox daemon");
  return 1;
}
