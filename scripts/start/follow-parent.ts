/** Ends with the process that started us: npm's shell, which does not pass signals on when it is ended itself. */

const CHECK_MS = 250;

/**
 * Calls `onGone` once when the parent is gone, which shows in a parent id that changes. Nothing on Windows, where it
 * does not change. Keeps nothing alive.
 */
export function followParent(
  onGone: () => void,
  parent: () => number = () => process.ppid,
  platform: NodeJS.Platform = process.platform,
): void {
  if (platform === "win32") return;
  const first = parent();
  const timer = setInterval(() => {
    if (parent() === first) return;
    clearInterval(timer);
    onGone();
  }, CHECK_MS);
  timer.unref();
}
