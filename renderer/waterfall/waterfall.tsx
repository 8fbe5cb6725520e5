/** Owns the waterfall: every call as a bar on its turn's own axis, newest turn first, zoomed by keys and wheel. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { gapText } from "../activity/divider-rows.tsx";
import type { Activity } from "../activity/use-activity.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import type { Turn } from "../stores/turns.ts";
import { type TimeScale, timeScale } from "./time-scale.ts";
import styles from "./waterfall.module.css";
import { AxisRow, BarRow } from "./waterfall-rows.tsx";

interface WaterfallProps {
  store: CallLogStore;
  activity: Activity;
  cursor: string | undefined;
  onCursor: (id: string) => void;
  onOpen: (id: string) => void;
}

const ROW = 26;
const AXIS = 34;
const MAX_ZOOM = 32;
/** Calls of a turn that shape its axis at most; a turn of more is drawn on a plain one. */
const MAX_AXIS_CALLS = 5_000;
/** Axes grow with what still runs, this often. */
const REFRESH_MS = 500;

export function Waterfall({ store, activity, cursor, onCursor, onOpen }: WaterfallProps) {
  // Newest first, as a copy for each change: a waterfall is looked at, not lived in.
  const { list, version } = activity;
  const items = useMemo(() => ({ version, newestFirst: [...list.items].reverse() }).newestFirst, [list, version]);
  const scroller = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const tick = useTick(store.log.running > 0);
  const prefix = useId();
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: useCallback((index: number) => (items[index]?.kind === "call" ? ROW : AXIS), [items]),
    getItemKey: useCallback((index: number) => items[index]?.key ?? index, [items]),
    overscan: 6,
  });
  const scales = useMemo(() => new ScaleCache(store, tick), [store, tick]);

  function onKeyDown(event: KeyboardEvent): void {
    const at = items.findIndex((item) => item.key === cursor);
    const key = event.key;
    if (key === "+" || key === "=") setZoom(Math.min(MAX_ZOOM, zoom * 2));
    else if (key === "-") setZoom(Math.max(1, zoom / 2));
    else if (key === "0") setZoom(1);
    else if (key === "ArrowDown" || key === "ArrowUp") {
      const by = key === "ArrowDown" ? 1 : -1;
      let next = at + by;
      while (items[next] !== undefined && items[next]?.kind !== "call") next += by;
      const item = items[next];
      if (item?.kind === "call") {
        onCursor(item.id);
        rows.scrollToIndex(next);
      }
    } else if (key === "Enter" && cursor !== undefined) onOpen(cursor);
    else return;
    event.preventDefault();
  }

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    // Not React's: its wheel listeners are passive and could not keep the page from zooming.
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      setZoom((now) => Math.min(MAX_ZOOM, Math.max(1, now * (event.deltaY < 0 ? 1.25 : 0.8))));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, []);

  return (
    <div
      ref={scroller}
      className={styles.scroll}
      role="grid"
      aria-label="Activity"
      aria-description="Plus and minus zoom, 0 shows all"
      aria-rowcount={items.length}
      aria-activedescendant={cursor === undefined ? undefined : `${prefix}-${cursor}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className={styles.rows} style={{ height: rows.getTotalSize(), width: `${zoom * 100}%` }}>
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const item = items[index];
          if (item === undefined) return null;
          if (item.kind === "gap") {
            return (
              <div
                key={key}
                role="row"
                tabIndex={-1}
                className={styles.gap}
                style={{ transform: `translateY(${start}px)`, height: AXIS }}
              >
                <div role="gridcell">{gapText(item.gap)}</div>
              </div>
            );
          }
          if (item.kind === "turn")
            return (
              <AxisRow key={key} turn={item.turn} scale={scales.of(item.turn)} zoom={zoom} top={start} height={AXIS} />
            );
          return (
            <BarRow
              key={key}
              store={store}
              id={item.id}
              domId={`${prefix}-${item.id}`}
              scale={scales.of(store.turns.byCall.get(item.id))}
              top={start}
              height={ROW}
              current={item.id === cursor}
              onOpen={onOpen}
            />
          );
        })}
      </div>
    </div>
  );
}

function useTick(running: boolean): number {
  const [tick, setTick] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setTick(Date.now()), REFRESH_MS);
    return () => clearInterval(timer);
  }, [running]);
  return tick;
}

/** Axes of the turns that are on screen, each computed once per refresh. */
class ScaleCache {
  readonly #store: CallLogStore;
  readonly #now: number;
  readonly #known = new Map<Turn, TimeScale>();

  constructor(store: CallLogStore, now: number) {
    this.#store = store;
    this.#now = now;
  }

  of(turn: Turn | undefined): TimeScale {
    if (turn === undefined) return timeScale([]);
    const known = this.#known.get(turn) ?? this.#compute(turn);
    this.#known.set(turn, known);
    return known;
  }

  #compute(turn: Turn): TimeScale {
    const { order, log } = this.#store;
    if (turn.count > MAX_AXIS_CALLS)
      return timeScale([{ start: turn.startedAt, end: Math.max(turn.lastAt, turn.startedAt + 1) }]);
    const intervals = order.slice(turn.first, turn.first + turn.count).flatMap((id) => {
      const call = log.calls.get(id);
      if (call === undefined) return [];
      const start = Date.parse(call.startedAt);
      const end =
        call.endedAt === undefined ? Math.max(this.#now, Date.parse(call.updatedAt)) : Date.parse(call.endedAt);
      return Number.isNaN(start) || Number.isNaN(end) ? [] : [{ start, end }];
    });
    return timeScale(intervals);
  }
}
