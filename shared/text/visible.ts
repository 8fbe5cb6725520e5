/** Owns how text from tools, titles and files is made safe to read: nothing invisible, nothing that reorders or drives a terminal. */

// C0, DEL, C1, line and paragraph separators, zero-width characters, bidirectional controls, byte order mark, tags.
const UNSAFE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Replaces every control or invisible character by a visible one: `␛` for escape, `␍` for return, `\uFFFD` otherwise. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? "␡" : "\uFFFD";
  });
}

/** One line of at most `max` characters, whitespace folded, with an ellipsis where it was cut. */
export function oneLine(text: string, max = 200): string {
  const folded = visible(text.replace(/[\s\p{Zs}]+/gu, " ").trim());
  return folded.length <= max ? folded : `${folded.slice(0, max - 1).trimEnd()}…`;
}
