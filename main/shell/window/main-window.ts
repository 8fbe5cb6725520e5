/** The app's one window: made when it is needed, shown on whichever sign comes first, its place remembered, its crashes survived. */

import { type PageTheme, pageThemeSchema } from "../../../shared/protocol/host-bridge.ts";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { ElectronApi, Window } from "../electron-api.ts";
import type { PageNotice } from "../links/pending-notices.ts";
import type { ContextPlace } from "../menu/context-menu.ts";
import { keepState, readState } from "../settings/settings-file.ts";
import { RECOVERY_PATH } from "../ui/recovery-page.ts";
import { UI_ORIGIN } from "../ui/ui-origin.ts";
import { assertPreferences } from "./check-preferences.ts";
import { decideRecovery, recentCrashes } from "./decide-recovery.ts";
import { createReveal, type Reveal, type RevealSign, revealLimit } from "./reveal.ts";
import { backgroundColour, titleBarOverlay, windowOptions } from "./window-options.ts";
import { parseWindowState, placeFor, rememberPlace, rescuedPlace } from "./window-state.ts";
import { zoomLevel, zoomOf } from "./zoom-keys.ts";

const STATE_FILE = "window.json";
/** A load that another one replaced (net_error_list.h). */
const ERR_ABORTED = -3;

/** The theme of the last time, so that the window opens in it. */
const THEME_FILE = "theme.json";
const themeFileSchema = z.object({ theme: pageThemeSchema });

function readTheme(state: string): PageTheme | undefined {
  const text = readState(state, THEME_FILE);
  const read = text === undefined ? undefined : parseJson(themeFileSchema, text);
  return read?.ok === true ? read.value.theme : undefined;
}

export interface MainWindowOptions {
  electron: Pick<ElectronApi, "app" | "BrowserWindow" | "nativeTheme" | "screen">;
  platform: NodeJS.Platform;
  preload: string;
  icon: string;
  /** Folder in which the window's place is kept. */
  state: string;
  /** Decides what a click on the window's close button does; "close" at once, since the app then is on its way out. */
  onClose: () => "close" | Promise<"hide" | "quit">;
  onQuit: () => void;
  /** The system ends the person's session. */
  onSessionEnd: () => void;
  onContextMenu: (place: ContextPlace) => void;
  /** The page cannot be shown at all; resolves with whether to try it again. */
  onBroken: (reason: string) => Promise<boolean>;
  /** The window is there to be seen, for the first time; by what sign. */
  onShown: (by: RevealSign | "request") => void;
  /** The page begins to load: it listens to nothing now. */
  onLoading: () => void;
  onProblem: (what: string, details: object) => void;
}

export interface MainWindow {
  current(): Window | undefined;
  /** Makes the window if there is none, and brings it to the front; `now`, whether or not it has painted. */
  show(now?: boolean): void;
  /** The page has another theme than before. */
  setTheme(theme: PageTheme): void;
  /** Puts it where the person can find it without covering what they do. */
  showMinimized(): void;
  hide(): void;
  send(notice: PageNotice): void;
  isFocused(): boolean;
  dispose(): void;
}

