/** The search for a program as the system would do it: by path, or along PATH. */
import { accessSync, constants, statSync } from "node:fs";
import { posix, win32 } from "node:path";
import { variable } from "./variable.ts";

export interface SearchOptions {
  platform?: NodeJS.Platform;
  /** Whether the file is there and may be run. */
  isExecutable?: (path: string) => boolean;
}

/** What Windows runs when PATHEXT is not set, of what can be run in a terminal. */
const DEFAULT_ENDINGS = ".COM;.EXE;.BAT;.CMD";

/**
 * The absolute path of an executable file; undefined when there is none. A name with a slash is taken relative to
 * `cwd` and is not searched for. Empty and relative entries of PATH are skipped: they would run what a project put there.
 * On Windows a name may lack its ending, which is then looked for in the order of PATHEXT.
 */
export function findProgram(
  name: string,
  env: NodeJS.ProcessEnv,
  cwd = "/",
  { platform = process.platform, isExecutable = isExecutableFile }: SearchOptions = {},
): string | undefined {
  if (name === "") return undefined;
  const windows = platform === "win32";
  const path = windows ? win32 : posix;
  const endings = windows ? windowsEndings(name, env) : [""];
  const withEnding = (file: string) => endings.map((ending) => file + ending).find(isExecutable);
  if (name.includes("/") || (windows && /[\\:]/.test(name))) return withEnding(path.resolve(cwd, name));
  for (const entry of (variable(env, "PATH", platform) ?? "").split(path.delimiter)) {
    // Windows lets an entry stand in quotes.
    const folder = windows ? entry.replace(/^"(.*)"$/, "$1") : entry;
    if (!isFull(folder, windows)) continue;
    const found = withEnding(path.join(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** On Windows a folder without a drive is one of whatever drive is current. */
const isFull = (folder: string, windows: boolean): boolean =>
  windows ? /^(?:[a-z]:[\\/]|\\\\[^\\]+\\)/i.test(folder) : posix.isAbsolute(folder);

/** A name that has such an ending is complete. Without one it is no program there: npm puts a Unix script of that name beside its shim. */
function windowsEndings(name: string, env: NodeJS.ProcessEnv): string[] {
  const endings = (variable(env, "PATHEXT", "win32") || DEFAULT_ENDINGS)
    .split(";")
    .map((ending) => ending.trim().toLowerCase())
    .filter((ending) => ending.startsWith("."));
  const own = win32.extname(name).toLowerCase();
  return own !== "" && (endings.includes(own) || own === ".ps1") ? ["", ...endings] : endings;
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
