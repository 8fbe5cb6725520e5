/** Decides whether a folder lies inside a git worktree. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** True when the folder or one above it holds `.git`, which is a folder in a clone and a file in a linked worktree. */
export function isWorktree(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return true;
    if (dirname(at) === at) return false;
  }
}
