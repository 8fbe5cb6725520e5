/** The terminal's options as the settings and the theme give them. */
import type { ITerminalInitOnlyOptions, ITerminalOptions } from "@xterm/xterm";
import { chosenScheme, useSettings } from "../stores/settings-store.ts";
import { MINIMUM_CONTRAST, type ThemeName, terminalTheme } from "../theme/terminal-theme.ts";

export const isNarrow = (): boolean => window.matchMedia("(max-width: 759px)").matches;

const BUNDLED = '"JetBrains Mono Variable", "Signalbox Box Drawing", ui-monospace, "DejaVu Sans Mono", monospace';

/** Of these the first that is there gives the row its height. */
function families(own: string): string {
  const names = own.split(",").map((name) => name.trim().replace(/["']/g, ""));
  return [...names.filter((name) => name !== "").map((name) => `"${name}"`), BUNDLED].join(", ");
}

/** Options that may change while the terminal lives. */
export function changingOptions(theme: ThemeName): ITerminalOptions {
  const settings = useSettings.getState();
  return {
    // A phone is held closer.
    fontSize: isNarrow() ? settings.fontSize - 1 : settings.fontSize,
    fontFamily: families(settings.fontFamily),
    lineHeight: settings.lineHeight,
    cursorBlink: settings.cursorBlink && settings.motion !== "reduced",
    cursorStyle: settings.cursorStyle,
    scrollback: settings.scrollback,
    screenReaderMode: settings.screenReader,
    theme: terminalTheme(theme, chosenScheme(settings)),
    minimumContrastRatio: theme === "contrast" ? 7 : MINIMUM_CONTRAST,
  };
}

export function terminalOptions(): ITerminalOptions & ITerminalInitOnlyOptions {
  const theme = document.documentElement.dataset.theme;
  return {
    ...changingOptions(theme === "light" || theme === "contrast" ? theme : "dark"),
    // The grapheme addon is still a proposed API.
    allowProposedApi: true,
    cursorInactiveStyle: "outline",
    overviewRuler: { width: 10 },
    drawBoldTextInBrightColors: false,
    // Where a program follows the pointer, as Shift does elsewhere.
    macOptionClickForcesSelection: true,
    rightClickSelectsWord: false,
    scrollOnUserInput: true,
    cols: 80,
    rows: 24,
  };
}
