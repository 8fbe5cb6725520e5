/** Finds out on which addresses a process listens, from what Linux tells of its descriptors. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** IPv4 addresses in dots, IPv6 ones as `/proc/net/tcp6` writes them. */
export function listeningPlaces(pid: number): Set<string> {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // Closed meanwhile.
    }
  }
  const places = new Set<string>();
  for (const file of ["tcp", "tcp6"]) {
    for (const line of readFileSync(`/proc/${pid}/net/${file}`, "utf8").split("\n").slice(1)) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (state === "0A" && inodes.has(inode)) places.add(inDots(local.split(":")[0] ?? ""));
    }
  }
  return places;
}

/** The kernel writes an IPv4 address as one number of this machine's byte order. */
const inDots = (hex: string): string =>
  hex.length === 8 ? [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(".") : hex;
