/** Reads a page of a session's history: `GET /api/v1/sessions/{id}/calls?limit=[&before=]`. */
import type { Call } from "../../shared/events/call.ts";
import type { Gap } from "../../shared/events/fold.ts";
import { readCall } from "../../shared/events/read-call.ts";
import { unread } from "../../shared/events/read-entry.ts";

export interface CallPage {
  /** Newest first, without arguments and results. */
  calls: readonly Call[];
  /** Whether there are older ones. */
  more: boolean;
  /** In the first page: all that are open, in order of their start. */
  open: readonly Call[];
  /** In the first page: where entries are missing, in order. */
  gaps: readonly Gap[];
  /** Number of the last entry that is folded into them. */
  last: number;
  /** What the names of calls in later entries are understood by (CallLog.run). */
  run: number;
  /** Calls of the session, and how many of them failed. */
  total: number;
  failed: number;
}

/** By hand, as its calls are (shared/events/read-call.ts). Undefined for what is no page; what is no call in it is left out. */
export function readCallPage(value: unknown): CallPage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { calls, more, open, gaps, last, run, total, failed } = unread(value);
  if (!Array.isArray(calls)) return undefined;
  return {
    calls: readAll(calls, readCall),
    more: more === true,
    open: readAll(open, readCall),
    gaps: readAll(gaps, readGap),
    last: whole(last),
    run: whole(run),
    total: whole(total),
    failed: whole(failed),
  };
}

function readAll<T>(values: unknown, read: (value: unknown) => T | undefined): T[] {
  return Array.isArray(values) ? values.flatMap((value: unknown) => read(value) ?? []) : [];
}

function readGap(value: unknown): Gap | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { seq, missed, from, to } = unread(value);
  if (typeof seq !== "number") return undefined;
  return { seq, missed: typeof missed === "number" ? missed : null, from: text(from), to: text(to) };
}

const whole = (value: unknown): number => (typeof value === "number" ? value : 0);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
