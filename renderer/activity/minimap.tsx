/** Owns the strip that shows a session's calls over time at a glance: height by duration, colour by outcome. */
import { useMemo, useSyncExternalStore } from "react";
import type { Call } from "../../shared/events/call.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import styles from "./activity.module.css";
import { isError } from "./filters.ts";

/** Bars drawn at most; each then stands for several calls, the worst of which it shows. */
const MAX_BARS = 68;

interface MinimapBar {
  height: number;
  tone: "done" | "running" | "bad";
  id: string;
}

interface MinimapProps {
  store: CallLogStore;
  cursor: string | undefined;
  onPick: (id: string) => void;
}

export function Minimap({ store, onPick }: MinimapProps) {
  const shape = useSyncExternalStore(store.subscribeShape, store.shapeVersion);
  const outcome = useSyncExternalStore(store.subscribeAny, () => `${store.log.running}|${store.log.failed}`);
  // biome-ignore lint/correctness/useExhaustiveDependencies: both say that the mutable store has changed
  const bars = useMemo(() => minimapBars(store.order, store.log.calls), [store, shape, outcome]);
  if (bars.length < 4) return null;
  return (
    <div className={styles.minimap} aria-hidden="true">
      {bars.map((bar) => (
        <span
          key={bar.id}
          className={styles[`bar-${bar.tone}`]}
          style={{ height: bar.height }}
          onClick={() => onPick(bar.id)}
        />
      ))}
    </div>
  );
}

/** 3 to 15 px by the logarithm of the duration: 10 ms and 10 minutes must both be seen. */
export function minimapBars(order: readonly string[], calls: ReadonlyMap<string, Call>): MinimapBar[] {
  const per = Math.max(1, Math.ceil(order.length / MAX_BARS));
  const bars: MinimapBar[] = [];
  for (let start = 0; start < order.length; start += per) {
    let bar: MinimapBar | undefined;
    for (const id of order.slice(start, start + per)) {
      const call = calls.get(id);
      if (call === undefined) continue;
      const tone = isError(call) ? "bad" : call.state === "running" ? "running" : "done";
      const height = barHeight(call);
      if (bar === undefined) bar = { height, tone, id };
      else {
        bar.height = Math.max(bar.height, height);
        if (tone === "bad" || (tone === "running" && bar.tone === "done")) {
          bar.tone = tone;
          bar.id = id;
        }
      }
    }
    if (bar !== undefined) bars.push(bar);
  }
  return bars;
}

function barHeight(call: Call): number {
  const measured = call.durationMs ?? Date.parse(call.endedAt ?? call.updatedAt) - Date.parse(call.startedAt);
  const ms = Number.isNaN(measured) ? 0 : Math.max(0, measured);
  return Math.round(Math.min(15, 3 + (Math.log10(1 + ms) / 5) * 12));
}
