/** Opens a file of ours in the person's browser, where there is one to open. */
import { execFile, spawn } from "node:child_process";

/** Windows' own opener, as seen from Linux inside Windows (WSL). */
const EXPLORER = "/mnt/c/Windows/explorer.exe";
const ANSWER_MS = 2_000;

/** Whether a browser on this machine would be seen by the person: not over SSH, in CI, or without a display. */
export function hasBrowser(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (env.CI !== undefined || env.SSH_CONNECTION !== undefined || env.SSH_TTY !== undefined) return false;
  if (platform === "darwin" || platform === "win32" || inWindows(env, platform)) return true;
  return env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined;
}

const inWindows = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform) =>
  platform === "linux" && env.WSL_DISTRO_NAME !== undefined;

/**
 * The system's own opener and its arguments; never a shell. A file, never an address: every user of this machine may
 * read the arguments of every process, and the address that signs a browser in holds a code (decision 0027).
 */
export function browserCommand(
  file: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): { command: string; args: string[] } {
  if (platform === "darwin") return { command: "open", args: [file] };
  if (platform === "win32") return { command: "rundll32", args: ["url.dll,FileProtocolHandler", file] };
  if (inWindows(env, platform)) return { command: EXPLORER, args: [file] };
  return { command: "xdg-open", args: [file] };
}

/** Opens an HTML file and gives whether that was begun. Silent where there is no browser. */
export async function openBrowser(file: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (!hasBrowser(env, process.platform)) return false;
  const named = inWindows(env, process.platform) ? await output("wslpath", ["-w", file], env) : file;
  if (named === undefined) return false;
  const { command, args } = browserCommand(named, env, process.platform);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "ignore", detached: true, env });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}

/**
 * The Snap package that opens HTML files here, if it is one: such a browser reads no hidden folder, so no file of the
 * home folder. Its entries are named `<package>_<program>.desktop`.
 */
export async function snapOfBrowser(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (process.platform !== "linux" || inWindows(env, process.platform)) return undefined;
  const entry = await output("xdg-mime", ["query", "default", "text/html"], env);
  return /^([a-z0-9-]+)_[\w.-]+\.desktop$/.exec(entry ?? "")?.[1];
}

function output(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { env, timeout: ANSWER_MS }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : undefined),
    );
  });
}
