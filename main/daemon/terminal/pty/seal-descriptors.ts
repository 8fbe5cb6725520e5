/**
 * Sees to it that no other child of the daemon holds a terminal. A PTY's master is opened without close-on-exec, and nothing in
 * Node can set that: a child started meanwhile would inherit it and could read and type in that terminal.
 */
import { openSync } from "node:fs";

/** Masters that are open now. */
const masters = new Set<number>();
let nothing: number | undefined;

export function holdMaster(fd: number): void {
  masters.add(fd);
}

export function releaseMaster(fd: number): void {
  masters.delete(fd);
}

/**
 * The `stdio` for `child_process.spawn` with every open master replaced by /dev/null in the child. Programs in
 * terminals need it not: node-pty closes everything itself.
 */
export function sealDescriptors<T extends string>(stdio: readonly T[]): (T | "ignore" | number)[] {
  const sealed: (T | "ignore" | number)[] = [...stdio];
  for (const fd of masters) {
    while (sealed.length <= fd) sealed.push("ignore");
    nothing ??= openSync("/dev/null", "r+");
    if (fd >= stdio.length) sealed[fd] = nothing;
  }
  return sealed;
}
