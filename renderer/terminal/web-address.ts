/** The addresses in a terminal's text: what of it is a link, and what is the sentence around it. */

/** Never part of an address in running text: blanks, quotes, brackets, full-width punctuation, the lines of boxes. */
const OUTSIDE = String.raw`\s"'<>{}|\\^\x60“”‘’«»…\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2500-\u259f`;
/** Part of an address, but not its end: there it belongs to the sentence. */
const NOT_LAST = String.raw`.,:;!?*~\[\]`;
const IN_PARENTHESES = `\\([^${OUTSIDE}()]*\\)`;

/** http and https alone. Parentheses belong to it in pairs, as in the addresses of encyclopedias. */
export const WEB_ADDRESS = new RegExp(
  `https?://(?:[^${OUTSIDE}()]|${IN_PARENTHESES})*(?:[^${OUTSIDE}()${NOT_LAST}]|${IN_PARENTHESES})`,
  "i",
);

/** Where they stand in a text. */
export const webAddressesAt = (text: string): { index: number; length: number }[] =>
  [...text.matchAll(new RegExp(WEB_ADDRESS.source, "gi"))].map((match) => ({
    index: match.index,
    length: match[0].length,
  }));

/** All of them in a text, in order. */
export function webAddresses(text: string): string[] {
  return text.match(new RegExp(WEB_ADDRESS.source, "gi")) ?? [];
}
