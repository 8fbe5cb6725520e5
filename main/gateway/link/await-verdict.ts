/** Waiting for the verdict on a daemon: whether there is one, while it is still looked for or being started. */
import type { DaemonView } from "../../../shared/protocol/app-frames.ts";

/** Whoever asks in the first moments waits this long at most, in milliseconds. */
export const VERDICT_MS = 5_000;
/** Who comes beyond these is answered at once, as if there were no daemon. */
const MAX_WAITING = 256;

export interface Verdict {
  /** Resolves at the verdict, after `VERDICT_MS`, or when `signal` aborts; at once where there is one. */
  settled(signal?: AbortSignal): Promise<void>;
  /** To be called with each state. */
  shown(state: DaemonView["state"]): void;
}

/** A loss is a verdict, too: it may last, and whoever asks then hears at once. */
const isOpen = (state: DaemonView["state"]): boolean => state === "searching" || state === "starting";

export function createVerdict(first: DaemonView["state"]): Verdict {
  let state = first;
  const waiting = new Set<() => void>();
  return {
    settled(signal) {
      if (!isOpen(state) || signal?.aborted === true || waiting.size >= MAX_WAITING) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          waiting.delete(done);
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, VERDICT_MS);
        timer.unref();
        waiting.add(done);
        signal?.addEventListener("abort", done, { once: true });
      });
    },
    shown(next) {
      state = next;
      if (isOpen(next)) return;
      for (const done of [...waiting]) done();
    },
  };
}
