/** Cuts out of texts the piece in which a search found its words. */
import { foldText, searchTerms } from "./search-words.ts";

/** Characters before what was found, and in all. */
const BEFORE = 24;
const LENGTH = 96;

/** Undefined where no text has any of the words: they stand in what is shown beside it, or are spelled otherwise. */
export function snippetOf(texts: readonly string[], query: string): string | undefined {
  const words = searchTerms(query).flatMap(({ whole, parts }) => [whole, ...parts]);
  for (const word of words) {
    for (const text of texts) {
      const folded = foldText(text);
      const at = folded.indexOf(word);
      if (at < 0) continue;
      // Where folding changed lengths, the folded text is the one that the place is of.
      const shown = folded.length === text.length ? text : folded;
      const from = Math.max(0, at - BEFORE);
      const piece = shown.slice(from, from + LENGTH).toWellFormed();
      return `${from > 0 ? "…" : ""}${piece.trim()}${from + LENGTH < shown.length ? "…" : ""}`;
    }
  }
  return undefined;
}
