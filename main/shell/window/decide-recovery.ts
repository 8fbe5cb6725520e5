/** Owns what happens after the page's process is gone, as a pure function. */

/** A second crash within this long means that loading the page again would only crash it again. */
export const CRASH_WINDOW_MS = 60_000;

/** `reload` after the first crash, `explain` after the next within a minute, `leave` when it ended on purpose. */
export function decideRecovery(
  reason: string,
  lastCrashAt: number | undefined,
  now: number,
): "reload" | "explain" | "leave" {
  if (reason === "clean-exit") return "leave";
  return lastCrashAt !== undefined && now - lastCrashAt < CRASH_WINDOW_MS ? "explain" : "reload";
}
