/** How much of the processor a computation takes: unlike a clock on the wall, it does not count what else the machine does. */

/** Milliseconds of this thread's own work. */
export function cpuTime(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
