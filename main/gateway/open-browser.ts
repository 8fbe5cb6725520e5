/** Owns opening the person's browser, where there is one to open. */
import { spawn } from "node:child_process";

/** Whether a browser on this machine would be seen by the person: not over SSH, in CI, or without a display. */
export function hasBrowser(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (env.CI !== undefined || env.SSH_CONNECTION !== undefined || env.SSH_TTY !== undefined) return false;
  if (platform === "darwin" || platform === "win32") return true;
  return env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined;
}

/** The system's own opener and its arguments; never a shell. */
export function browserCommand(url: string, platform: NodeJS.Platform): { command: string; args: string[] } {
  if (platform === "darwin") return { command: "open", args: [url] };
  if (platform === "win32") return { command: "rundll32", args: ["url.dll,FileProtocolHandler", url] };
  return { command: "xdg-open", args: [url] };
}

/** Opens `url` and gives whether that was begun. Silent where there is no browser: the link was printed. */
export function openBrowser(url: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (!hasBrowser(env, process.platform)) return Promise.resolve(false);
  const { command, args } = browserCommand(url, process.platform);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
