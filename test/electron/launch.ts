/** Chooses what the desktop tests run on, and gives back whatever they started. */
import { test as base } from "@playwright/test";
import { findElectron } from "../../scripts/start/electron-binary.ts";
import type { Desktop, DesktopOptions } from "./desktop.ts";
import { DoubleDesktop } from "./double-desktop.ts";
import { ElectronDesktop } from "./electron-desktop.ts";

export interface LaunchOptions extends DesktopOptions {
  /** False: a desktop without a tray. Only the double can be one. */
  tray?: boolean;
}

/** Why Electron itself cannot be tested here; undefined when it can. */
export function whyNoElectron(root: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (findElectron(root, env) === undefined) return "no Electron binary";
  if (process.platform === "linux" && !env.DISPLAY && !env.WAYLAND_DISPLAY) return "no display";
  return undefined;
}

/** Tests get `launch`, which starts the app on the double or on Electron, by the project in which they run. */
export const test = base.extend<{ launch: (options?: LaunchOptions) => Promise<Desktop> }>({
  launch: async ({ context }, use, info) => {
    const started: Desktop[] = [];
    await use(async (options = {}) => {
      const desktop =
        info.project.name === "electron"
          ? await ElectronDesktop.start(options)
          : await DoubleDesktop.start({ ...options, context });
      started.push(desktop);
      return desktop;
    });
    for (const desktop of started) await desktop.dispose();
  },
});

export { expect } from "@playwright/test";
