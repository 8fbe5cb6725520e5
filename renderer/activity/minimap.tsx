/** Owns the strip that shows a session's calls over time at a glance: height by duration, colour by outcome. */
import { useEffect, useState, useSyncExternalStore } from "react";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { sliceTime } from "../stores/slices.ts";
import styles from "./activity.module.css";
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

function useBars(store: CallLogStore): MinimapBar[] {
  const [bars, setBars] = useState<MinimapBar[]>([]);
  useEffect(() => {
    let kept = new MinimapBars();
    let generation = store.generation();
    let timer: ReturnType<typeof setTimeout> | undefined;
    /** The first bars come with the first calls. */
    let pause = 0;
    const draw = () => {
      timer = undefined;
      pause = store.order.length > 0 ? REFRESH_MS : 0;
      // Calls were put in before the first ones: every part begins elsewhere.
      if (store.generation() !== generation) kept = new MinimapBars();
      generation = store.generation();
      const drawn = kept.of(store.order, store.log.calls, sliceTime());
      setBars(drawn.bars);
      if (!drawn.complete) timer = setTimeout(draw);
    };
    draw();
    const stop = store.subscribeAny(() => {
      timer ??= setTimeout(draw, pause);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store]);
  return bars;
}
