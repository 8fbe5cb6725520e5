/** Which folder a session works in: what was asked for, or the one that fits the agent. */
import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { AgentId } from "../../shared/protocol/app-frames.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { oneLine } from "../../shared/text/visible.ts";

/** Faults: `folder-not-found`, `folder-not-absolute`. */
export function workingFolder(asked: string | undefined, agent: AgentId): Result<string> {
  const folder = asked?.trim() ? expandHome(asked.trim()) : agent === "demo" ? programFolder() : homedir();
  if (!isAbsolute(folder))
    return failed("folder-not-absolute", `${oneLine(folder)} is not an absolute path.`, "Begin it with / or ~.");
  const path = resolve(folder);
  if (!isFolder(path)) {
    return failed("folder-not-found", `There is no folder ${oneLine(path)}.`, "Choose another one.");
  }
  return ok(path);
}

/** What no path can be, as text with a NUL or of 100,000 characters, is no folder either. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

export function expandHome(path: string): string {
  if (path === "~") return homedir();
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

/** The folder above this file that holds the program's package.json; inside a packed app, the folder of the package. */
function programFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    if (existsSync(join(folder, "package.json"))) return folder.endsWith(".asar") ? dirname(folder) : folder;
    const parent = dirname(folder);
    if (parent === folder) return homedir();
    folder = parent;
  }
}
