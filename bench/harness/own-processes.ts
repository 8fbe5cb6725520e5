/** Every process and folder that a run makes: each is ended or removed by name, however the run itself ends. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { followParent } from "../../scripts/start/follow-parent.ts";
import { kill, type Owned, readOr, undo } from "./undo.ts";

/** What must still be undone, newest last. */
const left = new Map<number, Owned>();
let nextId = 1;
let tellGuardian: ((line: object) => void) | undefined;

/** Registers what is undone when the run ends early. The returned function forgets it, once it was done properly. */
function own(owned: Owned): () => void {
  tellGuardian ??= watchForTheEnd();
  const id = nextId;
  nextId += 1;
  left.set(id, owned);
  tellGuardian({ id, owned });
  return () => {
    if (left.delete(id)) tellGuardian?.({ id });
  };
}

/** Whoever starts something through this file leaves nothing behind, whether it is the bench or a script beside it. */
function watchForTheEnd(): (line: object) => void {
  const end = (code: number) => {
    undoAll();
    process.exit(code);
  };
  process.on("SIGINT", () => end(130));
  process.on("SIGTERM", () => end(143));
  process.on("SIGHUP", () => end(129));
  process.on("exit", undoAll);
  // npm that is killed takes nobody with it; a shell's job, on the other hand, may outlive its shell on purpose.
  if (process.env.npm_lifecycle_event !== undefined) followParent(() => end(143), parents);
  return startGuardian();
}

/** One number for our parent and its own: between npm and us there may be a shell, which lives on. */
function parents(): number {
  const [, of] = /\) \S (\d+) /.exec(readOr(`/proc/${process.ppid}/stat`, "")) ?? [];
  return process.ppid * 2 ** 22 + Number(of ?? 0);
}

/** A process of its own, outside of the run's group: it reads what is left, and acts when the run is gone. */
function startGuardian(): (line: object) => void {
  const file = join(import.meta.dirname, "..", "programs", "guardian.ts");
  const guardian = spawn(process.execPath, [file], { stdio: ["pipe", "ignore", "inherit"], detached: true });
  guardian.on("error", (error) => console.error(`bench: without a guardian: ${error.message}`));
  guardian.stdin.on("error", () => {});
  guardian.unref();
  return (line) => guardian.stdin.write(`${JSON.stringify(line)}\n`);
}

/** Undoes everything that is left; a failure of one never keeps the others. */
export function undoAll(): void {
  for (const [id, owned] of [...left].reverse()) {
    try {
      undo(owned);
    } catch (error) {
      console.error(`bench: could not clean up: ${String(error)}`);
    }
    left.delete(id);
    tellGuardian?.({ id });
  }
}

/** A private temporary folder. Removing it also ends whatever still has it in its arguments. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "signalbox-bench-"));
  const forget = own({ folder: path });
  return {
    path,
    remove: () => {
      undo({ folder: path });
      forget();
    },
  };
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
  const { pid } = child;
  const gone = once(child, "exit");
  // Whoever waits for its end hears of a failure to start from the line below.
  gone.catch(() => {});
  const forget = pid === undefined ? () => {} : own({ group: pid });
  void gone.then(forget, forget);
  await once(child, "spawn");
  if (pid === undefined) throw new Error(`${command} has no process id`);
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
