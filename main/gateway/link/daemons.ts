/** Owns which daemon serves what: the one that discovery chose serves tools, our own serves terminals; usually they are one. */
import type { DaemonView } from "../../../shared/protocol/app-frames.ts";
import type { DaemonNotice } from "../../../shared/protocol/daemon-api.ts";
import { type Connected, createDaemonLink, type DaemonLink, type LinkOptions } from "./daemon-link.ts";

export interface DaemonsListener {
  view(view: DaemonView): void;
  /** A daemon was connected, or the first of them was lost. */
  changed(): void;
  /** From our own daemon. */
  notice(notice: DaemonNotice): void;
}

export interface Daemons {
  readonly primary: DaemonLink;
  /** Our own daemon when it is connected, whether or not it is the one that discovery chose. */
  own(): Connected | undefined;
  /** Our own daemon, started when it has to be; undefined when none came within `ms`. */
  needOwn(ms: number): Promise<Connected | undefined>;
  /** The first connected daemon that `fits`, now or later; undefined once `signal` aborts. */
  when(fits: (daemon: Connected) => boolean, signal: AbortSignal): Promise<Connected | undefined>;
  dispose(): void;
}

export function createDaemons(options: Omit<LinkOptions, "listener"> & { listener: DaemonsListener }): Daemons {
  const { listener } = options;
  const waiting = new Set<() => void>();
  const changed = () => {
    listener.changed();
    for (const look of waiting) look();
  };
  const primary = createDaemonLink({
    ...options,
    listener: { view: listener.view, connected: changed, lost: changed, notice: listener.notice },
  });
  let side: DaemonLink | undefined;

  const connected = () => [primary.current(), side?.current()].filter((item) => item !== undefined);
  const own = () => connected().find((daemon) => daemon.found.own);
  return {
    primary,
    own,
    async needOwn(ms) {
      const now = own();
      if (now !== undefined) return now;
      if (primary.current() === undefined) {
        primary.start();
        const came = await primary.wait(ms);
        if (came === undefined || came.found.own) return came;
      }
      side ??= createDaemonLink({
        ...options,
        candidates: options.candidates.filter((candidate) => candidate.own),
        listener: { view: () => {}, connected: changed, lost: changed, notice: listener.notice },
      });
      side.start();
      return side.wait(ms);
    },
    when(fits, signal) {
      return new Promise((resolve) => {
        const done = (daemon: Connected | undefined) => {
          waiting.delete(look);
          signal.removeEventListener("abort", stop);
          resolve(daemon);
        };
        const stop = () => done(undefined);
        const look = () => {
          const found = connected().find(fits);
          if (found !== undefined) done(found);
        };
        waiting.add(look);
        signal.addEventListener("abort", stop, { once: true });
        if (signal.aborted) stop();
        else look();
      });
    },
    dispose() {
      primary.dispose();
      side?.dispose();
    },
  };
}
