/** When the daemon ends: unused for long, asked to stop, or replaced by another one. */
import { createIdleTimer } from "./create-idle-timer.ts";

/** Between looks at what nobody tells: the folders of sessions, the discovery file. */
const LOOK_MS = 5_000;
const IDLE_MS = 10 * 60 * 1000;

export type EndReason = "idle" | "stopped" | "replaced";

export interface DaemonLife {
  /** Resolves with the reason once the daemon wants to end. */
  readonly done: Promise<EndReason>;
  /** Whether it is used may have changed. */
  update(): void;
  /** A gateway has come (1) or gone (-1). */
  gateways(change: number): void;
  /** Ends it after the answer to the request that asked for it. */
  stop(): void;
  dispose(): void;
}

export interface DaemonLifeOptions {
  idleMs?: number | undefined;
  lookMs?: number | undefined;
  hasSessions: () => boolean;
  /** Kept writes are delivered also while nobody looks. */
  hasKeptWrites: () => boolean;
  /** Called now and then, for what nobody tells. */
  look: () => void;
  /** Whether another daemon has announced itself in this one's place. */
  isReplaced: () => boolean;
}

export function createDaemonLife(options: DaemonLifeOptions): DaemonLife {
  const done = Promise.withResolvers<EndReason>();
  let gateways = 0;
  const update = () => idle.update(gateways > 0 || options.hasSessions());
  const idle = createIdleTimer(options.idleMs ?? IDLE_MS, () => {
    if (!options.hasKeptWrites()) return done.resolve("idle");
    idle.update(true);
    update();
  });
  const look = setInterval(() => {
    options.look();
    if (options.isReplaced() && !options.hasSessions()) done.resolve("replaced");
  }, options.lookMs ?? LOOK_MS);
  return {
    done: done.promise,
    update,
    gateways(change) {
      gateways += change;
      update();
    },
    stop: () => void setImmediate(() => done.resolve("stopped")),
    dispose() {
      idle.dispose();
      clearInterval(look);
    },
  };
}
