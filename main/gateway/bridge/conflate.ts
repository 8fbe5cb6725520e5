/** Which events a reader may skip when it asked for conflation: progress that a later event of the same call supersedes. */
import { callIn, fieldsIn, GAP, kindIn, PROGRESS, UNMARKED } from "../../wire/event-batch.ts";

/** What conflation needs to know of one event. */
export interface ProgressMark {
  seq: number;
  /** `call`: begins or ends the call `number`; `gap`: what came before tells nothing of what comes; `progress`: may be skipped. */
  kind: "progress" | "call" | "gap";
  /** Of the call, in its stream. */
  number: number;
  progress: number | undefined;
  /** Which of progress, total and message it carries, as bits. */
  fields: number;
}

/** Calls remembered per reader; forgetting one only means that one more event is sent. */
const MAX_SEEN = 10_000;

/**
 * Gives the numbers to skip. `seen` holds the calls of which this reader already got an event: the
 * first event of a call is never skipped, because it is what makes the call (shared/events/fold.ts), and neither is a
 * value that later ones do not reach.
 */
export function superseded(marks: readonly ProgressMark[], seen: Set<number>): Set<number> {
  const skip = new Set<number>();
  const waiting = new Map<number, ProgressMark>();
  if (seen.size > MAX_SEEN) seen.clear();
  for (const mark of marks) {
    const { number, kind } = mark;
    if (kind === "gap") {
      seen.clear();
      waiting.clear();
      continue;
    }
    if (kind === "call") {
      seen.delete(number);
      waiting.delete(number);
      continue;
    }
    const before = waiting.get(number);
    if (before !== undefined && covers(mark, before)) skip.add(before.seq);
    if (seen.has(number)) waiting.set(number, mark);
    else seen.add(number);
  }
  return skip;
}

function covers(later: ProgressMark, earlier: ProgressMark): boolean {
  if ((earlier.fields & ~later.fields) !== 0) return false;
  return earlier.progress === undefined || (later.progress !== undefined && later.progress >= earlier.progress);
}

/** What a mark says (wire/event-batch.ts). A gap stands between two streams; what has no mark may say anything, too. */
export function markOf(seq: number, code: number, progress: number): ProgressMark {
  const kind = kindIn(code);
  return {
    seq,
    kind: kind === PROGRESS ? "progress" : kind === GAP || code === UNMARKED ? "gap" : "call",
    number: callIn(code),
    progress: Number.isNaN(progress) ? undefined : progress,
    fields: fieldsIn(code),
  };
}
