/** The guess whether a text of a tool is Markdown. */

/** Longer texts are shown as they are: a parser must not hold up the page. */
const MAX_MARKDOWN = 50_000;

/** One of these is enough: few other texts have them. */
const CLEAR_SIGNS = [
  /^#{1,6} \S/m,
  /^(`{3,}|~{3,})[\w-]*$/m,
  /^\|?[ \t]*:?-{3,}:?[ \t]*\|/m,
  /!?\[[^\]\n]{1,200}\]\((https?:|data:image\/|#|\/)[^)\s]{0,2000}/,
];
/** Two of these together: alone they stand in ordinary output too. */
const WEAK_SIGNS = [
  /^[*+-] \S.*\n[*+-] \S/m,
  /^1[.)] \S.*\n2[.)] \S/m,
  /\*\*[^*\s][^*\n]{0,200}\*\*/,
  /`[^`\n]{1,200}`/,
  /^> \S/m,
];

/** JSON, logs and programs are not; a mistake costs one press of a button. */
export function isMarkdown(text: string): boolean {
  if (text.length > MAX_MARKDOWN || /^\s*[[{<]/.test(text) || text.includes("\u001b")) return false;
  if (/^#!|^(#include|#define) /m.test(text)) return false;
  return CLEAR_SIGNS.some((sign) => sign.test(text)) || WEAK_SIGNS.filter((sign) => sign.test(text)).length >= 2;
}
