/** Owns which events a reader may skip when it asked for conflation: progress that a later event of the same call supersedes. */

/** What conflation needs to know of one event. */
export interface ProgressMark {
  seq: number;
  /** `call`: begins or ends the call `key`; `gap`: what came before tells nothing of what comes; `progress`: may be skipped. */
  kind: "progress" | "call" | "gap";
  key: string;
  /** Without an id of its own, a call is told from the next of its kind by a value that falls. */
  unnamed: boolean;
  progress: number | undefined;
  /** Which of progress, total and message it carries, as bits. */
  fields: number;
}

/** Keys remembered per reader; forgetting one only means that one more event is sent. */
const MAX_SEEN = 10_000;

/**
 * Gives the numbers to skip. `seen` holds the calls of which this reader already got an event, with the last value: the
 * first event of a call is never skipped, because it is what makes the call (shared/events/fold.ts), and neither is a
 * value that later ones do not reach.
 */
export function superseded(marks: readonly ProgressMark[], seen: Map<string, number | undefined>): Set<number> {
  const skip = new Set<number>();
  const waiting = new Map<string, ProgressMark>();
  if (seen.size > MAX_SEEN) seen.clear();
  for (const mark of marks) {
    const { key, kind } = mark;
    if (kind === "gap") {
      seen.clear();
      waiting.clear();
      continue;
    }
    if (kind === "call") {
      seen.delete(key);
      waiting.delete(key);
      continue;
    }
    const before = waiting.get(key);
    if (before !== undefined && covers(mark, before)) skip.add(before.seq);
    const last = seen.get(key);
    const begins = !seen.has(key) || (mark.unnamed && isBelow(mark.progress, last));
    if (begins) waiting.delete(key);
    else waiting.set(key, mark);
    seen.set(key, mark.progress ?? (begins ? undefined : last));
  }
  return skip;
}

const isBelow = (value: number | undefined, last: number | undefined): boolean =>
  value !== undefined && last !== undefined && value < last;

function covers(later: ProgressMark, earlier: ProgressMark): boolean {
  if ((earlier.fields & ~later.fields) !== 0) return false;
  return earlier.progress === undefined || (later.progress !== undefined && later.progress >= earlier.progress);
}

/** Reads the mark out of an event's value. */
export function progressMark(seq: number, event: unknown): ProgressMark {
  const mark: ProgressMark = { seq, kind: "gap", key: "", unnamed: false, progress: undefined, fields: 0 };
  if (typeof event !== "object" || event === null) return mark;
  const field = (name: string): unknown => Reflect.get(event, name);
  const call = field("call");
  const kind = field("kind") ?? "progress";
  if (kind === "gap") return mark;
  mark.unnamed = typeof call !== "string";
  mark.key = typeof call === "string" ? call : JSON.stringify([field("tool"), field("token") ?? null]);
  mark.kind = kind === "progress" ? "progress" : "call";
  const progress = field("progress");
  if (typeof progress === "number") {
    mark.progress = progress;
    mark.fields |= 1;
  }
  if (typeof field("total") === "number") mark.fields |= 2;
  if (typeof field("message") === "string") mark.fields |= 4;
  return mark;
}
