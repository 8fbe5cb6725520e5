/** What is searched for in the settings; a row that does not answer hides itself. */
import { createContext, useContext } from "react";
import { textMatcher } from "../../shared/text/search-words.ts";

export const SearchContext = createContext("");

/** Whether a row with these texts is shown: every word must occur in one of them. */
export function useMatches(...texts: readonly (string | undefined)[]): boolean {
  return textMatcher(useContext(SearchContext))(texts.join("\n"));
}
