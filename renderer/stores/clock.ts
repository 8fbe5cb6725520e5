/** The ticking of elapsed times: one timer for all that show one, in the gateway's time. */
import { useSyncExternalStore } from "react";
import { useApp } from "./app-store.ts";

type Speed = "fast" | "slow";
const PERIOD_MS: Record<Speed, number> = { fast: 200, slow: 1_000 };

export interface Ticker {
  /** The moment of the last tick, or of the first listener since there was none. */
  readonly now: () => number;
  readonly subscribe: (listener: () => void) => () => void;
}

/** Ticks while anybody listens. Whoever comes first is told the present, not the moment at which the last one left. */
export function createTicker(periodMs: number): Ticker {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let now = Date.now();
  return {
    now: () => now,
    subscribe(listener) {
      listeners.add(listener);
      if (timer === undefined) {
        now = Date.now();
        timer = setInterval(() => {
          now = Date.now();
          for (const told of listeners) told();
        }, periodMs);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const tickers: Record<Speed, Ticker> = { fast: createTicker(PERIOD_MS.fast), slow: createTicker(PERIOD_MS.slow) };
const still = (): (() => void) => () => {};

/** Milliseconds of the gateway's clock, ticking while `running`. */
export function useNow(speed: Speed, running = true): number {
  const ticker = tickers[speed];
  const now = useSyncExternalStore(running ? ticker.subscribe : still, ticker.now);
  const offset = useApp((store) => store.clockOffset);
  return (running ? now : Date.now()) + offset;
}
