/** Asks whether a process is there. */

/** A process that has ended and that nobody has waited for yet is still there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
