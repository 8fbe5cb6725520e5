/** Owns every process and folder that a run makes: each is ended or removed by name, also when the run is interrupted. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What must still be undone, newest last. Undoing is synchronous: it also runs on the way out. */
const undo = new Set<() => void>();

/** Registers what to do when the run ends early. The returned function forgets it, once it was done properly. */
export function onInterrupt(action: () => void): () => void {
  if (!watching) watchForTheEnd();
  undo.add(action);
  return () => undo.delete(action);
}

let watching = false;

/** Whoever starts something through this file leaves nothing behind, whether it is the bench or a script beside it. */
function watchForTheEnd(): void {
  watching = true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      undoAll();
      process.exit(130);
    });
  }
  process.on("exit", undoAll);
}

/** Undoes everything that is left; a failure of one never keeps the others. */
export function undoAll(): void {
  for (const action of [...undo].reverse()) {
    try {
      action();
    } catch (error) {
      console.error(`bench: could not clean up: ${String(error)}`);
    }
  }
  undo.clear();
}

/** A private temporary folder. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "signalbox-bench-"));
  const erase = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  const forget = onInterrupt(erase);
  return {
    path,
    remove: () => {
      erase();
      forget();
    },
  };
}

/** Ends one process by its id, if it is still there. */
export function kill(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}

export interface Launched {
  child: ChildProcess;
  pid: number;
  /** SIGTERM, then SIGKILL after 3 s, to it and whatever it started in its group; returns once it is gone. */
  end(): Promise<void>;
}

/** Starts a process in a group of its own. Throws when it cannot be started at all. */
export async function launch(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Launched> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], detached: true, ...options });
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no process id`);
  const gone = once(child, "exit");
  const forget = onInterrupt(() => kill(-pid));
  void gone.then(forget);
  return {
    child,
    pid,
    async end() {
      if (child.exitCode === null && child.signalCode === null) {
        kill(-pid, "SIGTERM");
        const last = setTimeout(() => kill(-pid), 3000);
        await gone;
        clearTimeout(last);
      }
      // Whatever it started and left behind.
      kill(-pid);
    },
  };
}
