/** How often a terminal's changes are sent: at once, and then at most once per interval, the last one always. */

export interface ChangeThrottle {
  changed(): void;
  /** A change that nobody may have to wait for. */
  now(): void;
  dispose(): void;
}

export function throttleChanges(intervalMs: number, tell: () => void): ChangeThrottle {
  let timer: NodeJS.Timeout | undefined;
  let due = false;
  function changed(): void {
    if (timer !== undefined) {
      due = true;
      return;
    }
    due = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (due) changed();
    }, intervalMs);
    tell();
  }
  return {
    changed,
    now() {
      clearTimeout(timer);
      timer = undefined;
      changed();
    },
    dispose() {
      clearTimeout(timer);
      due = false;
    },
  };
}
