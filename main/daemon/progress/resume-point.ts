/** Where a reader of a session's events begins, decided from its `Last-Event-ID`. */
import type { EventRing } from "./event-ring.ts";

const EVENT_ID = /^([A-Za-z0-9]{1,32})-(\d{1,15})$/;

/**
 * The sequence number after which to read on. Without an id, or with one of another daemon run, that is the oldest
 * event that is kept; `foreign` then says that what the reader knew belongs to a run that is gone.
 */
export function resumePoint(
  lastEventId: string | undefined,
  ring: Pick<EventRing, "base" | "epoch" | "last">,
): { after: number; foreign: boolean } {
  const [, epoch, seq] = EVENT_ID.exec(lastEventId ?? "") ?? [];
  if (epoch === undefined || seq === undefined) return { after: ring.base, foreign: false };
  if (epoch !== ring.epoch) return { after: ring.base, foreign: true };
  return { after: Math.min(Math.max(Number(seq), ring.base), ring.last), foreign: false };
}
