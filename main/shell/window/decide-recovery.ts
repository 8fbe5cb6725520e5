/** What happens after the page's process is gone, as a pure function. */

/** A second crash within this long means that loading the page again would only crash it again. */
export const CRASH_WINDOW_MS = 60_000;

export type Recovery = "reload" | "explain" | "ask" | "leave";

/** `crashes`: when it crashed before, oldest first, not beyond what `recentCrashes` keeps. */
export function decideRecovery(reason: string, crashes: readonly number[], now: number): Recovery {
  if (reason === "clean-exit") return "leave";
  const recent = recentCrashes(crashes, now).length;
  if (recent === 0) return "reload";
  // The plain page needs a process too. Where none can be started at all, loading it would only go round in a circle.
  return recent === 1 ? "explain" : "ask";
}

/** Those that still count. */
export const recentCrashes = (crashes: readonly number[], now: number): number[] =>
  crashes.filter((at) => now - at < CRASH_WINDOW_MS);
