/** The waterfall: every call as a bar on its turn's own axis, newest turn first, zoomed by keys and wheel. */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { gapText } from "../activity/gap-text.ts";
import { target } from "../activity/list-keys.ts";
import type { Activity } from "../activity/use-activity.ts";
import { useRows } from "../activity/use-rows.ts";
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

const MAX_ZOOM = 32;
/** Calls of a turn that shape its axis at most; a turn of more is drawn on a plain one. */
const MAX_AXIS_CALLS = 5_000;
/** Axes grow with what still runs, this often. */
const REFRESH_MS = 500;

export function Waterfall({ store, activity, cursor, onCursor, onOpen }: WaterfallProps) {
  const { list, version } = activity;
  const { items, layout } = list;
  const scroller = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const tick = useTick(store.log.running > 0);
  const prefix = useId();
  const rows = useRows(scroller, layout, version);
  const scales = useMemo(() => new ScaleCache(store, tick), [store, tick]);

  function onKeyDown(event: KeyboardEvent): void {
    const key = event.key;
    if (key === "+" || key === "=") setZoom(Math.min(MAX_ZOOM, zoom * 2));
    else if (key === "-") setZoom(Math.max(1, zoom / 2));
    else if (key === "0") setZoom(1);
    else if (key === "Enter" && cursor !== undefined) onOpen(cursor);
    else {
      const to = target(key, items, cursor === undefined ? undefined : list.rowOf(cursor));
      const item = to === undefined ? undefined : items[to];
      if (to === undefined || item?.kind !== "call") return;
      onCursor(item.id);
      rows.reveal(to);
    }
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

  const shown: number[] = [];
  for (let place = rows.shown.first; place <= rows.shown.last; place += 1) shown.push(items.length - 1 - place);
  const cursorShown = cursor !== undefined && shown.includes(list.rowOf(cursor) ?? -1);
  return (
    <div
      ref={scroller}
      className={styles.scroll}
      role="grid"
      aria-label="Activity"
      aria-description="Plus and minus zoom, 0 shows all"
      aria-rowcount={items.length}
      aria-activedescendant={cursorShown ? `${prefix}-${cursor}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={rows.update}
    >
      <div role="rowgroup" className={styles.rows} style={{ height: layout.height, width: `${zoom * 100}%` }}>
        {shown.map((row) => {
          const item = items[row];
          if (item === undefined) return null;
          const { key } = item;
          const place = { top: layout.topOf(row), height: layout.heightOf(row) };
          if (item.kind === "gap") {
            return (
              <div
                key={key}
                role="row"
                tabIndex={-1}
                className={styles.gap}
                style={{ transform: `translateY(${place.top}px)`, height: place.height }}
              >
                <div role="gridcell">{gapText(item.gap)}</div>
              </div>
            );
          }
          if (item.kind === "turn")
            return <AxisRow key={key} turn={item.turn} scale={scales.of(item.turn)} zoom={zoom} {...place} />;
          return (
            <BarRow
              key={key}
              store={store}
              id={item.id}
              domId={`${prefix}-${item.id}`}
              scale={scales.of(store.turns.byCall.get(item.id))}
              {...place}
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
