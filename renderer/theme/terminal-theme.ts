/** The terminal's colours for both themes; its ground is the page's own token. */
import type { ITheme } from "@xterm/xterm";
import { DARK_TERMINAL } from "../../shared/protocol/terminal-colours.ts";
import { type ColorScheme, schemeTheme } from "./color-scheme.ts";

/** In the order in which programs count them. */
export const NAMED = [
  ...(["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const),
  ...(["brightBlack", "brightRed", "brightGreen", "brightYellow"] as const),
  ...(["brightBlue", "brightMagenta", "brightCyan", "brightWhite"] as const),
] as const;

const named: Pick<ITheme, (typeof NAMED)[number]> = Object.fromEntries(
  NAMED.map((name, index) => [name, DARK_TERMINAL.named[index] ?? DARK_TERMINAL.foreground]),
);
const DARK: ITheme = {
  background: DARK_TERMINAL.background,
  foreground: DARK_TERMINAL.foreground,
  cursor: DARK_TERMINAL.cursor,
  cursorAccent: DARK_TERMINAL.background,
  selectionBackground: "#2d4468",
  selectionInactiveBackground: "#252c38",
  overviewRulerBorder: "#00000000",
  scrollbarSliderBackground: "#818b9b40",
  scrollbarSliderHoverBackground: "#818b9b70",
  scrollbarSliderActiveBackground: "#818b9b90",
  ...named,
};

const LIGHT: ITheme = {
  background: "#fbfcfd",
  foreground: "#1a1f29",
  cursor: "#1a1f29",
  cursorAccent: "#fbfcfd",
  selectionBackground: "#bcd6fb",
  selectionInactiveBackground: "#dde3ec",
  overviewRulerBorder: "#00000000",
  scrollbarSliderBackground: "#66708040",
  scrollbarSliderHoverBackground: "#66708070",
  scrollbarSliderActiveBackground: "#66708090",
  black: "#1a1f29",
  red: "#c4232e",
  green: "#2d7a0c",
  yellow: "#8a5a00",
  blue: "#0f5bd0",
  magenta: "#8440b8",
  cyan: "#0b7285",
  white: "#525c6b",
  brightBlack: "#667080",
  brightRed: "#a40e26",
  brightGreen: "#1f6b04",
  brightYellow: "#744700",
  brightBlue: "#0a4bb0",
  brightMagenta: "#6f2da8",
  brightCyan: "#075e6e",
  brightWhite: "#1a1f29",
};

export type ThemeName = "dark" | "light" | "contrast";

/** `scheme`: the person's own colours, which hold in light and dark alike; high contrast keeps its own. */
export function terminalTheme(name: ThemeName, scheme?: ColorScheme): ITheme {
  if (scheme !== undefined && name !== "contrast") return schemeTheme(scheme, name === "light" ? LIGHT : DARK);
  if (name === "light") return LIGHT;
  return name === "dark"
    ? DARK
    : { ...DARK, background: "#000000", foreground: "#ffffff", cursor: "#ffffff", cursorAccent: "#000000" };
}

/** Text below this contrast is lightened or darkened by the terminal. */
export const MINIMUM_CONTRAST = 4.5;
