/** What a process costs by the operating system's own account: CPU time and memory, read from Linux's /proc. */
import { readdirSync, readFileSync } from "node:fs";

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

/** Seconds on a core by the scheduler's own account, to the nanosecond, of each thread that lives now. */
function threadSeconds(pid: number): Map<string, number> | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((id): [string, number] => {
      const [ran] = read(`/proc/${pid}/task/${id}/schedstat`)?.split(" ") ?? [];
      return [id, Number(ran ?? Number.NaN) / 1e9];
    });
    return new Map(threads.filter(([, seconds]) => !Number.isNaN(seconds)));
  } catch {
    return undefined;
  }
}

/** Seconds of CPU, user and system, of all its threads so far, those that ended included; in steps of 10 ms. */
function cpuSeconds(pid: number): number | undefined {
  const fields = read(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ");
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Starts to count one process's CPU seconds; the returned function gives those since. */
function watchCpu(pid: number): () => number | undefined {
  const [threads, ticks] = [threadSeconds(pid), cpuSeconds(pid)];
  return () => {
    const [threadsNow, ticksNow] = [threadSeconds(pid), cpuSeconds(pid)];
    if (ticks === undefined || ticksNow === undefined) return undefined;
    const coarse = ticksNow - ticks;
    if (threads === undefined || threadsNow === undefined) return coarse;
    const exact = [...threadsNow].reduce((sum, [id, seconds]) => sum + seconds - (threads.get(id) ?? 0), 0);
    // A thread that ended took its account with it; more than rounding tells of that.
    return coarse - exact > 2 / TICKS ? coarse : exact;
  };
}

/** Megabytes that the process shares with nobody, exactly (smaps_rollup). Costs the process a moment: for quiet times. */
export function privateMegabytes(pid: number): number | undefined {
  const text = read(`/proc/${pid}/smaps_rollup`);
  if (text === undefined) return undefined;
  const kilobytes = [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].map((match) => Number(match[1]));
  return (kilobytes.reduce((sum, value) => sum + value, 0) * 1024) / 1e6;
}

/** Megabytes resident less those backed by files: nearly the private ones, and cheap enough to be sampled under load. */
function residentMegabytes(pid: number): number | undefined {
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
  const memory = () => total(pids.map(residentMegabytes));
  const start = memory();
  let peak = start ?? 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, memory() ?? 0);
  }, everyMs);
  const watches = pids.map(watchCpu);
  return () => {
    clearInterval(timer);
    const cpu = total(watches.map((spent) => spent()));
    const now = memory();
    if (cpu === undefined || start === undefined || now === undefined) return undefined;
    return { cpu, peak: Math.max(peak, now), start };
  };
}

/** Undefined when one is. */
function total(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce((sum, value) => (sum === undefined || value === undefined ? undefined : sum + value), 0);
}
