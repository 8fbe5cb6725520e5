/** Owns finding text in the terminal. */
import type { ISearchDecorationOptions } from "@xterm/addon-search";
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "../parts/button.tsx";
import { useThemeName } from "../theme/theme.ts";
import type { LiveTerminal } from "./live-terminal.ts";
import styles from "./terminal.module.css";

const ON_DARK: ISearchDecorationOptions = {
  matchBackground: "#5a4a12",
  matchOverviewRuler: "#f0b429",
  activeMatchBackground: "#1f6feb",
  activeMatchBorder: "#5b9dff",
  activeMatchColorOverviewRuler: "#5b9dff",
};
const ON_LIGHT: ISearchDecorationOptions = {
  matchBackground: "#ffe6a3",
  matchOverviewRuler: "#9a6700",
  activeMatchBackground: "#a9ccff",
  activeMatchBorder: "#1f6feb",
  activeMatchColorOverviewRuler: "#1f6feb",
};

export function FindBar({ live, onClose }: { live: LiveTerminal; onClose: () => void }) {
  const decorations = useThemeName() === "light" ? ON_LIGHT : ON_DARK;
  const [text, setText] = useState("");
  const [results, setResults] = useState({ index: -1, count: 0 });
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    input.current?.focus();
    const listening = live.search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setResults({ index: resultIndex, count: resultCount }),
    );
    return () => {
      listening.dispose();
      live.search.clearDecorations();
    };
  }, [live]);

  const next = () => live.search.findNext(text, { decorations });
  const previous = () => live.search.findPrevious(text, { decorations });

  return (
    <search className={styles.find}>
      <input
        ref={input}
        className={styles.findInput}
        aria-label="Find in terminal"
        placeholder="Find"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          live.search.findNext(event.target.value, { decorations, incremental: true });
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          else if (event.key === "Enter" && event.shiftKey) previous();
          else if (event.key === "Enter") next();
        }}
      />
      <output className={styles.findCount}>
        {text === "" ? "" : results.count === 0 ? "none" : `${results.index + 1} of ${results.count}`}
      </output>
      <IconButton label="Previous match" onClick={previous}>
        <ChevronUp aria-hidden size={15} strokeWidth={1.75} />
      </IconButton>
      <IconButton label="Next match" onClick={next}>
        <ChevronDown aria-hidden size={15} strokeWidth={1.75} />
      </IconButton>
      <IconButton label="Close find" onClick={onClose}>
        <X aria-hidden size={15} strokeWidth={1.75} />
      </IconButton>
    </search>
  );
}
