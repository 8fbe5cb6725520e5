/** Tells how well a text answers what was typed: letters in order, better at word starts and in a row. */
import { foldText, textMatcher } from "../../shared/text/search-words.ts";

/** Undefined when the letters do not occur in order. Higher is better; an empty query matches everything with 0. */
export function score(text: string, query: string): number | undefined {
  const words = query.split(/\s+/).filter(Boolean);
  const folded = foldText(text);
  let sum = 0;
  for (const word of words) {
    const found = scoreWord(folded, foldText(word)) ?? (textMatcher(word)(text) ? word.length : undefined);
    if (found === undefined) return undefined;
    sum += found;
  }
  // Among equals the shorter text is what was meant.
  return words.length === 0 ? 0 : sum - text.length / 100;
}

function scoreWord(text: string, word: string): number | undefined {
  const whole = text.indexOf(word);
  if (whole >= 0) return word.length * 3 + (isStart(text, whole) ? 10 : 0) + (whole === 0 ? 5 : 0);
  let at = -1;
  let sum = 0;
  for (const letter of word) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    sum += next === at + 1 ? 2 : isStart(text, next) ? 2 : 0;
    at = next;
  }
  // Letters strewn over a text by chance are no answer.
  return sum >= word.length * 1.5 ? sum : undefined;
}

const isStart = (text: string, at: number): boolean => at === 0 || /[\s/._-]/u.test(text[at - 1] ?? "");
