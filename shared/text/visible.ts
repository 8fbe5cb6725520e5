/** How text from tools, titles and files is made safe to read: nothing invisible, nothing that reorders or drives a terminal. */

/** A joiner after a letter of a script that writes with them: not Latin, Greek, Cyrillic or those of East Asia. */
const JOINER =
  "(?<=[\\p{L}\\p{M}])(?<![\\p{sc=Latn}\\p{sc=Grek}\\p{sc=Cyrl}\\p{sc=Hani}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Hang}])[\\u200c\\u200d]";
/** What makes one emoji of several, or says how a character is drawn that is an emoji. */
const EMOJI =
  "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})|(?<=\\p{Emoji})[\\ufe0e\\ufe0f]";
/** Controls, separators of lines, all that Unicode draws as nothing (UAX #44), and the marks of annotations. */
const DRAWN_AS_NOTHING = "\\p{Cc}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb";

/**
 * Source of an expression (flag `u`) for a character that nobody sees, that reorders others or that drives a terminal. The few
 * that languages and emoji need are none of them at the places where they are needed; anywhere else they can carry a hidden text.
 */
export const UNSEEN = `(?!${JOINER}|${EMOJI})[${DRAWN_AS_NOTHING}]`;
const ALL_UNSEEN = new RegExp(UNSEEN, "gu");
const IN_JSON = new RegExp(`(?!\\n)[${DRAWN_AS_NOTHING}]`, "gu");

/** Replaces every such character by a visible one: `␛` for escape, `␍` for return, a hyphen for a soft one, `\uFFFD` otherwise. */
export function visible(text: string): string {
  return text.replace(ALL_UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0xad) return "\u2010";
    return code === 0x7f ? "␡" : "\uFFFD";
  });
}

/** JSON, on one line or several, that every reader takes for the same and that drives no terminal: such characters as escapes. */
export const visibleJson = (json: string): string =>
  json.replace(IN_JSON, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );

/** The same for text of several lines: line feeds and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(/[^\n\t]+/g, visible);
}

/** One line of at most `max` characters, whitespace folded, with an ellipsis where it was cut. */
export function oneLine(text: string, max = 200): string {
  const folded = visible(text.replace(/[\s\p{Zs}]+/gu, " ").trim());
  return folded.length <= max ? folded : `${folded.slice(0, max - 1).trimEnd()}…`;
}
