/** Terminal colours that a person brings along, in the forms of Windows Terminal and iTerm2, in which theme collections are written. */
import type { ITheme } from "@xterm/xterm";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { check, parseJson, z } from "../../shared/protocol/schema.ts";
import { looksLikeIterm, readIterm } from "./iterm-colours.ts";

const colour = z.string().regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, "a colour such as #1b1f27");

/** One entry of `schemes` in Windows Terminal's settings.json. What else an entry says is left out. */
export const colorSchemeSchema = z.object({
  name: z.string().min(1).max(80),
  background: colour,
  foreground: colour,
  cursorColor: colour.optional(),
  selectionBackground: colour.optional(),
  black: colour,
  red: colour,
  green: colour,
  yellow: colour,
  blue: colour,
  purple: colour,
  cyan: colour,
  white: colour,
  brightBlack: colour,
  brightRed: colour,
  brightGreen: colour,
  brightYellow: colour,
  brightBlue: colour,
  brightPurple: colour,
  brightCyan: colour,
  brightWhite: colour,
});
export type ColorScheme = z.infer<typeof colorSchemeSchema>;

/** Kept at most; the oldest give way. */
export const MAX_SCHEMES = 12;
/** Characters that are read at most. */
export const MAX_TEXT = 1_000_000;

const FORMS = "It takes an .itermcolors file, or the JSON form of Windows Terminal.";

/** One scheme, a list of them, a whole settings.json, or an `.itermcolors` file named `file`. Faults: `bad-colours`, `no-colours`. */
export function parseSchemes(text: string, file?: string): Result<ColorScheme[]> {
  if (text.length > MAX_TEXT) return failed("bad-colours", "This is too long to be a colour theme.");
  if (looksLikeIterm(text)) {
    const name = file?.replace(/\.[^.]*$/, "").slice(0, 80) || "Imported";
    const iterm = check(colorSchemeSchema, readIterm(text, name));
    return iterm.ok ? ok([iterm.value]) : failed("bad-colours", `A colour is missing: ${iterm.reason}.`, FORMS);
  }
  const list = z.array(colorSchemeSchema);
  const parsed = parseJson(z.union([colorSchemeSchema, list, z.object({ schemes: list })]), text);
  if (!parsed.ok) return failed("bad-colours", `Not understood: ${parsed.reason}.`, FORMS);
  const { value } = parsed;
  const schemes = Array.isArray(value) ? value : "schemes" in value ? value.schemes : [value];
  return schemes.length === 0
    ? failed("no-colours", "There is no colour theme in it.")
    : ok(schemes.slice(-MAX_SCHEMES));
}

/** The new ones last; one with the name of another takes its place. */
export function withSchemes(known: readonly ColorScheme[], added: readonly ColorScheme[]): ColorScheme[] {
  const byName = new Map([...known, ...added].map((scheme) => [scheme.name, scheme]));
  return [...byName.values()].slice(-MAX_SCHEMES);
}

/** The scheme's colours over the page's own, which has those that a scheme does not name. */
export function schemeTheme(scheme: ColorScheme, own: ITheme): ITheme {
  const { name: _, cursorColor, selectionBackground, purple, brightPurple, ...colours } = scheme;
  const cursor = cursorColor ?? scheme.foreground;
  // Beneath text, so half of the foreground at most: the text stays readable on it.
  const selection = selectionBackground ?? `${longForm(scheme.foreground)}40`;
  return {
    ...own,
    ...colours,
    magenta: purple,
    brightMagenta: brightPurple,
    cursor,
    cursorAccent: scheme.background,
    selectionBackground: selection,
    selectionInactiveBackground: selection,
  };
}

/** `#abc` as `#aabbcc`. */
export const longForm = (hex: string): string =>
  hex.length === 4 ? `#${[...hex.slice(1)].map((digit) => digit + digit).join("")}` : hex;
