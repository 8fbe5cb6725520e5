/** Gives the events of other daemons the marks that ours sends: which call each belongs to, and what it carries. */
import { unnamedKey } from "../../../shared/events/fold.ts";
import type { StreamEvent, ToolEvent } from "../../../shared/events/tool-event.ts";
import { codeOf, HAS, MARK, UNMARKED } from "../../wire/event-batch.ts";

/** Calls that are known by number. Beyond it all get new ones: the journal then reads the next event of each. */
const MAX_CALLS = 10_000;

/** Lays the mark of an event into `marks`, which is written over by the next one. */
export interface EventMarks {
  readonly marks: Float64Array;
  mark(event: StreamEvent): void;
}

export function createEventMarks(): EventMarks {
  const marks = new Float64Array(MARK);
  const calls = new Map<string, { number: number; progress: number | undefined }>();
  let last = 0;

  /** A daemon that names no call begins another one with a value below the last (shared/events/fold.ts). */
  function numberOf({ call, tool, token, progress }: ToolEvent): number {
    const key = call === undefined ? unnamedKey(token, tool) : `call ${call}`;
    let known = calls.get(key);
    const falls = progress !== undefined && known?.progress !== undefined && progress < known.progress;
    if (known === undefined || (call === undefined && falls)) {
      if (calls.size >= MAX_CALLS) calls.clear();
      last += 1;
      known = { number: last, progress: undefined };
      calls.set(key, known);
    }
    known.progress = progress ?? known.progress;
    return known.number;
  }

  return {
    marks,
    mark(event) {
      // When it happened is said in words of its daemon's, which are kept.
      marks[3] = Number.NaN;
      if (event.kind === "gap") {
        calls.clear();
        marks[0] = codeOf("gap", 0, 0);
        return;
      }
      const { kind = "progress", progress, total, message, token } = event;
      // Two tokens that JavaScript takes for one number: which call it is, is read.
      if (typeof token === "number" && Math.abs(token) > Number.MAX_SAFE_INTEGER) {
        marks[0] = UNMARKED;
        return;
      }
      const fields =
        (progress === undefined ? 0 : HAS.progress) |
        (total === undefined ? 0 : HAS.total) |
        (message === undefined ? 0 : HAS.message);
      marks[0] = codeOf(kind, numberOf(event), fields);
      marks[1] = progress ?? Number.NaN;
      marks[2] = total ?? Number.NaN;
    },
  };
}
