/** The words by which the journal finds a call, as FTS5 takes them: tokens with spaces between them, and queries for them. */
import type { Call } from "../../../shared/events/call.ts";
import { messageTexts, nameTexts, valueTexts } from "../../../shared/events/call-texts.ts";
import { indexText, type SearchTerm } from "../../../shared/text/search-words.ts";

/** Columns of the index. */
export interface CallWords {
  parts: string;
  wholes: string;
}

export const startWords = (call: Call): CallWords => wordsOf([...nameTexts(call), ...valueTexts(call.args)]);

export const endWords = (call: Call): CallWords =>
  wordsOf([...nameTexts(call), ...messageTexts(call), ...valueTexts(call.result)]);

/** Between two texts. No query asks for it, so that no phrase leads from one text into the next. */
const BORDER = " ¶ ";

function wordsOf(texts: readonly string[]): CallWords {
  const indexed = texts.map(indexText);
  return {
    parts: indexed.map(({ parts }) => parts.join(" ")).join(BORDER),
    wholes: [...new Set(indexed.flatMap(({ wholes }) => wholes))].join(" "),
  };
}

/** An FTS5 expression. Tokens have no quotation marks in them, so that nothing is an operator. */
export function matchOf({ parts, whole }: SearchTerm): string {
  if (parts.length === 1) return `"${whole}"*`;
  return `("${parts.join(" ")}"* OR "${whole}"*)`;
}

/** The same question to the index of earlier versions, which had other words. */
export const earlierMatch = (text: string): string =>
  (text.match(/[\p{L}\p{N}_]+/gu) ?? [])
    .slice(0, 12)
    .map((word) => `"${word}"*`)
    .join(" ");
