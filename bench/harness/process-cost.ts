/** Owns what a process costs by the operating system's own account: CPU time and memory, read from Linux's /proc. */
import { readFileSync } from "node:fs";

/** Ticks a second of /proc/PID/stat: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS = 100;
const PAGE_MB = 4096 / 1e6;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Ended, another user's, or no Linux: the figure is then missing, never invented.
    return undefined;
  }
}

/** Seconds of CPU, user and system, of all its threads so far. */
export function cpuSeconds(pid: number): number | undefined {
  const fields = read(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ");
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Megabytes that the process shares with nobody, exactly (smaps_rollup). Costs the process a moment: for quiet times. */
export function privateMegabytes(pid: number): number | undefined {
  const text = read(`/proc/${pid}/smaps_rollup`);
  if (text === undefined) return undefined;
  const kilobytes = [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].map((match) => Number(match[1]));
  return (kilobytes.reduce((sum, value) => sum + value, 0) * 1024) / 1e6;
}

/** Megabytes resident less those backed by files: nearly the private ones, and cheap enough to be sampled under load. */
export function residentMegabytes(pid: number): number | undefined {
  const [, resident, shared] = read(`/proc/${pid}/statm`)?.split(" ").map(Number) ?? [];
  return resident === undefined || shared === undefined ? undefined : (resident - shared) * PAGE_MB;
}

export interface Cost {
  /** CPU seconds since the watch began, of all watched processes together. */
  cpu: number;
  /** Highest memory seen, all together, and the memory at the beginning. */
  peak: number;
  start: number;
}

/** Watches processes from now on; the returned function ends the watch. Undefined where there is no /proc. */
export function watchCost(pids: readonly number[], everyMs = 50): () => Cost | undefined {
  const sum = (of: (pid: number) => number | undefined) =>
    pids.map(of).reduce((total, value) => (total === undefined || value === undefined ? undefined : total + value), 0);
  const [cpu, start] = [sum(cpuSeconds), sum(residentMegabytes)];
  let peak = start ?? 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, sum(residentMegabytes) ?? 0);
  }, everyMs);
  return () => {
    clearInterval(timer);
    const [end, now] = [sum(cpuSeconds), sum(residentMegabytes)];
    if (cpu === undefined || start === undefined || end === undefined || now === undefined) return undefined;
    return { cpu: end - cpu, peak: Math.max(peak, now), start };
  };
}

/** Ids of the processes that `pid` started, and theirs. */
export function descendants(pid: number): number[] {
  const children = (read(`/proc/${pid}/task/${pid}/children`) ?? "").split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}
