/** Owns which events a reader may skip when it asked for conflation: progress that a later event of the same call supersedes. */

/** What conflation needs to know of one event. `key` is undefined for everything that is never skipped. */
export interface ProgressMark {
  seq: number;
  key: string | undefined;
  progress: number | undefined;
  /** Which of progress, total and message it carries, as bits. */
  fields: number;
  /** For an event that ends or begins a call: its key, which then starts anew. */
  boundary: string | undefined;
}

/** Keys remembered per reader; forgetting one only means that one more event is sent. */
const MAX_SEEN = 10_000;

/**
 * Gives the numbers to skip. `seen` holds the calls of which this reader already got an event: the first event of a
 * call is never skipped, because it is what makes the call, and neither is a value that later ones do not reach, because
 * that is how a fold tells a new call from an old one (shared/events/fold.ts).
 */
export function superseded(marks: readonly ProgressMark[], seen: Set<string>): Set<number> {
  const skip = new Set<number>();
  const waiting = new Map<string, ProgressMark>();
  if (seen.size > MAX_SEEN) seen.clear();
  for (const mark of marks) {
    if (mark.boundary !== undefined) {
      seen.delete(mark.boundary);
      waiting.delete(mark.boundary);
    }
    const { key } = mark;
    if (key === undefined) continue;
    const before = waiting.get(key);
    if (before !== undefined && covers(mark, before)) skip.add(before.seq);
    if (seen.has(key)) waiting.set(key, mark);
    else seen.add(key);
  }
  return skip;
}

function covers(later: ProgressMark, earlier: ProgressMark): boolean {
  if ((earlier.fields & ~later.fields) !== 0) return false;
  return earlier.progress === undefined || (later.progress !== undefined && later.progress >= earlier.progress);
}

/** Reads the mark out of an event's value. */
export function progressMark(seq: number, event: unknown): ProgressMark {
  const mark: ProgressMark = { seq, key: undefined, progress: undefined, fields: 0, boundary: undefined };
  if (typeof event !== "object" || event === null) return mark;
  const field = (name: string): unknown => Reflect.get(event, name);
  const call = field("call");
  const kind = field("kind") ?? "progress";
  const name = typeof call === "string" ? call : JSON.stringify([field("tool"), field("token") ?? null]);
  if (kind !== "progress") {
    mark.boundary = name;
    return mark;
  }
  mark.key = name;
  const progress = field("progress");
  if (typeof progress === "number") {
    mark.progress = progress;
    mark.fields |= 1;
  }
  if (typeof field("total") === "number") mark.fields |= 2;
  if (typeof field("message") === "string") mark.fields |= 4;
  return mark;
}
