/** Owns the list of calls: virtualised, keyboard-driven, and still under the pointer. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowUp } from "lucide-react";
import {
  type KeyboardEvent,
  type Ref,
  useCallback,
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { copyCall } from "../detail/copy-call.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import styles from "./activity.module.css";
import { CallRow } from "./call-row.tsx";
import { GapRow, TurnRow } from "./divider-rows.tsx";
import { isError } from "./filters.ts";
import type { Item } from "./list-items.ts";

export interface ListHandle {
  focus(): void;
}

interface ListProps {
  store: CallLogStore;
  items: readonly Item[];
  fresh: number;
  cursor: string | undefined;
  follow: boolean;
  onCursor: (id: string) => void;
  onOpen: (id: string) => void;
  onFollow: (follow: boolean) => void;
  onPointer: (inside: boolean) => void;
  onFilter: () => void;
  onHelp: () => void;
  ref?: Ref<ListHandle>;
}

/** The pointer counts as pointing for so long after it moved; a forgotten mouse does not stop the list for ever. */
const POINTING_MS = 3_000;

export function ActivityList(props: ListProps) {
  const { store, items, fresh, cursor, follow, onCursor, onOpen, onFollow } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: useCallback((index: number) => items[index]?.height ?? 32, [items]),
    getItemKey: useCallback((index: number) => items[index]?.key ?? index, [items]),
    overscan: 8,
  });
  const pointing = usePointing(props.onPointer);

  useImperativeHandle(props.ref, () => ({ focus: () => scroller.current?.focus() }), []);

  // Following means the top: the newest is there. `items` is named because a new one must bring the list back up.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (follow && scroller.current !== null && scroller.current.scrollTop !== 0) scroller.current.scrollTop = 0;
  }, [follow, items]);

  const go = useCallback(
    (index: number) => {
      const item = items[index];
      if (item?.kind !== "call") return;
      onCursor(item.id);
      if (index > 1) onFollow(false);
      rows.scrollToIndex(index, { align: "auto" });
    },
    [items, onCursor, onFollow, rows],
  );

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = items.findIndex((item) => item.kind === "call" && item.id === cursor);
    const key = event.key;
    if (key === "ArrowDown" || key === "j") go(step(items, at, 1));
    else if (key === "ArrowUp" || key === "k") go(step(items, Math.max(at, 0), -1));
    else if (key === "PageDown") go(step(items, Math.min(items.length - 2, at + 10), 1));
    else if (key === "PageUp") go(step(items, Math.max(1, at - 10), -1));
    else if (key === "Home") go(step(items, -1, 1));
    else if (key === "End") go(step(items, items.length, -1));
    else if (key === "Enter" && cursor !== undefined) onOpen(cursor);
    else if (key === "e") go(nextError(store, items, at));
    else if (key === "c" && cursor !== undefined) void copyCall(store, cursor);
    else if (key === "f") onFollow(!follow);
    else if (key === "/") props.onFilter();
    else if (key === "?") props.onHelp();
    else return;
    event.preventDefault();
  }

  const cursorShown = cursor !== undefined && rows.getVirtualItems().some((row) => items[row.index]?.key === cursor);
  return (
    <div className={styles.listFrame}>
      <div
        ref={scroller}
        className={styles.list}
        role="grid"
        aria-label="Activity"
        aria-rowcount={items.length}
        aria-activedescendant={cursorShown ? `${prefix}-${cursor}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={(event) => {
          const away = event.currentTarget.scrollTop > 8;
          if (away && follow) onFollow(false);
          else if (!away && !follow && cursor === undefined) onFollow(true);
        }}
        {...pointing}
      >
        <div role="rowgroup" className={styles.rows} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const item = items[index];
            if (item === undefined) return null;
            const place = { index, height: item.height, top: start };
            if (item.kind === "turn")
              return <TurnRow key={key} store={store} turn={item.turn} shown={item.shown} {...place} />;
            if (item.kind === "gap") return <GapRow key={key} gap={item.gap} {...place} />;
            return (
              <CallRow
                key={key}
                store={store}
                id={item.id}
                domId={`${prefix}-${item.id}`}
                current={item.id === cursor}
                onOpen={onOpen}
                {...place}
              />
            );
          })}
        </div>
      </div>
      {(!follow || fresh > 0) && (fresh > 0 || (scroller.current?.scrollTop ?? 0) > 8) && (
        <button type="button" className={styles.jump} onClick={() => onFollow(true)}>
          <ArrowUp aria-hidden size={14} strokeWidth={1.75} />
          Jump to live{fresh > 0 ? ` · ${fresh} new` : ""}
        </button>
      )}
    </div>
  );
}

/** The next call from `at` in a direction, over turns and gaps; stays where there is none. */
function step(items: readonly Item[], at: number, by: 1 | -1): number {
  for (let index = at + by; index >= 0 && index < items.length; index += by) {
    if (items[index]?.kind === "call") return index;
  }
  return at;
}

function nextError(store: CallLogStore, items: readonly Item[], at: number): number {
  for (let offset = 1; offset <= items.length; offset += 1) {
    const index = (Math.max(0, at) + offset) % items.length;
    const item = items[index];
    const call = item?.kind === "call" ? store.log.calls.get(item.id) : undefined;
    if (call !== undefined && isError(call)) return index;
  }
  return at;
}

/** Tells when the pointer begins and ceases to point at the list. Touch does not hover. */
function usePointing(tell: (inside: boolean) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [, setInside] = useState(false);
  const stop = useCallback(() => {
    clearTimeout(timer.current);
    setInside(false);
    tell(false);
  }, [tell]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    onPointerMove(event: { pointerType: string }) {
      if (event.pointerType === "touch") return;
      tell(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(stop, POINTING_MS);
    },
    onPointerLeave: stop,
  };
}
