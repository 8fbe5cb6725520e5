/** Owns the tray icon while the app runs: it follows the state, at most twice a second. */
import { join } from "node:path";
import type { ElectronApi, TrayIcon } from "../electron-api.ts";
import type { ShellAction } from "../shell-action.ts";
import { type TrayRow, trayRows, trayTemplate } from "./tray-menu.ts";
import type { TrayMood, TrayState } from "./tray-state.ts";

const MIN_INTERVAL_MS = 500;

export interface RunningTray {
  /** False on a desktop without a tray: nothing may then depend on it. */
  readonly present: boolean;
  /** Something changed; the tray asks for the state when it is due. */
  changed(): void;
  dispose(): void;
}

export interface TrayOptions {
  electron: Pick<ElectronApi, "createTray" | "nativeTheme">;
  icons: string;
  platform: NodeJS.Platform;
  state: () => TrayState;
  /** Rows before "Quit" that are not about sessions. */
  extraRows?: () => TrayRow[];
  run: (action: ShellAction) => void;
  /** Told once when there is no tray. */
  onMissing: (error: unknown) => void;
}

/** A template image on macOS, which colours it itself; elsewhere drawn for a dark or a light bar. */
export function trayIcon(icons: string, mood: TrayMood, platform: NodeJS.Platform, dark: boolean): string {
  if (platform === "darwin") return join(icons, `${mood}Template.png`);
  return join(icons, `${mood}-${dark ? "dark" : "light"}.${platform === "win32" ? "ico" : "png"}`);
}

export function runTray(options: TrayOptions): RunningTray {
  const { electron, icons, platform } = options;
  let tray: TrayIcon;
  let shown = "";
  let timer: NodeJS.Timeout | undefined;
  let last = 0;
  let disposed = false;
  try {
    tray = electron.createTray(trayIcon(icons, "idle", platform, electron.nativeTheme.shouldUseDarkColors));
  } catch (error) {
    options.onMissing(error);
    return { present: false, changed: () => {}, dispose: () => {} };
  }
  // The menu opens on a click by itself on macOS and Linux; Windows expects the window.
  if (platform === "win32") tray.on("click", () => options.run({ do: "show" }));

  function draw(): void {
    timer = undefined;
    last = Date.now();
    const state = options.state();
    const icon = trayIcon(icons, state.mood, platform, electron.nativeTheme.shouldUseDarkColors);
    const rows = trayRows(state, options.extraRows?.() ?? []);
    // An equal menu is not set again: a menu that is open would close under the pointer.
    const next = JSON.stringify([icon, state.tooltip, state.title, rows]);
    if (next === shown) return;
    shown = next;
    tray.setImage(icon);
    tray.setToolTip(state.tooltip);
    if (platform === "darwin") tray.setTitle(state.title);
    tray.setMenu(trayTemplate(rows, options.run, platform));
  }

  function changed(): void {
    if (timer !== undefined || disposed) return;
    timer = setTimeout(draw, Math.max(0, last + MIN_INTERVAL_MS - Date.now()));
  }

  electron.nativeTheme.on("updated", changed);
  draw();
  return {
    present: true,
    changed,
    dispose() {
      disposed = true;
      clearTimeout(timer);
      tray.destroy();
    },
  };
}