export function createMainWindow(options: MainWindowOptions): MainWindow {
  const { electron, platform } = options;
  let window: Window | undefined;
  let reveal: Reveal | undefined;
  let crashes: number[] = [];
  let broken = false;
  let minimized = false;
  /** Waits for the end of full screen to be hidden. */
  let hiding = false;
  let pageTheme = readTheme(options.state);

  function current(): Window | undefined {
    return window?.isDestroyed() === true ? undefined : window;
  }

  function make(): Window {
    const displays = electron.screen.getAllDisplays();
    const place = placeFor(parseWindowState(readState(options.state, STATE_FILE)), displays);
    const { maximized = false, ...bounds } = place ?? {};
    const made = new electron.BrowserWindow(
      windowOptions({ bounds, theme: theme(), platform, preload: options.preload, icon: options.icon }),
    );
    if (!electron.app.isPackaged) assertPreferences(made.webContents);
    let shown = false;
    reveal?.dispose();
    const revealed = createReveal(revealLimit(platform), (sign) => {
      if (made.isDestroyed()) return;
      const first = !shown;
      shown = true;
      // A window that is maximized is shown by it, so not before.
      if (first && maximized) made.maximize();
      bringForward(made);
      if (first) options.onShown(sign ?? "request");
    });
    reveal = revealed;
    made.on("ready-to-show", () => revealed.sign("ready-to-show"));
    made.webContents.on("did-finish-load", () => revealed.sign("did-finish-load"));
    made.webContents.on("did-fail-load", (_event, code, description, _address, isMainFrame) => {
      if (!isMainFrame || code === ERR_ABORTED) return;
      revealed.sign("did-fail-load");
      options.onProblem("the page did not load", { reason: description, code });
    });
    made.webContents.on("before-input-event", (event, input) => {
      const zoom = zoomOf(input, platform);
      if (zoom === undefined) return;
      event.preventDefault();
      made.webContents.setZoomLevel(zoomLevel(made.webContents.getZoomLevel(), zoom));
    });
    made.webContents.on("context-menu", (_event, params) => options.onContextMenu(params));
    made.on("close", (event) => {
      remember(made);
      const decision = options.onClose();
      if (decision === "close") return;
      event.preventDefault();
      void decision.then((wish) => {
        if (made.isDestroyed()) return;
        if (wish === "hide") hide(made);
        else options.onQuit();
      });
    });
    made.on("session-end", () => {
      remember(made);
      options.onSessionEnd();
    });
    made.webContents.on("did-start-navigation", ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) options.onLoading();
    });
    made.webContents.on("render-process-gone", (_event, details) => {
      options.onProblem("the page's process is gone", { reason: details.reason, code: details.exitCode });
      options.onLoading();
      const now = Date.now();
      const decision = decideRecovery(details.reason, crashes, now);
      crashes = [...recentCrashes(crashes, now), now];
      revealed.sign("did-fail-load");
      if (decision === "reload") load(made, "/");
      if (decision === "explain") load(made, RECOVERY_PATH);
      if (decision === "ask") giveUp(made, `its process ended: ${details.reason}`);
    });
    load(made, "/");
    return made;
  }

  function load(target: Window, path: string): void {
    target.loadURL(UI_ORIGIN + path).catch((error: unknown) => {
      const reason = reasonOf(error);
      options.onProblem("the page did not load", { reason });
      // Another load took its place, or the window has gone.
      if (/ERR_ABORTED/.test(reason) || target.isDestroyed()) return;
      giveUp(target, reason);
    });
  }

  /** An empty window would say nothing, so the person is asked; one question at a time. */
  function giveUp(target: Window, reason: string): void {
    if (broken) return;
    broken = true;
    void options.onBroken(reason).then((again) => {
      broken = false;
      if (!again || target.isDestroyed()) return;
      crashes = [];
      load(target, "/");
    });
  }

  function remember(target: Window): void {
    const displays = electron.screen.getAllDisplays();
    const place = { ...target.getNormalBounds(), maximized: target.isMaximized() };
    const state = rememberPlace(parseWindowState(readState(options.state, STATE_FILE)), displays, place);
    const reason = keepState(options.state, STATE_FILE, state);
    if (reason !== undefined) options.onProblem("the window's place was not kept", { reason });
  }

  /** A display may have been taken away while the window was hidden, or under it. */
  function rescue(target: Window): void {
    if (target.isMinimized() || target.isMaximized() || target.isFullScreen()) return;
    const place = rescuedPlace(target.getNormalBounds(), electron.screen.getAllDisplays());
    if (place !== undefined) target.setBounds(place);
  }

  function bringForward(target: Window): void {
    hiding = false;
    if (minimized) {
      target.showInactive();
      target.minimize();
      return;
    }
    if (target.isMinimized()) target.restore();
    rescue(target);
    target.show();
    target.focus();
  }

  function hide(target: Window): void {
    reveal?.unwant();
    // A full-screen window of macOS that is hidden leaves a black space behind.
    if (platform === "darwin" && target.isFullScreen()) {
      hiding = true;
      target.once("leave-full-screen", () => {
        // Asked for again meanwhile: that takes a second there.
        if (hiding && !target.isDestroyed()) target.hide();
        hiding = false;
      });
      target.setFullScreen(false);
    } else target.hide();
  }

  function theme(): PageTheme {
    return pageTheme ?? (electron.nativeTheme.shouldUseDarkColors ? "dark" : "light");
  }

  function dress(): void {
    const target = current();
    if (target === undefined) return;
    target.setBackgroundColor(backgroundColour(theme()));
    // The buttons of macOS have colours of their own.
    if (platform !== "darwin") target.setTitleBarOverlay(titleBarOverlay(theme()));
  }

  // Once the page has told its theme, it also follows the system itself.
  electron.nativeTheme.on("updated", dress);

  const rescueCurrent = () => {
    const target = current();
    if (target?.isVisible() === true) rescue(target);
  };
  electron.screen.on("display-removed", rescueCurrent);
  electron.screen.on("display-metrics-changed", rescueCurrent);

  function prepare(): Window {
    window = current() ?? make();
    return window;
  }

  return {
    current,
    show(now) {
      minimized = false;
      prepare();
      reveal?.want(now);
    },
    setTheme(told) {
      if (told === pageTheme) return;
      pageTheme = told;
      keepState(options.state, THEME_FILE, { theme: told });
      dress();
    },
    showMinimized() {
      minimized = true;
      prepare();
      reveal?.want();
    },
    hide() {
      const target = current();
      if (target !== undefined) hide(target);
    },
    send({ channel, value }) {
      const contents = current()?.webContents;
      if (contents !== undefined && !contents.isDestroyed()) contents.send(channel, value);
    },
    isFocused: () => current()?.isFocused() === true,
    dispose() {
      reveal?.dispose();
      const target = current();
      if (target === undefined) return;
      remember(target);
      target.destroy();
    },
  };
}
