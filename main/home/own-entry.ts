/** Judges what stands in the home folder: whether it is the person's own, and no way to anything else. */
import { chmodSync, closeSync, lstatSync, openSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";

export const FOREIGN = "it belongs to another user";
/** Files that SQLite keeps beside a database: what they say is taken for what the database says. */
const BESIDE = ["-wal", "-shm", "-journal"];
/** Entries that are looked at in a folder that others could write; nobody's home has as many. */
const MAX_ENTRIES = 100_000;

/**
 * Why `path`, which is written in place, must not be used: somebody else's, another name of another file, writable by
 * others. Undefined when it is fine or nothing is there. A link of the person's own to a file of their own is fine.
 */
export function whyNotOwn(path: string): string | undefined {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return undefined;
  const file = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
  if (isForeign(entry) || (file !== undefined && isForeign(file))) return FOREIGN;
  if (file === undefined) return undefined;
  if (!file.isFile()) return "it is not a regular file";
  if (file.nlink > 1) return "it has another name elsewhere (a hard link)";
  if (process.platform !== "win32" && (file.mode & 0o022) !== 0) return "other users may write to it";
  return undefined;
}

/**
 * Makes a database's file one that nobody else reads, 0600, before it is opened; SQLite would create it readable by all
 * that the umask allows, and gives its side files the mode of the main one. Throws a sentence with the next step when
 * it, or a file beside it, must not be used.
 */
export function claimDatabase(path: string): void {
  for (const name of [path, ...BESIDE.map((suffix) => path + suffix)]) {
    const reason = whyNotOwn(name);
    if (reason !== undefined) throw new Error(`${name} is not used: ${reason}. ${MOVE_AWAY}`);
  }
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) closeSync(openSync(path, "a", 0o600));
  else if (process.platform !== "win32" && (file.mode & 0o077) !== 0) chmodSync(path, 0o600);
}

const MOVE_AWAY = "Move it away, or make it yours alone if you know where it comes from (chown, chmod 600).";

/**
 * What others left in a folder of the person's own, sockets and devices included, by path. Looks into subfolders only
 * when `deep`. Links that the person made count as theirs, wherever they lead.
 */
export function foreignEntries(folder: string, deep: boolean): string[] {
  const found: string[] = [];
  const folders = [folder];
  let looked = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const name of readdirSync(next)) {
      const path = join(next, name);
      const entry = lstatSync(path, { throwIfNoEntry: false });
      if (entry === undefined) continue;
      looked += 1;
      if (isForeign(entry) || looked > MAX_ENTRIES) found.push(path);
      else if (deep && entry.isDirectory()) folders.push(path);
      if (found.length > 0 && looked > MAX_ENTRIES) return found;
    }
  }
  return found;
}

const isForeign = ({ uid }: Stats): boolean => process.getuid !== undefined && uid !== process.getuid();
