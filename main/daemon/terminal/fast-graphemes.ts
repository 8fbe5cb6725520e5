/** Owns the widths of characters on a screen: those of the page's graphemes addon, with a short way for plain ASCII. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes/lib/addon-unicode-graphemes.mjs";
import type { Terminal } from "@xterm/headless";

export const FAST_VERSION = "graphemes-ascii";

/** What the addon registers. `charProperties` is asked for every character that is printed. */
interface Provider {
  wcwidth(codepoint: number): 0 | 1 | 2;
  charProperties(codepoint: number, preceding: number): number;
}

/**
 * Loads the addon and puts the short way before it. A printable ASCII character behind another always has the same
 * properties; looking them up for each would be a third of a screen's work. Without the addon's provider, as another
 * version of xterm might hide it, the addon alone is in force.
 */
export function loadGraphemes(terminal: Terminal): void {
  terminal.loadAddon(new UnicodeGraphemesAddon());
  const provider = registered(terminal, terminal.unicode.activeVersion);
  if (provider === undefined) return;
  const first = provider.charProperties(0x61, 0);
  const next = provider.charProperties(0x61, first);
  terminal.unicode.register({
    version: FAST_VERSION,
    wcwidth: (codepoint) => provider.wcwidth(codepoint),
    charProperties: (codepoint, preceding) =>
      codepoint >= 0x20 && codepoint < 0x7f && (preceding === next || preceding === first)
        ? next
        : provider.charProperties(codepoint, preceding),
  });
  terminal.unicode.activeVersion = FAST_VERSION;
}

/** The provider of a version, which xterm keeps to itself. */
export function registered(terminal: Terminal, version: string): Provider | undefined {
  let found: unknown = terminal;
  for (const name of ["_core", "unicodeService", "_providers", version]) {
    found = typeof found === "object" && found !== null ? Reflect.get(found, name) : undefined;
  }
  return isProvider(found) ? found : undefined;
}

const isProvider = (value: unknown): value is Provider =>
  typeof value === "object" &&
  value !== null &&
  typeof Reflect.get(value, "wcwidth") === "function" &&
  typeof Reflect.get(value, "charProperties") === "function";
