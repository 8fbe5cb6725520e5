/** Owns the search for a program as the system would do it: by path, or along PATH. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/**
 * The absolute path of an executable file; undefined when there is none. A name with a slash is taken relative to
 * `cwd` and is not searched for. Empty and relative entries of PATH are skipped: they would run what a project put there.
 */
export function findProgram(name: string, env: NodeJS.ProcessEnv, cwd = "/"): string | undefined {
  if (name.includes("/") || isAbsolute(name)) {
    const path = resolve(cwd, name);
    return isExecutable(path) ? path : undefined;
  }
  const endings = process.platform === "win32" ? (env.PATHEXT ?? ".EXE;.CMD").split(";") : [""];
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
