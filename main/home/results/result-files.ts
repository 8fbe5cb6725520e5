/** The pictures, sounds and other large parts of results: a file each, in one folder a session, beside the history. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Ids of sessions and names of parts are path parts only when they look like them. */
const SAFE = /^[A-Za-z0-9-]{1,64}$/;

export interface ResultFile {
  path: string;
  bytes: number;
  /** When it was written, milliseconds since 1970. */
  writtenMs: number;
}

/** The folder of a session's parts; undefined for an id that is none. */
const folderOf = (results: string, session: string): string | undefined =>
  SAFE.test(session) ? join(results, session) : undefined;

/** Where a part is; undefined for names that cannot be of one. Nothing says that it is there. */
export function resultPath(results: string, session: string, name: string): string | undefined {
  const folder = folderOf(results, session);
  return folder === undefined || !SAFE.test(name) ? undefined : join(folder, name);
}

export interface ResultLimits {
  /** Bytes of one session, and of all together: the oldest give way. */
  sessionBytes: number;
  bytes: number;
}

const LIMITS: ResultLimits = { sessionBytes: 256 * 1024 * 1024, bytes: 1024 * 1024 * 1024 };
/** What is left of what is too much, so that the next part does not need room as well. */
const LEFT = 0.9;

export interface ResultFiles {
  /**
   * Writes a part whole: it is there once this returns true, so that whoever reads its event finds it. False when the disk
   * refuses. One part is in memory at a time.
   */
  keep(session: string, name: string, base64: string): boolean;
}

/**
 * A writer of these files. The daemon is one, for its sessions; the gateway is another, for those of foreign daemons. Each
 * keeps to the limits with what it wrote and found; what others removed is noticed when room is needed.
 */
export function openResultFiles(results: string, limits = LIMITS): ResultFiles {
  /** Bytes of each session, counted once; never less than there are. */
  let sums: Map<string, number> | undefined;

  const count = () =>
    new Map(namesIn(results).map((session) => [session, sumOf(filesIn(join(results, session)))] as const));
  const total = () => [...(sums ?? []).values()].reduce((sum, bytes) => sum + bytes, 0);

  function makeRoom(session: string, bytes: number): void {
    sums ??= count();
    if ((sums.get(session) ?? 0) + bytes > limits.sessionBytes) {
      removeOldest(filesIn(join(results, session)), limits.sessionBytes * LEFT - bytes);
      sums = count();
    }
    if (total() + bytes > limits.bytes) {
      removeOldest(listResults(results), limits.bytes * LEFT - bytes);
      sums = count();
    }
  }

  return {
    keep(session, name, base64) {
      const folder = folderOf(results, session);
      const path = resultPath(results, session, name);
      if (folder === undefined || path === undefined) return false;
      const bytes = Buffer.from(base64, "base64");
      if (bytes.length > Math.min(limits.sessionBytes, limits.bytes)) return false;
      try {
        makeRoom(session, bytes.length);
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        // A name that no part can have, until it is whole.
        writeFileSync(`${path}.part`, bytes, { mode: 0o600 });
        renameSync(`${path}.part`, path);
        sums?.set(session, (sums.get(session) ?? 0) + bytes.length);
        return true;
      } catch {
        rmSync(`${path}.part`, { force: true });
        return false;
      }
    },
  };
}

const sumOf = (files: readonly ResultFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** `files` are in order of their age. */
function removeOldest(files: readonly ResultFile[], left: number): void {
  let sum = sumOf(files);
  for (const file of files) {
    if (sum <= left) return;
    rmSync(file.path, { force: true });
    sum -= file.bytes;
  }
}

/** All parts of all sessions, oldest first. */
export function listResults(results: string): ResultFile[] {
  return namesIn(results)
    .flatMap((session) => filesIn(join(results, session)))
    .sort(byAge);
}

/** Removes all parts of a session, if there are any. */
export function removeResults(results: string, session: string): void {
  const folder = folderOf(results, session);
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

const byAge = (a: ResultFile, b: ResultFile): number => a.writtenMs - b.writtenMs;

function filesIn(folder: string): ResultFile[] {
  return namesIn(folder)
    .flatMap((name) => {
      const path = join(folder, name);
      const found = statSync(path, { throwIfNoEntry: false });
      return found?.isFile() === true ? [{ path, bytes: found.size, writtenMs: found.mtimeMs }] : [];
    })
    .sort(byAge);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
