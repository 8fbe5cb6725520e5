/** The end of a program and of everything that it started in its terminal. */
import { processAlive, sessionAlive, signalSession } from "./process-session.ts";

/** What a program has for a clean end when its session is closed. */
export const GRACE_MS = 2_000;
/** For a daemon that ends: it has 2 s in all, and what it leaves running nobody would ever end. */
export const LAST_GRACE_MS = 1_200;
const POLL_MS = 25;

/**
 * SIGHUP, and SIGKILL to what is left at `deadline`, a time of `performance.now()` that may come nearer meanwhile. Resolves when nothing of the terminal's session runs, or has been killed.
 * `exited`: the program itself has ended, so that a process with its number now is a stranger with a session of its own.
 */
export async function endProgram(leader: number, exited: boolean, deadline: () => number): Promise<void> {
  if (exited && processAlive(leader)) return;
  signalSession(leader, "SIGHUP");
  // Processes that are not our children tell nobody that they ended, so they are looked for.
  while (performance.now() < deadline() && sessionAlive(leader)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  if (sessionAlive(leader)) signalSession(leader, "SIGKILL");
}
