/** Keeps for a while, in memory alone, what entries held before they were removed or changed: Undo brings masks. */

const MAX_KEPT = 64;
const KEPT_MS = 15 * 60_000;

export interface KeptEntries {
  /** The kept entries of this name, the newest first. */
  of(name: string): unknown[];
  keep(name: string, entry: unknown): void;
}

/** `clock` in milliseconds, steady. Nothing of it is ever written down. */
export function keepEntries(clock: () => number = () => performance.now()): KeptEntries {
  let kept: { name: string; entry: unknown; at: number }[] = [];
  const prune = () => {
    kept = kept.filter(({ at }) => clock() - at < KEPT_MS).slice(0, MAX_KEPT);
  };
  return {
    of(name) {
      prune();
      return kept.flatMap((item) => (item.name === name ? [item.entry] : []));
    },
    keep(name, entry) {
      kept.unshift({ name, entry, at: clock() });
      prune();
    },
  };
}
