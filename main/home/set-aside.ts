/**
 * Opens the databases of the home folder, and sets one aside that is damaged: after a power cut or a full disk Signalbox
 * starts, says what happened, and throws nothing away.
 */
import { existsSync, readdirSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { claimDatabase } from "./own-entry.ts";

/** Between a database's path and the time at which it was set aside. */
const MARK = ".damaged-";
const BESIDE = ["-wal", "-shm", "-journal"];
/** Pages are looked through at each start up to this size, in some 10 ms. */
const MAX_CHECK_PAGES = 4_096;

/** What is found when the database is opened; the caller's own checks may throw it too. */
export class DamagedDatabase extends Error {}

/**
 * Opens `path`, which is made when it is missing, and gives what `prepare` makes of it. A damaged file is renamed, with its
 * side files, and another one begun: `setAside` names it then. Throws what the disk says, and what `prepare` throws about
 * anything but damage.
 */
export function openOrSetAside<T>(
  path: string,
  prepare: (database: DatabaseSync) => T,
): { value: T; setAside: string | undefined } {
  try {
    return { value: open(path, prepare), setAside: undefined };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const aside = asideName(path);
    for (const suffix of ["", ...BESIDE]) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    return { value: open(path, prepare), setAside: aside };
  }
}

function open<T>(path: string, prepare: (database: DatabaseSync) => T): T {
  claimDatabase(path);
  const database = new DatabaseSync(path, { timeout: 2_000 });
  try {
    // Damage inside is otherwise found by whoever reads that page first, when it is too late to begin another file.
    const pages = Number(database.prepare("PRAGMA page_count").get()?.page_count ?? 0);
    if (pages > 0 && pages <= MAX_CHECK_PAGES) {
      const said = database.prepare("PRAGMA quick_check(1)").get()?.quick_check;
      if (said !== "ok") throw new DamagedDatabase(`${path} is damaged: ${String(said)}`);
    }
    return prepare(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Moves a damaged file away, so that the next one written in its place loses nothing. Gives its name; undefined when it stays. */
export function setFileAside(path: string): string | undefined {
  const aside = asideName(path);
  try {
    renameSync(path, aside);
    return aside;
  } catch {
    return undefined;
  }
}

const asideName = (path: string) => `${path}${MARK}${new Date().toISOString().replaceAll(":", "-")}`;

/** Files that were set aside earlier, oldest first. */
export function setAsideOf(path: string): string[] {
  const folder = dirname(path);
  if (!existsSync(folder)) return [];
  const start = basename(path) + MARK;
  return readdirSync(folder)
    .filter((name) => name.startsWith(start) && !BESIDE.some((suffix) => name.endsWith(suffix)))
    .sort()
    .map((name) => join(folder, name));
}

/** SQLITE_CORRUPT and SQLITE_NOTADB: https://sqlite.org/rescode.html */
function isDamage(error: unknown): boolean {
  if (error instanceof DamagedDatabase) return true;
  if (!(error instanceof Error) || !("errcode" in error)) return false;
  // Extended codes have the plain one in their lowest byte.
  const code = Number(error.errcode) & 0xff;
  return code === 11 || code === 26;
}
