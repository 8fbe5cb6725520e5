/** Owns what is searched for in the settings; a row that does not answer hides itself. */
import { createContext, useContext } from "react";

export const SearchContext = createContext("");

/** Whether a row with these texts is shown: every word must occur in one of them. */
export function useMatches(...texts: readonly (string | undefined)[]): boolean {
  const words = useContext(SearchContext).split(/\s+/).filter(Boolean);
  const text = texts.join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}
