/** Finds out which process has a port, for the sentence that says that it is taken. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Name and number of the process that listens there; Linux only, and only for processes of one's own. */
export function portOwner(port: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  try {
    const line = readFileSync("/proc/net/tcp", "utf8")
      .split("\n")
      .find((text) => text.includes(`0100007F:${hex} 00000000:0000 0A`));
    const inode = line?.trim().split(/\s+/)[9];
    if (inode === undefined) return undefined;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (ownsSocket(pid, inode)) return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (process ${pid})`;
    }
  } catch {
    // A process that ended while it was looked at.
  }
  return undefined;
}

function ownsSocket(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
  } catch {
    return false;
  }
}
