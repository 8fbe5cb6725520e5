/** The end of a program on Windows together with everything that it started there, where no signals exist. */
import { execFile } from "node:child_process";
import { join } from "node:path/win32";

/** Windows' own tool walks some hundred processes in well under a second. */
const LIMIT_MS = 5_000;

/** The system's own tool by its full path: a `taskkill` in a folder of PATH or in a project is not run. */
export function taskkill(pid: number, env: NodeJS.ProcessEnv = process.env): { command: string; args: string[] } {
  const root = env.SystemRoot ?? env.SYSTEMROOT ?? "C:\\Windows";
  return { command: join(root, "System32", "taskkill.exe"), args: ["/PID", String(pid), "/T", "/F"] };
}

/** Ends the process and its descendants. Resolves in 5 s at most; a process that is gone already is what was wanted. */
export function endWindowsTree(pid: number): Promise<void> {
  const { command, args } = taskkill(pid);
  return new Promise((resolve) => {
    execFile(command, args, { timeout: LIMIT_MS, windowsHide: true }, (error) => {
      if (error !== null && error.code === "ENOENT") endAlone(pid);
      resolve();
    });
  });
}

function endAlone(pid: number): void {
  try {
    process.kill(pid);
  } catch {
    // Gone already.
  }
}
