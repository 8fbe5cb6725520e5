/** The first walk over a folder: which files there are, up to a bound, which is reported. */
import { lstat, opendir } from "node:fs/promises";
import { join, relative } from "node:path";

export const MAX_FILES = 10_000;
export const MAX_BYTES = 1024 * 1024 * 1024;

export interface FoundFile {
  path: string;
  /** Relative to the folder, with forward slashes. */
  name: string;
  size: number;
}

export interface Walk {
  /** Sorted by name. */
  files: FoundFile[];
  bytes: number;
  /** Folders and files that could not be read. */
  unreadable: number;
  /** Why the walk ended early, as a sentence; undefined when it saw everything. */
  bound: string | undefined;
}

/** Files below `folder`: no `.git`, no symbolic links, hidden files included. Throws when the folder itself cannot be read, or when aborted. */
export async function walkFolder(folder: string, signal: AbortSignal): Promise<Walk> {
  const walk: Walk = { files: [], bytes: 0, unreadable: 0, bound: undefined };
  const queue = [folder];
  for (let next = queue.shift(); next !== undefined && walk.bound === undefined; next = queue.shift()) {
    signal.throwIfAborted();
    try {
      for await (const entry of await opendir(next)) {
        const path = join(next, entry.name);
        if (entry.isDirectory() && entry.name !== ".git") queue.push(path);
        else if (entry.isFile()) await add(walk, folder, path);
        if (walk.bound !== undefined) break;
      }
    } catch (error) {
      if (next === folder) throw error;
      walk.unreadable += 1;
    }
  }
  walk.files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return walk;
}

async function add(walk: Walk, folder: string, path: string): Promise<void> {
  try {
    const { size } = await lstat(path);
    if (walk.files.length >= MAX_FILES) walk.bound = `stopped at ${MAX_FILES.toLocaleString("en")} files`;
    else if (walk.bytes + size > MAX_BYTES) walk.bound = "stopped at 1 GiB";
    else {
      walk.files.push({ path, name: relative(folder, path).replaceAll("\\", "/"), size });
      walk.bytes += size;
    }
  } catch {
    walk.unreadable += 1;
  }
}
