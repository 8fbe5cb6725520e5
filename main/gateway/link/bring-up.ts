/** Starts our own daemon and waits until it has come up, or is known not to. */
import type { HomeFolder } from "../../home/home-folder.ts";
import { startDaemon } from "./start-daemon.ts";

/** A daemon that has not come up after this long will not, in milliseconds. */
const LIMIT_MS = 15_000;
const LOOK_MS = 100;

export interface BringUpOptions {
  home: HomeFolder;
  steady: () => number;
  /** Waits, and may be woken. */
  pause: (ms: number) => Promise<void>;
  /** Whether its discovery file names a daemon that proves itself. */
  isUp: () => Promise<boolean>;
}

/** Gives undefined once it is up, otherwise what to tell a person. */
export async function bringUp({ home, steady, pause, isUp }: BringUpOptions): Promise<string | undefined> {
  const started = await startDaemon(home);
  if (!started.ok) return started.fault.message;
  let failure: string | undefined;
  void started.value.ended.then((reason) => {
    failure = reason;
  });
  const deadline = steady() + LIMIT_MS;
  for (;;) {
    if (await isUp()) return undefined;
    if (failure !== undefined) return `The built-in daemon did not start: ${failure}`;
    if (steady() > deadline) return "The built-in daemon did not come up in time.";
    await pause(LOOK_MS);
  }
}
