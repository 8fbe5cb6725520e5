/** Tells how far a run is and how long it will still take, by what each benchmark took the last time. */
import type { Results } from "./results.ts";

/** What a benchmark takes of which nothing is known yet. */
const UNKNOWN_S = 70;

export interface Progress {
  /** From now on this one runs. */
  begin(id: string): void;
  /** For example `B3 (3 of 13, about 9 min left)`. */
  where(): string;
}

/** Time in milliseconds comes from `clock`. A quick run takes about an eighth. */
export function createProgress(
  ids: readonly string[],
  record: Results | undefined,
  quick: boolean,
  clock: () => number,
): Progress {
  const expected = (id: string) => (record?.benches[id]?.seconds ?? UNKNOWN_S) / (quick ? 8 : 1);
  let at = 0;
  let began = clock();
  return {
    begin(id) {
      at = ids.indexOf(id);
      began = clock();
    },
    where() {
      const [now = "", ...later] = ids.slice(at);
      const own = Math.max(0, expected(now) - (clock() - began) / 1000);
      const seconds = later.reduce((sum, id) => sum + expected(id), own);
      const left = seconds < 90 ? `${Math.ceil(seconds / 10) * 10} s` : `${Math.round(seconds / 60)} min`;
      return `${now} (${at + 1} of ${ids.length}, about ${left} left)`;
    },
  };
}
