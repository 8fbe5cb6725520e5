/** V8's cache of compiled code: a start reads what an earlier one compiled, which saves some 20 ms of 150. */
import { readdirSync, rmSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import { type HomeFolder, prepareHomeFolder } from "./home-folder.ts";

/** Files of all versions together; above it the cache begins anew, so that updates do not pile up. */
const MAX_FILES = 400;

/**
 * Call it before the code is imported that it shall hold. The cache is code that will run, so it lies in the home folder,
 * which belongs to the person alone, and not in a folder for all. Without a usable one, from the sources, and inside Electron,
 * whose files are in an archive, nothing is done.
 */
export function useCompileCache(home: HomeFolder): void {
  if (import.meta.url.endsWith(".ts") || process.versions.electron !== undefined) return;
  // Older versions of Node, in which the built product runs too, do not have it.
  if (module.enableCompileCache === undefined) return;
  const folder = join(home.path, "cache");
  try {
    prepareHomeFolder(home);
    if (countFiles(folder) > MAX_FILES) rmSync(folder, { recursive: true, force: true });
  } catch {
    return;
  }
  module.enableCompileCache(folder);
}

function countFiles(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true }).length;
  } catch {
    return 0;
  }
}
