/** Keeps history within its limits: the oldest entries leave in small steps, and what left is known to be gone. */
import type { EventStore } from "./event-store.ts";
import type { JournalLimits } from "./journal-options.ts";
import { type ResultsLook, trimResults } from "./trim-results.ts";

/** How often the limits are looked at, in milliseconds. */
const LOOK_MS = 5 * 60_000;
const FIRST_LOOK_MS = 10_000;
/** Pause between two steps: writing and reading come in between. */
const STEP_PAUSE_MS = 20;
/** Rows of one step; each holds up to 64 KiB before packing. */
const STEP_ROWS = 64;
const STEP_PAGES = 256;

/** One step. True when there is more to do. `now` in milliseconds. */
export function trim(store: EventStore, limits: JournalLimits, now: number): boolean {
  const oldest = store.oldestWritten();
  const tooOld = oldest !== undefined && now - oldest > limits.maxAgeMs;
  if (oldest === undefined || !(tooOld || store.usedBytes() > limits.maxBytes)) return false;
  store.begin();
  try {
    store.dropOldest(STEP_ROWS);
    store.commit();
  } catch (error) {
    store.rollback();
    throw error;
  }
  store.shrink(STEP_PAGES);
  return true;
}

const NO_RESULTS: ResultsLook = { bytes: 0, more: false };

export function keepWithin(
  store: EventStore,
  { results, ...first }: JournalLimits & { results?: string | undefined },
  now: () => number,
): { setLimits(limits: JournalLimits): void; dispose(): void } {
  let limits: JournalLimits = first;
  const lookAtResults = (folder: string) =>
    trimResults(folder, limits, { bytes: store.usedBytes(), oldest: store.oldestWritten() }, now());
  let timer = setTimeout(look, FIRST_LOOK_MS);
  function look(): void {
    let more = false;
    try {
      const look = results === undefined ? NO_RESULTS : lookAtResults(results);
      more = trim(store, { ...limits, maxBytes: limits.maxBytes - look.bytes }, now()) || look.more;
    } catch {
      // A disk that refuses is reported by the recorder; the next look tries again.
    }
    timer = setTimeout(look, more ? STEP_PAUSE_MS : LOOK_MS);
  }
  return {
    setLimits(changed) {
      limits = changed;
      clearTimeout(timer);
      timer = setTimeout(look, STEP_PAUSE_MS);
    },
    dispose: () => clearTimeout(timer),
  };
}
