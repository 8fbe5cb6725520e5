import { expect, it } from "vitest";
import { type ColorScheme, MAX_SCHEMES, parseSchemes, schemeTheme, withSchemes } from "./color-scheme.ts";
import { terminalTheme } from "./terminal-theme.ts";

const scheme = (name: string): ColorScheme => ({
  name,
  background: "#101010",
  foreground: "#eee",
  black: "#000000",
  red: "#aa0000",
  green: "#00aa00",
  yellow: "#aaaa00",
  blue: "#0000aa",
  purple: "#aa00aa",
  cyan: "#00aaaa",
  white: "#aaaaaa",
  brightBlack: "#555555",
  brightRed: "#ff5555",
  brightGreen: "#55ff55",
  brightYellow: "#ffff55",
  brightBlue: "#5555ff",
  brightPurple: "#ff55ff",
  brightCyan: "#55ffff",
  brightWhite: "#ffffff",
});

it("takes one theme, a list of them, and the settings of Windows Terminal", () => {
  for (const text of [scheme("One"), [scheme("One")], { profiles: {}, schemes: [scheme("One")] }]) {
    const read = parseSchemes(JSON.stringify(text));
    expect(read.ok && read.value.map(({ name }) => name)).toEqual(["One"]);
  }
});

it("refuses what is no theme, and values that are no colours", () => {
  const bad = [
    "{",
    "[]",
    "{}",
    JSON.stringify({ ...scheme("x"), red: "url(https://x.example)" }),
    JSON.stringify({ ...scheme("x"), blue: undefined }),
  ];
  for (const text of bad) expect(parseSchemes(text).ok, text).toBe(false);
});

it("draws the terminal in the theme's colours, with the page's own for what it does not name", () => {
  const own = terminalTheme("dark");
  const theme = schemeTheme(scheme("One"), own);
  expect(theme).toMatchObject({ background: "#101010", magenta: "#aa00aa", cursor: "#eee", cursorAccent: "#101010" });
  expect(theme.selectionBackground).toBe("#eeeeee40");
  expect(theme.overviewRulerBorder).toBe(own.overviewRulerBorder);
});

it("a chosen theme holds in light and dark, and gives way to high contrast", () => {
  const chosen = scheme("One");
  expect(terminalTheme("dark", chosen).background).toBe("#101010");
  expect(terminalTheme("light", chosen).background).toBe("#101010");
  expect(terminalTheme("contrast", chosen).background).toBe("#000000");
});

it("importing a theme again replaces it, and the number of themes is bounded", () => {
  const again = { ...scheme("One"), red: "#123456" };
  expect(withSchemes([scheme("One"), scheme("Two")], [again])).toEqual([again, scheme("Two")]);
  const many = Array.from({ length: 40 }, (_, at) => scheme(`n${at}`));
  expect(withSchemes([], many)).toHaveLength(MAX_SCHEMES);
});
