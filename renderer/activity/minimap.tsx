/** Owns the strip that shows a session's calls over time at a glance: height by duration, colour by outcome. */
import { useEffect, useState } from "react";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { sliceTime } from "../stores/slices.ts";
import styles from "./activity.module.css";
import { type MinimapBar, MinimapBars } from "./minimap-bars.ts";

/** Fewer calls are seen better in the list alone. */
const MIN_BARS = 4;
const REFRESH_MS = 500;

interface MinimapProps {
  store: CallLogStore;
  onPick: (id: string) => void;
}

export function Minimap({ store, onPick }: MinimapProps) {
  const bars = useBars(store);
  if (bars.length < MIN_BARS) return null;
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
    const draw = () => {
      timer = undefined;
      // Calls were put in before the first ones: every part begins elsewhere.
      if (store.generation() !== generation) kept = new MinimapBars();
      generation = store.generation();
      const drawn = kept.of(store.order, store.log.calls, sliceTime());
      setBars(drawn.bars);
      if (!drawn.complete) timer = setTimeout(draw);
    };
    draw();
    const stop = store.subscribeAny(() => {
      timer ??= setTimeout(draw, REFRESH_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store]);
  return bars;
}
