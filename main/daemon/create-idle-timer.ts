/** The moment at which the daemon is of no use to anybody any more. */

export interface IdleTimer {
  /** Says whether somebody uses the daemon now. */
  update(inUse: boolean): void;
  dispose(): void;
}

/** Calls `onIdle` once nobody has used it for `ms` without a break. It begins unused. */
export function createIdleTimer(ms: number, onIdle: () => void): IdleTimer {
  let timer: NodeJS.Timeout | undefined = setTimeout(onIdle, ms);
  return {
    update(inUse) {
      if (inUse) {
        clearTimeout(timer);
        timer = undefined;
      } else timer ??= setTimeout(onIdle, ms);
    },
    dispose: () => clearTimeout(timer),
  };
}
