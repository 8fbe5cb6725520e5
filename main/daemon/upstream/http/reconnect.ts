/** Decides how long a stream that ended is left alone before it is asked for again, whatever its server says about it. */
import { outsideNumber } from "../../../../shared/text/outside-number.ts";

/** Between two beginnings of the same stream; doubled for each that brought nothing, at most the second. */
const MIN_MS = 1_000;
const MAX_MS = 30_000;
/** A stream that held this long was a good one: the next wait is the shortest again. */
const STABLE_MS = 10_000;
/** Between two streams of one origin, whichever sessions they belong to: 20 a second. */
const BETWEEN_MS = 50;

export interface Reconnect {
  /** The stream begins (again) now. */
  began(): void;
  /** It brought a message. */
  useful(): void;
  /** It ended, or could not be had: milliseconds to wait. `asked` is the `retry` of its server. */
  wait(asked: number | undefined): number;
}

/** When the next stream of each origin may begin, on the clock of `performance.now()`. */
export type OriginPace = Map<string, number>;

/** One for the process: sessions know nothing of each other, and their server has them all. */
const PROCESS_PACE: OriginPace = new Map();
/** Origins that are remembered; those whose time is over are forgotten first. */
const MAX_ORIGINS = 1_000;

export interface ReconnectOptions {
  origin: string;
  /** The first wait may be shorter than the usual one, for a server that asks for it: a call's answer waits behind it. */
  eager?: boolean;
  clock?: () => number;
  pace?: OriginPace;
}

export function createReconnect(options: ReconnectOptions): Reconnect {
  const { origin, eager = false, clock = () => performance.now(), pace = PROCESS_PACE } = options;
  let attempt = 0;
  let waits = 0;
  let began = clock();
  return {
    began() {
      began = clock();
    },
    useful() {
      attempt = 0;
    },
    wait(asked) {
      const now = clock();
      if (now - began >= STABLE_MS) attempt = 0;
      const wished = outsideNumber(asked, { min: 0, max: MAX_MS });
      const usual = Math.min(MIN_MS * 2 ** attempt, MAX_MS);
      const own = eager && waits === 0 && wished !== undefined ? wished : Math.max(usual, wished ?? 0);
      attempt = Math.min(attempt + 1, 10);
      waits += 1;
      const at = Math.max(now + own, pace.get(origin) ?? 0);
      if (pace.size >= MAX_ORIGINS) for (const [known, next] of pace) if (next <= now) pace.delete(known);
      pace.set(origin, at + BETWEEN_MS);
      return at - now;
    },
  };
}
