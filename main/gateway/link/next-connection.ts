/** Waits for a daemon's next connection, for those who need one and were there before it. */
import type { Connected } from "./connected.ts";

export interface NextConnection {
  /** The next one, or undefined when none came within `ms`. */
  wait(ms: number): Promise<Connected | undefined>;
  came(daemon: Connected): void;
}

export function createNextConnection(): NextConnection {
  const waiting = new Set<(daemon: Connected) => void>();
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => done(undefined), ms);
        const done = (daemon: Connected | undefined) => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve(daemon);
        };
        waiting.add(done);
      }),
    came(daemon) {
      for (const tell of waiting) tell(daemon);
    },
  };
}
