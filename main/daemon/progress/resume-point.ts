/** Owns where a reader of a session's events begins, decided from its `Last-Event-ID` (protocol.md §2). */
import type { EventRing } from "./event-ring.ts";

const EVENT_ID = /^([A-Za-z0-9]{1,32})-(\d{1,15})$/;

/**
 * The sequence number after which to read on. Without an id, or with one of another daemon run, that is the oldest
 * event that is kept; `foreign` then says that what the reader knew belongs to a run that is gone.
 */
export function resumePoint(
  lastEventId: string | undefined,
  ring: Pick<EventRing, "epoch" | "last">,
): { after: number; foreign: boolean } {
  const [, epoch, seq] = EVENT_ID.exec(lastEventId ?? "") ?? [];
  if (epoch === undefined || seq === undefined) return { after: 0, foreign: false };
  if (epoch !== ring.epoch) return { after: 0, foreign: true };
  return { after: Math.min(Number(seq), ring.last), foreign: false };
}
