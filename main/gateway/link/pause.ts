/** Waits that can be cut short. */

/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}

/** A pause that somebody else may end early; one at a time. */
export function wakeablePause(signal: AbortSignal): { pause(ms: number): Promise<void>; wake(): void } {
  let early: AbortController | undefined;
  return {
    pause(ms) {
      early = new AbortController();
      return pause(ms, AbortSignal.any([signal, early.signal]));
    },
    wake: () => early?.abort(),
  };
}
