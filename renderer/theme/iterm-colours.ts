/** Reads `.itermcolors`, the property list in which iTerm2 and most theme collections keep terminal colours. */

/** The file's own names, by the names that a `ColorScheme` has. */
const KEYS: Readonly<Record<string, string>> = {
  background: "Background Color",
  foreground: "Foreground Color",
  cursorColor: "Cursor Color",
  selectionBackground: "Selection Color",
  black: "Ansi 0 Color",
  red: "Ansi 1 Color",
  green: "Ansi 2 Color",
  yellow: "Ansi 3 Color",
  blue: "Ansi 4 Color",
  purple: "Ansi 5 Color",
  cyan: "Ansi 6 Color",
  white: "Ansi 7 Color",
  brightBlack: "Ansi 8 Color",
  brightRed: "Ansi 9 Color",
  brightGreen: "Ansi 10 Color",
  brightYellow: "Ansi 11 Color",
  brightBlue: "Ansi 12 Color",
  brightPurple: "Ansi 13 Color",
  brightCyan: "Ansi 14 Color",
  brightWhite: "Ansi 15 Color",
};

export const looksLikeIterm = (text: string): boolean => /<plist[\s>]/.test(text);

/**
 * The colours that the file has, to be checked as a `ColorScheme`. The file has no name, so one is given. Numbers are
 * read as sRGB: colours of another space come out close to what was meant.
 */
export function readIterm(text: string, name: string): Record<string, string> {
  const colours = new Map<string, string>();
  for (const [, key = "", body = ""] of text.matchAll(/<key>([^<]{1,80})<\/key>\s*<dict>([\s\S]{0,2000}?)<\/dict>/g)) {
    const hex = colour(body);
    if (hex !== undefined) colours.set(key.trim(), hex);
  }
  const scheme: Record<string, string> = { name };
  for (const [own, theirs] of Object.entries(KEYS)) {
    const hex = colours.get(theirs);
    if (hex !== undefined) scheme[own] = hex;
  }
  return scheme;
}

/** Three numbers from 0 to 1; what lies beyond is taken as the nearest. */
function colour(body: string): string | undefined {
  const parts = ["Red", "Green", "Blue"].map((part) => {
    const component = new RegExp(`<key>${part} Component</key>\\s*<(?:real|integer)>\\s*([-+.\\deE]{1,40})\\s*<`);
    return Number(component.exec(body)?.[1] ?? Number.NaN);
  });
  if (parts.some(Number.isNaN)) return undefined;
  const bytes = parts.map((part) => Math.round(Math.min(1, Math.max(0, part)) * 255));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
