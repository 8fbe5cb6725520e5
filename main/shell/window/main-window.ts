/** Owns the app's one window: made when it is needed, shown when it has painted, its place remembered, its crashes survived. */
import type { ElectronApi, Window } from "../electron-api.ts";
import type { PageNotice } from "../links/pending-notices.ts";
import { keepState, readState } from "../settings/settings-file.ts";
import { RECOVERY_PATH } from "../ui/recovery-page.ts";
import { UI_ORIGIN } from "../ui/ui-origin.ts";
import { assertPreferences } from "./check-preferences.ts";
import { decideRecovery } from "./decide-recovery.ts";
import { titleBarOverlay, windowOptions } from "./window-options.ts";
import { parseWindowState, placeFor, rememberPlace } from "./window-state.ts";

const STATE_FILE = "window.json";

export interface MainWindowOptions {
  electron: Pick<ElectronApi, "app" | "BrowserWindow" | "nativeTheme" | "screen">;
  platform: NodeJS.Platform;
  preload: string;
  icon: string;
  /** Folder in which the window's place is kept. */
  state: string;
  /** Decides what a click on the window's close button does. */
  onClose: () => "close" | "hide" | "quit";
  onQuit: () => void;
  /** The page begins to load: it listens to nothing now. */
  onLoading: () => void;
  onProblem: (what: string, details: object) => void;
}

export interface MainWindow {
  current(): Window | undefined;
  /** Makes the window if there is none, and brings it to the front. */
  show(): void;
  hide(): void;
  send(notice: PageNotice): void;
  isFocused(): boolean;
  dispose(): void;
}

export function createMainWindow(options: MainWindowOptions): MainWindow {
  const { electron, platform } = options;
  let window: Window | undefined;
  let lastCrashAt: number | undefined;
  let wanted = false;
  let painted = false;

  function current(): Window | undefined {
    return window?.isDestroyed() === true ? undefined : window;
  }

  function make(): Window {
    const displays = electron.screen.getAllDisplays();
    const place = placeFor(parseWindowState(readState(options.state, STATE_FILE)), displays);
    const { maximized = false, ...bounds } = place ?? {};
    const dark = electron.nativeTheme.shouldUseDarkColors;
    const made = new electron.BrowserWindow(
      windowOptions({ bounds, dark, platform, preload: options.preload, icon: options.icon }),
    );
    if (!electron.app.isPackaged) assertPreferences(made.webContents);
    if (maximized) made.maximize();
    painted = false;
    made.on("ready-to-show", () => {
      painted = true;
      if (wanted) reveal(made);
    });
    made.on("close", (event) => {
      remember(made);
      const decision = options.onClose();
      if (decision === "close") return;
      event.preventDefault();
      if (decision === "hide") made.hide();
      else options.onQuit();
    });
    made.webContents.on("did-start-navigation", ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) options.onLoading();
    });
    made.webContents.on("render-process-gone", (_event, details) => {
      options.onProblem("the page's process is gone", { reason: details.reason, code: details.exitCode });
      const decision = decideRecovery(details.reason, lastCrashAt, Date.now());
      lastCrashAt = Date.now();
      if (decision === "reload") load(made, "/");
      if (decision === "explain") load(made, RECOVERY_PATH);
    });
    load(made, "/");
    return made;
  }

  function load(target: Window, path: string): void {
    target.loadURL(UI_ORIGIN + path).catch((error: unknown) => {
      options.onProblem("the page did not load", { reason: error instanceof Error ? error.message : String(error) });
    });
  }

  function remember(target: Window): void {
    const displays = electron.screen.getAllDisplays();
    const place = { ...target.getNormalBounds(), maximized: target.isMaximized() };
    const state = rememberPlace(parseWindowState(readState(options.state, STATE_FILE)), displays, place);
    const reason = keepState(options.state, STATE_FILE, state);
    if (reason !== undefined) options.onProblem("the window's place was not kept", { reason });
  }

  function reveal(target: Window): void {
    if (target.isMinimized()) target.restore();
    target.show();
    target.focus();
  }

  electron.nativeTheme.on("updated", () => {
    if (platform !== "darwin") current()?.setTitleBarOverlay(titleBarOverlay(electron.nativeTheme.shouldUseDarkColors));
  });

  function prepare(): Window {
    window = current() ?? make();
    return window;
  }

  return {
    current,
    show() {
      wanted = true;
      const target = prepare();
      if (painted) reveal(target);
    },
    hide: () => current()?.hide(),
    send({ channel, value }) {
      const contents = current()?.webContents;
      if (contents !== undefined && !contents.isDestroyed()) contents.send(channel, value);
    },
    isFocused: () => current()?.isFocused() === true,
    dispose() {
      const target = current();
      if (target === undefined) return;
      remember(target);
      target.destroy();
    },
  };
}
