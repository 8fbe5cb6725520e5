/** A log file that stays within a bound: when it is full it becomes `<file>.1`, what was that `<file>.2`, and the last one goes. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import { whyNotOwn } from "./own-entry.ts";

/** Together at most 10 MB a log. */
const MAX_BYTES = 2 * 1024 * 1024;
const FILES = 5;

export interface RotatingFile {
  /** Whole lines. Written when the call returns; on a disk that refuses, lost: no program ends because of its log. */
  write(lines: string): void;
}

/** 0600. Throws when the file cannot be opened at the beginning. */
export function openRotatingFile(path: string, { maxBytes = MAX_BYTES, files = FILES } = {}): RotatingFile {
  const open = () => {
    const fd = openSync(path, "a", 0o600);
    return { fd, size: fstatSync(fd).size };
  };
  let current: { fd: number; size: number } | undefined;

  function rotate(): void {
    if (current !== undefined) closeSync(current.fd);
    current = undefined;
    for (let age = files - 1; age > 0; age -= 1) {
      try {
        renameSync(age === 1 ? path : `${path}.${age - 1}`, `${path}.${age}`);
      } catch {
        // There are not that many yet.
      }
    }
    current = open();
  }

  // A link to another file, or one that others may read through another name, is never written to.
  if (whyNotOwn(path) === undefined) current = open();
  else rotate();

  return {
    write(lines) {
      const bytes = Buffer.from(lines);
      try {
        if (current === undefined || (current.size > 0 && current.size + bytes.length > maxBytes)) rotate();
        if (current === undefined) return;
        current.size += writeSync(current.fd, bytes);
      } catch {
        // A full disk, or a folder that is gone: the next line tries again.
      }
    },
  };
}
