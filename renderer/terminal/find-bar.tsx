/** Finds text in the terminal. */
import type { ISearchDecorationOptions } from "@xterm/addon-search";
import { CaseSensitive, ChevronDown, ChevronUp, type LucideIcon, Regex, WholeWord, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { isInputMethod } from "../keys/input-method.ts";
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

/** As they were used last, in any terminal. */
let lastUsed = { caseSensitive: false, wholeWord: false, regex: false };
const OPTIONS: readonly (readonly [keyof typeof lastUsed, LucideIcon, string])[] = [
  ["caseSensitive", CaseSensitive, "Match case"],
  ["wholeWord", WholeWord, "Whole words"],
  ["regex", Regex, "Regular expression"],
];

export function FindBar({ live, onClose }: { live: LiveTerminal; onClose: () => void }) {
  const decorations = useThemeName() === "light" ? ON_LIGHT : ON_DARK;
  const [text, setText] = useState("");
  const [results, setResults] = useState({ index: -1, count: 0 });
  const [options, setOptions] = useState(lastUsed);
  const wrong = options.regex && !isExpression(text);
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

  function find(by: 1 | -1 | 0, wanted = text, how = options): void {
    if (how.regex && !isExpression(wanted)) {
      live.search.clearDecorations();
      return;
    }
    const search = { decorations, ...how };
    if (by === -1) live.search.findPrevious(wanted, search);
    else live.search.findNext(wanted, { ...search, incremental: by === 0 });
  }
  const next = () => find(1);
  const previous = () => find(-1);

  return (
    <search className={styles.find}>
      <input
        ref={input}
        className={styles.findInput}
        aria-label="Find in terminal"
        placeholder="Find"
        aria-invalid={wrong}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          find(0, event.target.value);
        }}
        onKeyDown={(event) => {
          if (isInputMethod(event)) return;
          if (event.key === "Escape") onClose();
          else if (event.key === "Enter" && event.shiftKey) previous();
          else if (event.key === "Enter") next();
        }}
      />
      <output className={styles.findCount}>
        {text === "" ? "" : wrong ? "Not an expression" : countText(results)}
      </output>
      {OPTIONS.map(([id, Sign, name]) => (
        <button
          key={id}
          type="button"
          className={styles.findOption}
          aria-label={name}
          title={name}
          aria-pressed={options[id]}
          onClick={() => {
            lastUsed = { ...options, [id]: !options[id] };
            setOptions(lastUsed);
            // The addon looks for the same text again only when it has forgotten it.
            live.search.clearDecorations();
            find(0, text, lastUsed);
          }}
        >
          <Sign aria-hidden size={15} strokeWidth={1.75} />
        </button>
      ))}
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

/** Beyond the addon's bound matches are found and not counted. */
function countText({ index, count }: { index: number; count: number }): string {
  if (count === 0) return "No results";
  return index < 0 ? `${count.toLocaleString("en-US")}+` : `${index + 1} of ${count}`;
}

function isExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
