/** Reads and writes the small private files of the home folder: whole or not at all, readable by nobody else. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { decodeText } from "./decode-text.ts";
import { followLinks } from "./follow-links.ts";

export type FileRead =
  | { outcome: "absent" }
  | { outcome: "refused"; reason: string }
  | { outcome: "read"; text: string; mtimeMs: number };

/**
 * Reads a file that decides where secrets are sent, so it must be the person's own: no symlink, no FIFO, no other
 * owner, not writable by others, not over `maxBytes`. Checked on the descriptor that is read, so nothing can be swapped in between.
 */
export function readPrivateFile(path: string, maxBytes: number, owners: "own" | "own-or-root" = "own"): FileRead {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return { outcome: "absent" };
    if (code === "ELOOP" || code === "EMLINK") return { outcome: "refused", reason: "it is a symbolic link" };
    return { outcome: "refused", reason: `it cannot be opened (${code ?? "unknown error"})` };
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { outcome: "refused", reason: "it is not a regular file" };
    const ours = process.getuid === undefined || stat.uid === process.getuid();
    if (!ours && !(owners === "own-or-root" && stat.uid === 0)) {
      return { outcome: "refused", reason: "it belongs to another user" };
    }
    if (process.platform !== "win32" && (stat.mode & 0o022) !== 0) {
      return { outcome: "refused", reason: "other users may write to it (chmod 600 it)" };
    }
    // One byte more than allowed: a file that grows while it is read is refused too.
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (;;) {
      const count = readSync(fd, buffer, length, buffer.length - length, null);
      length += count;
      if (count === 0 || length === buffer.length) break;
    }
    if (length > maxBytes) return { outcome: "refused", reason: `it is larger than ${maxBytes} bytes` };
    const decoded = decodeText(buffer.subarray(0, length));
    if (!decoded.ok) return { outcome: "refused", reason: decoded.reason };
    return { outcome: "read", text: decoded.text, mtimeMs: stat.mtimeMs };
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads a private file that its person may keep elsewhere and link to (`follow-links.ts`); root may then own it, as where a
 * manager of packages lays it down.
 */
export function readLinkedFile(path: string, maxBytes: number): FileRead {
  const followed = followLinks(path);
  if (!followed.ok) return { outcome: "refused", reason: followed.reason };
  return readPrivateFile(followed.path, maxBytes, followed.linked ? "own-or-root" : "own");
}

/** Replaces what the path, or the link there, leads to, and keeps who may read it. Throws as `writePrivateFile` does. */
export function writeLinkedFile(path: string, text: string): void {
  const followed = followLinks(path);
  if (!followed.ok) throw new Error(followed.reason);
  const before = statSync(followed.path, { throwIfNoEntry: false });
  writePrivateFile(followed.path, text, before === undefined ? undefined : before.mode & 0o755);
}

/**
 * Replaces a file, 0600 unless `mode` says otherwise: temporary file beside it, fsync, rename, and the folder synced. A reader sees the old text or the
 * new, never a part; once it returns, the new one outlives a power cut. Throws when the disk refuses; the old one then stays.
 */
export function writePrivateFile(path: string, text: string, mode?: number): void {
  const temporary = writeTemporary(path, text, mode);
  try {
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
  syncFolder(dirname(path));
}

/** The name itself is on the disk only when its folder is. Windows cannot, and needs not (its log of changes is in order). */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } catch (error) {
    // Some file systems of other machines do not know it.
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
  } finally {
    closeSync(fd);
  }
}

/** Creates a file, 0600, and gives false when one is already there: of several processes that race, one wins. */
export function createPrivateFile(path: string, text: string): boolean {
  const temporary = writeTemporary(path, text);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
}

/** Removes a file only while its text is still ours, so that a successor's file survives us. */
export function removeIfOurs(path: string, text: string): void {
  const now = readPrivateFile(path, Math.max(text.length * 4, 1024));
  if (now.outcome === "read" && now.text === text) unlinkSync(path);
}

/** A process that was killed between the two steps leaves its file, with all that it was to hold; no write takes this long. */
const LEFT_MS = 10 * 60_000;
const TEMPORARY = /^\.[0-9a-f]{12}\.tmp$/;

/** Removes what killed processes left of their writes in this folder. Never throws. */
export function removeLeftTemporaries(folder: string, now = Date.now()): void {
  try {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (TEMPORARY.test(name) && now - lstatSync(path).mtimeMs > LEFT_MS) unlinkSync(path);
    }
  } catch {
    // Another process has removed it, or will.
  }
}

function writeTemporary(path: string, text: string, mode?: number): string {
  const temporary = join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
  const fd = openSync(temporary, "wx", 0o600);
  try {
    const bytes = Buffer.from(text);
    // A disk that fills up takes a part first, and refuses the rest.
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    if (mode !== undefined) fchmodSync(fd, mode);
    fsyncSync(fd);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
  return temporary;
}
