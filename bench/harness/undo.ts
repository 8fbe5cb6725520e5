/** Undoes what a run made, synchronously and without asking anybody: a group of processes, or a folder with whoever works in it. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";

/** `group`: id of a process that leads a group. `folder`: a path that nobody else's command line names. */
export type Owned = { group: number } | { folder: string };

/** Never throws for what is gone already. */
export function undo(owned: Owned): void {
  if ("group" in owned) {
    kill(-owned.group);
    return;
  }
  // What is just being started names the folder a moment later: until nobody does, but not for ever.
  for (let pass = 0; pass < 5 && endWhoeverNames(owned.folder); pass += 1) pause(50);
  rmSync(owned.folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Ends one process by its id, or a group by its negative id, if it is still there. */
export function kill(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}

/** A daemon leaves the group of the gateway that starts it; what it cannot leave is the home in its arguments. */
function endWhoeverNames(folder: string): boolean {
  const found = commandLines().filter(([pid, line]) => pid !== process.pid && line.includes(folder));
  for (const [pid] of found) kill(pid);
  return found.length > 0;
}

function commandLines(): [number, string][] {
  if (!existsSync("/proc/self/cmdline")) return listed();
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => [Number(pid), readOr(`/proc/${pid}/cmdline`, "")]);
}

/** What a file of a process says; `missing` when it has ended since. */
export function readOr(path: string, missing: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return missing;
  }
}

/** macOS has no /proc. */
function listed(): [number, string][] {
  if (process.platform === "win32") return [];
  const lines = execFileSync("ps", ["-axo", "pid=,command="], { encoding: "utf8" }).split("\n");
  return lines.map((line) => [Number.parseInt(line, 10), line]);
}

const asleep = new Int32Array(new SharedArrayBuffer(4));
const pause = (ms: number) => Atomics.wait(asleep, 0, 0, ms);
