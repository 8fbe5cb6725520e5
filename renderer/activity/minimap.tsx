/** The strip that shows a session's calls over time at a glance: height by duration, colour by outcome. */
import { useEffect, useState, useSyncExternalStore } from "react";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { sliceTime } from "../stores/slices.ts";
import styles from "./minimap.module.css";
import { type MinimapBar, MinimapBars } from "./minimap-bars.ts";

const REFRESH_MS = 500;

interface MinimapProps {
  store: CallLogStore;
  onPick: (id: string) => void;
}

export function Minimap({ store, onPick }: MinimapProps) {
  const bars = useBars(store);
  // There with the first call: a strip that came later would push the rows away under the pointer.
  const any = useSyncExternalStore(store.subscribeShape, () => store.order.length > 0);
  if (!any) return null;
  // A shortcut for the pointer; the list does the same by keyboard.
  return (
    <div className={styles.minimap} aria-hidden="true">
      {bars.map((bar) => (
        <span
          key={bar.place}
          className={styles[`bar-${bar.tone}`]}
          style={{ height: bar.height }}
          onClick={() => onPick(bar.id)}
        />
      ))}
    </div>
  );
}

interface Kept {
  generation: number;
  bars: MinimapBars;
}

/** What is settled of sessions that were shown before. */
const kept = new WeakMap<CallLogStore, Kept>();

function draw(store: CallLogStore): ReturnType<MinimapBars["of"]> {
  const generation = store.generation();
  let known = kept.get(store);
  // Where calls were put in before the first ones, every part begins elsewhere.
  if (known?.generation !== generation) known = { generation, bars: new MinimapBars() };
  kept.set(store, known);
  return known.bars.of(store.order, store.log.calls, sliceTime());
}

function useBars(store: CallLogStore): MinimapBar[] {
  const [bars, setBars] = useState(() => draw(store).bars);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    /** The first bars come with the first calls. */
    let pause = 0;
    const redraw = () => {
      timer = undefined;
      pause = store.order.length > 0 ? REFRESH_MS : 0;
      const drawn = draw(store);
      setBars(drawn.bars);
      if (!drawn.complete) timer = setTimeout(redraw);
    };
    timer = setTimeout(redraw);
    const stop = store.subscribeAny(() => {
      timer ??= setTimeout(redraw, pause);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store]);
  return bars;
}
