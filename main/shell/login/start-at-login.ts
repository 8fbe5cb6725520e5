/** Tells the system whether to start this app, hidden, when the person signs in. */
import { homedir } from "node:os";
import { ownAppImage } from "../../home/self-command.ts";
import type { ElectronApi } from "../electron-api.ts";
import { autostartPath, setAutostart } from "./autostart-entry.ts";

export interface LoginOptions {
  app: Pick<ElectronApi["app"], "setLoginItemSettings" | "getLoginItemSettings">;
  platform: NodeJS.Platform;
  self: { program: string; args: readonly string[] };
  env?: NodeJS.ProcessEnv;
}

/**
 * Gives `needs-approval` when the person has to allow it in the system's settings. An AppImage is started by its own file: what runs
 * inside is gone after the next start. macOS takes no arguments; it says at the start that it was a login (`wasOpenedAtLogin`).
 */
export function startAtLogin(options: LoginOptions, enabled: boolean): "done" | "needs-approval" {
  const { app, platform, self, env = process.env } = options;
  if (platform === "darwin") {
    app.setLoginItemSettings({ openAtLogin: enabled });
    return enabled && app.getLoginItemSettings().status === "requires-approval" ? "needs-approval" : "done";
  }
  if (platform !== "linux") {
    app.setLoginItemSettings({ openAtLogin: enabled, path: self.program, args: [...self.args, "--hidden"] });
    return "done";
  }
  const program = ownAppImage(env, self.program) ?? self.program;
  setAutostart(autostartPath(env, homedir()), enabled ? [program, ...self.args, "--hidden"] : undefined);
  return "done";
}
