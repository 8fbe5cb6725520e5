/** `signalbox stop`: ends the daemon of a home, and with it the terminals that it keeps. */
import { existsSync } from "node:fs";
import type { Fault } from "../../shared/protocol/fault.ts";
import { tryCandidate } from "../gateway/discovery/find-daemon.ts";
import { probePatiently } from "../gateway/discovery/probe-health.ts";
import { createDaemonClient } from "../gateway/link/daemon-client.ts";
import { homeFolder } from "../home/home-folder.ts";
import { say, sayFault } from "../home/say.ts";
import { daemonKey } from "../home/secrets.ts";
import { reachAddress } from "../wire/reach.ts";

/** Ends the daemon of this home. Gives 1, and says what runs, when it refuses; 0 when there is none. */
export async function stop(options: { home?: string; force?: boolean }): Promise<number> {
  const home = homeFolder(options.home);
  if (!existsSync(home.discovery)) {
    say(`No daemon runs for ${home.path}.`);
    return 0;
  }
  const key = daemonKey(home);
  const { attempt, found } = await tryCandidate({ path: home.discovery, own: true }, key, probePatiently);
  if (found === undefined) {
    const reason = attempt.reason === undefined ? "" : ` (${attempt.reason})`;
    say(`No daemon runs for ${home.path}${reason}.`);
    return 0;
  }
  const stopped = await createDaemonClient(reachAddress(found.base), key).stop(options.force === true);
  if (!stopped.ok) return sayFault(forceable(stopped.fault, options.home), false);
  say(`The daemon (process ${found.health.pid ?? "unknown"}) ends.`);
  return 0;
}

/** Names the command that ends what runs, as it can be typed. */
function forceable(fault: Fault, home: string | undefined): Fault {
  if (fault.code !== "sessions-running") return fault;
  const where =
    home === undefined ? "" : ` --home ${/^[\w./~+-]+$/.test(home) ? home : `'${home.replaceAll("'", "'\\''")}'`}`;
  return { ...fault, hint: `To end them, too: signalbox stop --force${where}` };
}
