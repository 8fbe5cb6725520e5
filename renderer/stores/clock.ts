/** Owns the ticking of elapsed times: one timer for all that show one, in the gateway's time. */
import { useSyncExternalStore } from "react";
import { useApp } from "./app-store.ts";

type Speed = "fast" | "slow";
const PERIOD_MS: Record<Speed, number> = { fast: 200, slow: 1_000 };

interface Ticker {
  now: number;
  timer: ReturnType<typeof setInterval> | undefined;
  readonly listeners: Set<() => void>;
}

const tickers: Record<Speed, Ticker> = {
  fast: { now: Date.now(), timer: undefined, listeners: new Set() },
  slow: { now: Date.now(), timer: undefined, listeners: new Set() },
};

function subscribeTo(speed: Speed): (listener: () => void) => () => void {
  const ticker = tickers[speed];
  return (listener) => {
    ticker.listeners.add(listener);
    ticker.timer ??= setInterval(() => {
      ticker.now = Date.now();
      for (const told of ticker.listeners) told();
    }, PERIOD_MS[speed]);
    return () => {
      ticker.listeners.delete(listener);
      if (ticker.listeners.size > 0) return;
      clearInterval(ticker.timer);
      ticker.timer = undefined;
    };
  };
}

const subscribers = { fast: subscribeTo("fast"), slow: subscribeTo("slow") };
const still = (): (() => void) => () => {};

/** Milliseconds of the gateway's clock, ticking while `running`. */
export function useNow(speed: Speed, running = true): number {
  const now = useSyncExternalStore(running ? subscribers[speed] : still, () => tickers[speed].now);
  const offset = useApp((store) => store.clockOffset);
  return (running ? Math.max(now, tickers[speed].now) : Date.now()) + offset;
}
