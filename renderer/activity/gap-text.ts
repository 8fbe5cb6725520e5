/** Says what is known of a place where events are missing. */
import type { Gap } from "../../shared/events/fold.ts";
import { formatMinute } from "./elapsed.ts";

/** "Disconnected 14:02–14:03 · 12 events missed": what is known, and nothing more. */
export function gapText(gap: Gap): string {
  const from = gap.from === undefined ? "" : formatMinute(gap.from);
  const to = gap.to === undefined ? "" : formatMinute(gap.to);
  const when = from === "" ? "" : to === "" || to === from ? ` ${from}` : ` ${from}–${to}`;
  if (gap.missed === null) return `Disconnected${when} · events may be missing`;
  const missed = `${gap.missed.toLocaleString("en-US")} ${gap.missed === 1 ? "event" : "events"} missed`;
  return from === "" ? missed : `Disconnected${when} · ${missed}`;
}
