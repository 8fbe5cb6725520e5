/** Owns how the window is made: its security, its size limits and its frame on each platform. */
import type { BrowserWindowConstructorOptions, Rectangle, TitleBarOverlayOptions, WebPreferences } from "electron";

/**
 * Electron's security checklist, written out, defaults included, so that a change of a default changes nothing here.
 * https://www.electronjs.org/docs/latest/tutorial/security
 */
export const SECURE_PREFERENCES = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  plugins: false,
  safeDialogs: true,
  spellcheck: false,
} as const satisfies WebPreferences;

/** The height of the page's own title bar, less its line. */
const TITLE_BAR_PX = 39;

/** The window's buttons where the page draws the bar around them; colours are the page's own. */
export const titleBarOverlay = (dark: boolean): TitleBarOverlayOptions => ({
  color: dark ? "#0f1115" : "#f6f7f9",
  symbolColor: dark ? "#9aa3b2" : "#525c6b",
  height: TITLE_BAR_PX,
});

export interface WindowLook {
  bounds: Partial<Rectangle>;
  dark: boolean;
  platform: NodeJS.Platform;
  preload: string;
  icon: string;
}

/** Shown only when it has painted, on the colour it will have, so that nothing flashes. */
export function windowOptions(look: WindowLook): BrowserWindowConstructorOptions {
  return {
    width: 1280,
    height: 820,
    ...look.bounds,
    minWidth: 400,
    minHeight: 300,
    show: false,
    title: "Signalbox",
    backgroundColor: look.dark ? "#0f1115" : "#f6f7f9",
    ...(look.platform === "darwin"
      ? { titleBarStyle: "hiddenInset", trafficLightPosition: { x: 13, y: 12 } }
      : { titleBarStyle: "hidden", titleBarOverlay: titleBarOverlay(look.dark), icon: look.icon }),
    webPreferences: { ...SECURE_PREFERENCES, preload: look.preload },
  };
}
