/** Ends the daemon of a test's home, and sees to it that it really ended. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseDiscoveryFile } from "../../shared/protocol/discovery-file.ts";
import { isAlive } from "../support/is-alive.ts";
import { signalbox } from "../support/product.ts";

const LIMIT_MS = 15_000;

/**
 * Ends it with all that it runs, and removes the home. A process that is still there after 15 s is killed, and that is
 * said: whether a daemon ends in time is proved beside the daemon, not here.
 */
export async function endDaemon(home: string, starting: boolean): Promise<void> {
  const until = Date.now() + LIMIT_MS;
  const file = join(home, "mcp.json");
  // A daemon that is still coming up can be told to end only once it has announced itself.
  while (starting && !existsSync(file) && Date.now() < until) await wait(50);
  const found = existsSync(file) ? parseDiscoveryFile(readFileSync(file, "utf8")) : undefined;
  const pid = found?.ok === true ? found.value.pid : undefined;
  await signalbox(["stop", "--force", "--home", home]);
  while (pid !== undefined && isAlive(pid) && Date.now() < until) await wait(50);
  const left = pid !== undefined && isAlive(pid);
  if (left) process.kill(pid, "SIGKILL");
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  if (left) console.warn(`the daemon (process ${pid}) had to be killed: it did not end within ${LIMIT_MS / 1000} s`);
}
