/** Says when a new window may be shown: at the first sign that it has something to show, and at the latest after a limit. */

/** What made a window fit to be shown. */
export type RevealSign = "ready-to-show" | "did-finish-load" | "did-fail-load" | "late";

/**
 * `ready-to-show` comes with the first painted frame. A Wayland compositor gives a window that is not shown no frames, so there it may
 * never come (electron/electron#48859): a short wait on Linux costs a flash at most, a long one an app without a window.
 */
export const revealLimit = (platform: NodeJS.Platform): number => (platform === "linux" ? 1_500 : 5_000);

export interface Reveal {
  sign(sign: RevealSign): void;
  /** The window is to be seen. `now`: somebody waits for it, whatever it has to show. */
  want(now?: boolean): void;
  /** It is not to be seen any more. */
  unwant(): void;
  dispose(): void;
}

/** `show` is called whenever the window is wanted and fit to be shown; for the first time, with the sign that made it so. */
export function createReveal(limitMs: number, show: (sign: RevealSign | undefined) => void): Reveal {
  let fit = false;
  let wanted = false;
  const late = setTimeout(() => sign("late"), limitMs);

  function sign(what: RevealSign): void {
    if (fit) return;
    fit = true;
    clearTimeout(late);
    if (wanted) show(what);
  }

  return {
    sign,
    want(now = false) {
      wanted = true;
      if (fit) show(undefined);
      else if (now) sign("late");
    },
    unwant() {
      wanted = false;
    },
    dispose: () => clearTimeout(late),
  };
}
