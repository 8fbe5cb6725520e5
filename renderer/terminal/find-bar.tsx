/** Owns finding text in the terminal. */
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "../parts/button.tsx";
import type { LiveTerminal } from "./live-terminal.ts";
import styles from "./terminal.module.css";

const DECORATIONS = {
  matchBackground: "#5a4a12",
  matchOverviewRuler: "#f0b429",
  activeMatchBackground: "#1f6feb",
  activeMatchColorOverviewRuler: "#5b9dff",
};

export function FindBar({ live, onClose }: { live: LiveTerminal; onClose: () => void }) {
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

  const next = () => live.search.findNext(text, { decorations: DECORATIONS });
  const previous = () => live.search.findPrevious(text, { decorations: DECORATIONS });

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
          live.search.findNext(event.target.value, { decorations: DECORATIONS, incremental: true });
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
