/** Signals to everything that runs in a terminal: the program, its jobs and what they started. */
import { readdirSync, readFileSync } from "node:fs";

interface ProcessStat {
  session: number;
  /** Process group that has the terminal's foreground, or -1. */
  foreground: number;
}

/** Sends to every process of the terminal's session; those that began a session of their own are left alone. */
export function signalSession(leader: number, signal: NodeJS.Signals): void {
  const members = sessionMembers(leader);
  // Elsewhere than on Linux the group is what can be known.
  // The leader by its number too: just forked, it has no session yet.
  for (const pid of new Set([leader, ...(members ?? [-leader])])) send(pid, signal);
}

/** Sends to the job in the foreground, as the terminal's own Ctrl+C does. */
export function signalForeground(leader: number, signal: NodeJS.Signals): void {
  const foreground = readStat(leader)?.foreground ?? -1;
  send(foreground > 1 ? -foreground : -leader, signal);
}

/** Whether anything of the session still runs. */
export function sessionAlive(leader: number): boolean {
  const members = sessionMembers(leader);
  if (members !== undefined) return members.length > 0;
  return processAlive(-leader);
}

/** Whether a process, or a process group when negative, exists. */
export function processAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function sessionMembers(leader: number): number[] | undefined {
  if (process.platform !== "linux") return undefined;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readStat(pid)?.session === leader);
}

/** proc_pid_stat(5). The name in parentheses may hold anything, so fields count from the last one. Zombies are not alive. */
function readStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, , , session, , foreground] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (state === "Z") return undefined;
    return { session: Number(session), foreground: Number(foreground) };
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already, which is what was wanted.
  }
}
