/** Owns telling the system whether to start this app, hidden, when the person signs in. */
import { homedir } from "node:os";
import type { ElectronApi } from "../electron-api.ts";
import { autostartPath, setAutostart } from "./autostart-entry.ts";

export interface LoginOptions {
  app: Pick<ElectronApi["app"], "setLoginItemSettings">;
  platform: NodeJS.Platform;
  self: { program: string; args: readonly string[] };
  env?: NodeJS.ProcessEnv;
}

/** An AppImage is started by its own file: what runs inside is gone after the next start. */
export function startAtLogin(options: LoginOptions, enabled: boolean): void {
  const { app, platform, self, env = process.env } = options;
  if (platform !== "linux") {
    app.setLoginItemSettings({ openAtLogin: enabled, path: self.program, args: [...self.args, "--hidden"] });
    return;
  }
  const program = env.APPIMAGE ?? self.program;
  setAutostart(autostartPath(env, homedir()), enabled ? [program, ...self.args, "--hidden"] : undefined);
}
