/** How a call that a person or a rule stopped says so: it is cancelled, and its error has one of these codes. */
import type { Call } from "./call.ts";

export const STOPPED_BY_PERSON = "stopped-by-person";
export const STOPPED_BY_RULE = "stopped-by-rule";

/** "Stopped by you", or by which rule; undefined for a call that nobody stopped. */
export function stoppedWords({ state, error }: Pick<Call, "state" | "error">): string | undefined {
  if (state !== "cancelled" || error === undefined) return undefined;
  return error.code === STOPPED_BY_PERSON || error.code === STOPPED_BY_RULE ? error.message : undefined;
}

/** "90 seconds", "5 minutes". */
export function formatLimit(ms: number): string {
  const [count, unit] = ms % 60_000 === 0 ? [ms / 60_000, "minute"] : [Math.round(ms / 100) / 10, "second"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
