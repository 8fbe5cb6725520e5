/** The tray icon while the app runs: it follows the state, at most twice a second, and knows whether anybody can see it. */
import { join } from "node:path";
import type { ElectronApi, TrayIcon } from "../electron-api.ts";
import type { ShellAction } from "../shell-action.ts";
import { type TrayRow, trayRows, trayTemplate } from "./tray-menu.ts";
import type { TrayMood, TrayState } from "./tray-state.ts";

const MIN_INTERVAL_MS = 500;
/** How often a hidden app looks whether its icon is still shown: a desktop's shell may start again and know nothing of it. */
const WATCH_MS = 60_000;
/** A shell that starts again is away for a moment. */
const LOST_AFTER = 2;

export interface RunningTray {
  /** False where nobody can see the icon: nothing may then depend on it. What was known last. */
  readonly present: boolean;
  /** Asks again whether somebody can see it; answers in about a second at most. */
  check(): Promise<boolean>;
  /** Something changed; the tray asks for the state when it is due. */
  changed(): void;
  dispose(): void;
}

export interface TrayOptions {
  electron: Pick<ElectronApi, "createTray" | "nativeTheme">;
  icons: string;
  platform: NodeJS.Platform;
  /** Name of the desktop, XDG_CURRENT_DESKTOP. */
  desktop?: string | undefined;
  state: () => TrayState;
  /** Rows before "Quit" that are not about sessions. */
  extraRows?: () => TrayRow[];
  run: (action: ShellAction) => void;
  /** Who shows tray icons here; undefined where nobody does. */
  host: () => Promise<string | undefined>;
  /** Whether the tray is the only way to the app now. */
  hidden?: () => boolean;
  /** The tray is the only way to the app, and nobody has shown it for a while. */
  onLost?: () => void;
  /** Told when that is known, and whenever it changes. */
  onPresence: (tray: { present: boolean; host: boolean }) => void;
  /** Told when the icon cannot be made. */
  onMissing: (error: unknown) => void;
}

/** A template image on macOS, which colours it itself; elsewhere drawn for a dark or a light bar. */
export function trayIcon(icons: string, mood: TrayMood, platform: NodeJS.Platform, dark: boolean): string {
  if (platform === "darwin") return join(icons, `${mood}Template.png`);
  return join(icons, `${mood}-${dark ? "dark" : "light"}.${platform === "win32" ? "ico" : "png"}`);
}

/** The top bar of these desktops is dark in their light theme too. */
export const hasDarkBar = (desktop: string | undefined): boolean =>
  (desktop ?? "").split(":").some((name) => /^(?:GNOME|Unity|Pantheon)\b/i.test(name));

export function runTray(options: TrayOptions): RunningTray {
  const { electron, icons, platform } = options;
  let tray: TrayIcon | undefined;
  let host: string | undefined;
  let lost = 0;
  let told: string | undefined;
  let shown = "";
  let timer: NodeJS.Timeout | undefined;
  let last = 0;
  let disposed = false;
  let checking: Promise<boolean> | undefined;
  const darkBar = platform === "linux" && hasDarkBar(options.desktop);
  const icon = (mood: TrayMood) => trayIcon(icons, mood, platform, darkBar || electron.nativeTheme.shouldUseDarkColors);

  /** Made again when a host has come, or another one: it knows nothing of an icon that was made before. */
  function make(): void {
    tray?.destroy();
    tray = undefined;
    shown = "";
    try {
      tray = electron.createTray(icon("idle"));
    } catch (error) {
      options.onMissing(error);
      return;
    }
    // The menu opens on a click by itself on macOS and Linux; Windows expects the window.
    if (platform === "win32") tray.on("click", () => options.run({ do: "show" }));
    draw();
  }

  async function look(): Promise<boolean> {
    const [first, before] = [told === undefined, host];
    host = await options.host();
    checking = undefined;
    if (disposed) return false;
    if (!first && host !== undefined && host !== before) make();
    const news = { present: tray !== undefined && host !== undefined, host: host !== undefined };
    if (JSON.stringify(news) !== told) options.onPresence(news);
    told = JSON.stringify(news);
    return news.present;
  }

  function draw(): void {
    clearTimeout(timer);
    timer = undefined;
    last = Date.now();
    if (tray === undefined) return;
    const state = options.state();
    const image = icon(state.mood);
    const rows = trayRows(state, options.extraRows?.() ?? []);
    // An equal menu is not set again: a menu that is open would close under the pointer.
    const next = JSON.stringify([image, state.tooltip, state.title, rows]);
    if (next === shown) return;
    shown = next;
    tray.setImage(image);
    tray.setToolTip(state.tooltip);
    if (platform === "darwin") tray.setTitle(state.title);
    tray.setMenu(trayTemplate(rows, options.run, platform));
  }

  function changed(): void {
    if (timer !== undefined || disposed || tray === undefined) return;
    timer = setTimeout(draw, Math.max(0, last + MIN_INTERVAL_MS - Date.now()));
  }

  function check(): Promise<boolean> {
    checking ??= look();
    return checking;
  }

  async function watch(): Promise<void> {
    if (options.hidden?.() !== true) {
      lost = 0;
      return;
    }
    lost = (await check()) ? 0 : lost + 1;
    if (lost === LOST_AFTER && options.hidden()) options.onLost?.();
  }

  electron.nativeTheme.on("updated", changed);
  // Elsewhere the system itself asks for the icon again, and Electron gives it (TaskbarCreated on Windows).
  const watching = platform === "linux" ? setInterval(() => void watch(), WATCH_MS) : undefined;
  watching?.unref();
  make();
  void check();
  return {
    get present() {
      return tray !== undefined && host !== undefined;
    },
    check,
    changed,
    dispose() {
      disposed = true;
      clearTimeout(timer);
      clearInterval(watching);
      tray?.destroy();
    },
  };
}
