/** Checks before a program is started, so that what is wrong is said instead of seen as an empty terminal. */
import { statSync } from "node:fs";
import { failed, ok, type Result } from "../../../../shared/protocol/fault.ts";
import { findProgram } from "../../../agents/find-program.ts";
import { BATCH } from "../../../agents/windows-command.ts";

export interface Launch {
  /** Absolute path. */
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

/** Faults: `no-such-folder`, `command-not-found`, `terminal-failed`. */
export function prepareStart(
  command: string,
  args: string[],
  cwd: string,
  env: Record<string, string>,
): Result<Launch> {
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    return failed("no-such-folder", `The folder ${cwd} doesn't exist.`, "Choose another folder.");
  }
  // execve(2) would read only what precedes it.
  if ([command, cwd, ...args, ...Object.entries(env).flat()].some((text) => text.includes("\0"))) {
    return failed("terminal-failed", "Couldn't start a terminal: an argument contains a NUL character.");
  }
  const path = findProgram(command, env, cwd);
  if (path === undefined) {
    return failed(
      "command-not-found",
      `\`${command}\` wasn't found on PATH.`,
      "Check the command, or give its full path.",
    );
  }
  // The command interpreter, which runs these files, would read the line only up to there.
  if (process.platform === "win32" && BATCH.test(path) && args.some((text) => /[\r\n]/.test(text))) {
    return failed(
      "terminal-failed",
      "Couldn't start a terminal: an argument contains a line break, which Windows cannot hand to a batch file.",
      "Write the argument on one line.",
    );
  }
  return ok({ command: path, args, env, cwd });
}
