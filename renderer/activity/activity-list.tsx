/** Lists calls: only what is seen is in the document, driven by keys, and still under the pointer. */
import { ArrowUp } from "lucide-react";
import {
  type KeyboardEvent,
  type Ref,
  useCallback,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from "react";
import type { CallLogStore } from "../stores/call-log-store.ts";
import styles from "./activity-list.module.css";
import { CallRow } from "./call-row.tsx";
import { GapRow, TurnRow } from "./divider-rows.tsx";
import { nextWhere, target } from "./list-keys.ts";
import type { Activity } from "./use-activity.ts";
import { usePointing } from "./use-pointing.ts";
import { useRows } from "./use-rows.ts";

export interface ListHandle {
  focus(): void;
}

interface ListProps {
  store: CallLogStore;
  activity: Activity;
  cursor: string | undefined;
  follow: boolean;
  onCursor: (id: string) => void;
  onOpen: (id: string) => void;
  onCopy: (id: string) => void;
  onFollow: (follow: boolean) => void;
  onPointer: (inside: boolean) => void;
  onFilter: () => void;
  onHelp: () => void;
  onClose: () => void;
  ref?: Ref<ListHandle>;
}

/** Scrolled further than this the newest is out of sight. */
const AWAY = 8;

export function ActivityList(props: ListProps) {
  const { store, activity, cursor, follow, onCursor, onOpen, onFollow } = props;
  const { list, version, beginning, fresh } = activity;
  const { items, layout } = list;
  const scroller = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const rows = useRows(scroller, layout, version);
  const pointing = usePointing(props.onPointer);

  useImperativeHandle(props.ref, () => ({ focus: () => scroller.current?.focus() }), []);

  // Following means the top: the newest is there.
  useLayoutEffect(() => {
    if (follow && scroller.current !== null) scroller.current.scrollTop = 0;
  }, [follow]);
  // Another filter or session begins at its top too.
  useEffect(() => {
    if (scroller.current !== null && beginning !== undefined) scroller.current.scrollTop = 0;
  }, [beginning]);

  // The detail may lead to a call that is out of sight. Rows that come above move nothing.
  const revealed = useRef(cursor);
  useEffect(() => {
    if (revealed.current === cursor) return;
    revealed.current = cursor;
    const row = cursor === undefined ? undefined : list.rowOf(cursor);
    if (row !== undefined) rows.reveal(row);
  });

  const go = useCallback(
    (row: number) => {
      const item = items[row];
      if (item?.kind !== "call") return;
      onCursor(item.id);
      if (layout.topOf(row) > AWAY * 8) onFollow(false);
      rows.reveal(row);
    },
    [items, layout, onCursor, onFollow, rows],
  );

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = cursor === undefined ? undefined : list.rowOf(cursor);
    const to =
      event.key === "e"
        ? nextWhere(items, at ?? items.length, (id) => store.errors.has(id))
        : target(event.key, items, at);
    if (to !== undefined) go(to);
    else if (event.key === "Enter" && cursor !== undefined) onOpen(cursor);
    else if (event.key === "c" && cursor !== undefined) props.onCopy(cursor);
    else if (event.key === "f") onFollow(!follow);
    else if (event.key === "/") props.onFilter();
    else if (event.key === "?") props.onHelp();
    else if (event.key === "Escape") props.onClose();
    else return;
    event.preventDefault();
  }

  function onScroll(event: { currentTarget: HTMLElement }): void {
    const away = event.currentTarget.scrollTop > AWAY;
    if (away && follow) onFollow(false);
    else if (!away && !follow && cursor === undefined) onFollow(true);
    rows.update();
  }

  const shown: number[] = [];
  for (let place = rows.shown.first; place <= rows.shown.last; place += 1) shown.push(items.length - 1 - place);
  const cursorShown = cursor !== undefined && shown.includes(list.rowOf(cursor) ?? -1);
  return (
    <div className={styles.listFrame} {...pointing}>
      <div
        ref={scroller}
        className={styles.list}
        role="grid"
        aria-label="Activity"
        aria-rowcount={items.length}
        aria-activedescendant={cursorShown ? `${prefix}-${cursor}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={onScroll}
      >
        <div role="rowgroup" className={styles.rows} style={{ height: layout.height }}>
          {shown.map((row) => {
            const item = items[row];
            if (item === undefined) return null;
            const place = { index: items.length - 1 - row, height: layout.heightOf(row), top: layout.topOf(row) };
            if (item.kind === "turn") {
              const doubt = item === list.guess;
              return (
                <TurnRow key={item.key} store={store} turn={item.turn} shown={item.shown} doubt={doubt} {...place} />
              );
            }
            if (item.kind === "gap") return <GapRow key={item.key} gap={item.gap} {...place} />;
            return (
              <CallRow
                key={item.key}
                store={store}
                id={item.id}
                domId={`${prefix}-${item.id}`}
                current={item.id === cursor}
                bracket={store.turns.brackets.has(item.id)}
                onOpen={onOpen}
                {...place}
              />
            );
          })}
        </div>
      </div>
      {(fresh > 0 || (!follow && (scroller.current?.scrollTop ?? 0) > AWAY)) && (
        <button type="button" className={styles.jump} onClick={() => onFollow(true)}>
          <ArrowUp aria-hidden size={14} strokeWidth={1.75} />
          Jump to live{fresh > 0 ? ` · ${fresh.toLocaleString("en-US")} new` : ""}
        </button>
      )}
    </div>
  );
}
