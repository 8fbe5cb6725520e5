/** How often work that can be batched runs: at once after a quiet time, then at most once in an interval. */

export interface Pace {
  /** There is something to do. Costs nothing while the next run is already due. */
  wake(): void;
  /** Takes back the run that is due. */
  stop(): void;
}

/** `run` is never called within `wake`: what the caller still does in this turn of the event loop comes first. */
export function createPace(run: () => void, intervalMs: number): Pace {
  let due = false;
  let ranAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;

  const fire = () => {
    due = false;
    timer = undefined;
    immediate = undefined;
    ranAt = performance.now();
    run();
  };

  return {
    wake() {
      if (due) return;
      due = true;
      const wait = ranAt + intervalMs - performance.now();
      if (wait > 0) timer = setTimeout(fire, wait);
      else immediate = setImmediate(fire);
    },
    stop() {
      due = false;
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
