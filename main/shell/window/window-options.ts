/** How the window is made: its security, its size limits and its frame on each platform. */
import type { BrowserWindowConstructorOptions, Rectangle, TitleBarOverlayOptions, WebPreferences } from "electron";
import type { PageTheme } from "../../../shared/protocol/host-bridge.ts";

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
export const titleBarOverlay = (theme: PageTheme): TitleBarOverlayOptions => ({
  color: COLOURS[theme].back,
  symbolColor: COLOURS[theme].symbols,
  height: TITLE_BAR_PX,
});

/** `--bg` and `--muted` of renderer/theme/tokens.css. */
const COLOURS: Readonly<Record<PageTheme, { back: string; symbols: string }>> = {
  dark: { back: "#0f1115", symbols: "#9aa3b2" },
  light: { back: "#f6f7f9", symbols: "#525c6b" },
  contrast: { back: "#000000", symbols: "#f0f0f0" },
};

export const backgroundColour = (theme: PageTheme): string => COLOURS[theme].back;

export interface WindowLook {
  bounds: Partial<Rectangle>;
  theme: PageTheme;
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
    backgroundColor: backgroundColour(look.theme),
    ...(look.platform === "darwin"
      ? {
          titleBarStyle: "hiddenInset",
          trafficLightPosition: { x: 13, y: 12 },
          // The page learns where the buttons are only with it; they have colours of their own there.
          titleBarOverlay: { height: TITLE_BAR_PX },
        }
      : { titleBarStyle: "hidden", titleBarOverlay: titleBarOverlay(look.theme), icon: look.icon }),
    webPreferences: { ...SECURE_PREFERENCES, preload: look.preload },
  };
}
