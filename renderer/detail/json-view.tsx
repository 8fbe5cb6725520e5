/** The JSON tree: folded by keyboard or pointer, searched, and virtualised when it is long. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from "react";
import { REDACTED } from "../../shared/text/redact.ts";
import { foldText } from "../../shared/text/search-words.ts";
import { visible } from "../../shared/text/visible.ts";
import { join } from "../parts/button.tsx";
import { CopyBlock } from "./copy-block.tsx";
import { type JsonRow, jsonRows, searchJson } from "./json-rows.ts";
import styles from "./json-view.module.css";

const ROW_HEIGHT = 18;
/** Branches opened from the start. */
const OPEN_DEPTH = 3;
/** Up to here the tree takes the height that it needs; beyond it scrolls by itself. */
const MAX_HEIGHT = 420;
/** Short values need no search field. */
const SEARCH_FROM = 24;

export function JsonView({ value, label }: { value: unknown; label: string }) {
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const found = useMemo(() => searchJson(value, text), [value, text]);
  const rows = useMemo(
    () => jsonRows(value, (path, depth) => toggled.get(path) ?? (found.open.has(path) || depth < OPEN_DEPTH)),
    [value, toggled, found],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: useCallback((index: number) => rows[index]?.path ?? index, [rows]),
    overscan: 20,
    initialRect: { width: 0, height: MAX_HEIGHT },
  });
  const toggle = (row: JsonRow, open = row.branch === "closed") => setToggled(new Map(toggled).set(row.path, open));

  function onKeyDown(event: KeyboardEvent): void {
    const row = rows[at];
    const move = (to: number) => {
      setAt(Math.max(0, Math.min(rows.length - 1, to)));
      virtual.scrollToIndex(Math.max(0, Math.min(rows.length - 1, to)));
    };
    if (event.key === "ArrowDown") move(at + 1);
    else if (event.key === "ArrowUp") move(at - 1);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(rows.length - 1);
    else if (event.key === "ArrowRight" && row?.branch === "closed") toggle(row, true);
    else if (event.key === "ArrowLeft" && row?.branch === "open") toggle(row, false);
    else if ((event.key === "Enter" || event.key === " ") && row?.branch !== undefined) toggle(row);
    else return;
    event.preventDefault();
  }

  return (
    <div className={styles.frame}>
      <CopyBlock label={label} text={() => JSON.stringify(value, null, 2)} />
      {(rows.length > SEARCH_FROM || text !== "") && (
        <div className={styles.search}>
          <input
            className={styles.searchInput}
            aria-label={`Search in ${label}`}
            placeholder="Search"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <output className={styles.matches}>{text === "" ? "" : `${found.matches} found`}</output>
        </div>
      )}
      <div
        ref={scroller}
        className={styles.scroll}
        style={{ height: Math.min(MAX_HEIGHT, rows.length * ROW_HEIGHT + 16) }}
        role="tree"
        aria-label={label}
        tabIndex={0}
        aria-activedescendant={`${label}-${at}`}
        onKeyDown={onKeyDown}
      >
        <div className={styles.rows} role="presentation" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <Row
                key={key}
                id={`${label}-${index}`}
                row={row}
                top={start}
                current={index === at}
                text={text}
                onToggle={toggle}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  id: string;
  row: JsonRow;
  top: number;
  current: boolean;
  text: string;
  onToggle: (row: JsonRow) => void;
}

function Row({ id, row, top, current, text, onToggle }: RowProps) {
  const hit = text !== "" && foldText(`${row.key ?? ""} ${row.text}`).includes(foldText(text));
  const secret = row.kind === "string" && row.text.includes(REDACTED);
  return (
    <div
      id={id}
      role="treeitem"
      tabIndex={-1}
      aria-level={row.depth + 1}
      aria-expanded={row.branch === undefined ? undefined : row.branch === "open"}
      aria-selected={current}
      className={join(styles.row, current && styles.current, hit && styles.hit)}
      style={{ transform: `translateY(${top}px)`, paddingLeft: 20 + row.depth * 14 }}
      onClick={() => row.branch !== undefined && onToggle(row)}
    >
      {row.branch !== undefined && (
        <span className={styles.fold} aria-hidden="true">
          {row.branch === "open" ? <ChevronDown size={12} /> : <ChevronRight size={12} />}
        </span>
      )}
      {row.key !== undefined && (
        <span className={row.index ? styles.index : styles.key}>
          {row.index ? row.key : visible(JSON.stringify(row.key))}
          <span className={styles.mark}>: </span>
        </span>
      )}
      <span className={secret ? styles.secret : styles[row.kind]}>
        {secret ? `"${REDACTED} hidden"` : visible(row.text)}
      </span>
      {!row.last && row.branch !== "open" && <span className={styles.mark}>,</span>}
    </div>
  );
}
