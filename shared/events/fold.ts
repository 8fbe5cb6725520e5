/**
 * Owns the fold from a session's log to its calls: the one place that says what a call is, used by the gateway's
 * counts and by every UI. Entries may repeat (a reader that resumes); what is not above `lastSeq` changes nothing.
 */
import type { Call, CallState } from "./call.ts";
import type { GapEvent, LogEntry, ToolEvent } from "./tool-event.ts";

/**
 * Calls of one session that may run at once. A daemon that never says how its calls end would fill the memory with them:
 * beyond this the outcome of the oldest counts as unknown, which an end that is told after all corrects.
 */
export const MAX_RUNNING_CALLS = 10_000;
/** So many are given up together: to look for the oldest at every call would cost more than the call. */
const GIVEN_UP_AT_ONCE = 2_500;

export interface Gap {
  /** The log position at which events are missing. */
  readonly seq: number;
  readonly missed: number | null;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export interface CallLog {
  /** In order of their start. A changed call is a new object at the same place. */
  readonly calls: Map<string, Call>;
  readonly gaps: Gap[];
  lastSeq: number;
  running: number;
  failed: number;
  /** Open calls of daemons that send no call id: by tool and token. */
  readonly unnamed: Map<string, string>;
}

export function createCallLog(): CallLog {
  return { calls: new Map(), gaps: [], lastSeq: 0, running: 0, failed: 0, unnamed: new Map() };
}

/** Applies one entry in place. Gives the ids of the calls that changed; a gap that loses outcomes changes many. */
export function applyEntry(log: CallLog, entry: LogEntry): string[] {
  if (entry.seq <= log.lastSeq) return [];
  log.lastSeq = entry.seq;
  const { event } = entry;
  if (event.kind === "gap") return applyGap(log, entry.seq, entry.at, event);
  const changed: string[] = [];
  const id = event.call ?? unnamedCallId(log, event, entry.seq, changed);
  const before = log.calls.get(id);
  const after = applyEvent(before, event, id, entry);
  if (after === before) return changed;
  put(log, after);
  if (log.running > MAX_RUNNING_CALLS) giveUpOldest(log, changed);
  changed.push(id);
  return changed;
}

function giveUpOldest(log: CallLog, changed: string[]): void {
  const running = [...log.calls.values()].filter(({ state }) => state === "running");
  running.sort((a, b) => a.firstSeq - b.firstSeq);
  for (const call of running.slice(0, running.length - MAX_RUNNING_CALLS + GIVEN_UP_AT_ONCE)) {
    put(log, { ...call, state: "unknown", endedAt: call.updatedAt });
    changed.push(call.id);
  }
}

/** Records that entries are missing and returns the ids of the calls that this makes uncertain or unknown. */
export function applyGap(log: CallLog, seq: number, at: string, gap: GapEvent): string[] {
  log.gaps.push({ seq, missed: gap.missed, from: gap.from, to: gap.to });
  if (seq > log.lastSeq) log.lastSeq = seq;
  const lost = gap.outcomes_lost === true;
  if (lost) log.unnamed.clear();
  const changed: string[] = [];
  for (const call of log.calls.values()) {
    if (call.state !== "running") continue;
    put(log, lost ? { ...call, state: "unknown", endedAt: gap.from ?? at } : { ...call, uncertain: true });
    changed.push(call.id);
  }
  return changed;
}

/** Puts in a call that was folded elsewhere, so that later events about it find it. One that is known already stays. */
export function restoreCall(log: CallLog, call: Call): void {
  if (log.calls.has(call.id)) return;
  put(log, call);
  if (call.state === "running" && call.id === unnamedId(call.firstSeq)) {
    log.unnamed.set(unnamedKey(call.token, call.tool), call.id);
  }
}

function put(log: CallLog, call: Call): void {
  const before = log.calls.get(call.id)?.state;
  log.running += Number(call.state === "running") - Number(before === "running");
  log.failed += Number(call.state === "failed") - Number(before === "failed");
  log.calls.set(call.id, call);
  if (before !== "running" || call.state === before) return;
  const key = unnamedKey(call.token, call.tool);
  if (log.unnamed.get(key) === call.id) log.unnamed.delete(key);
}

/**
 * A daemon that sends no ids is read by (tool, token). A value below the last one can only be a new call with a
 * reused token; the earlier call's outcome was then never told.
 */
function unnamedCallId(log: CallLog, event: ToolEvent, seq: number, changed: string[]): string {
  const key = unnamedKey(event.token, event.tool);
  const known = log.unnamed.get(key);
  const call = known === undefined ? undefined : log.calls.get(known);
  if (call?.state === "running" && !isBelow(event.progress, call.progress)) return call.id;
  if (call?.state === "running") {
    put(log, { ...call, state: "unknown", endedAt: call.updatedAt });
    changed.push(call.id);
  }
  const id = unnamedId(seq);
  log.unnamed.set(key, id);
  return id;
}

const unnamedId = (seq: number): string => `n-${seq}`;
/** Not JSON: this is done for every event of a daemon that names no call. The type keeps 1 and "1" apart. */
export const unnamedKey = (token: ToolEvent["token"], tool: string): string => `${typeof token} ${token} ${tool}`;

const isBelow = (value: number | undefined, last: number | undefined): boolean =>
  value !== undefined && last !== undefined && value < last;

const END: Partial<Record<NonNullable<ToolEvent["kind"]>, CallState>> = {
  finished: "finished",
  failed: "failed",
  cancelled: "cancelled",
  queued: "queued",
  delivered: "delivered",
  discarded: "discarded",
};

function applyEvent(before: Call | undefined, event: ToolEvent, id: string, entry: LogEntry): Call {
  const at = event.timestamp ?? entry.at;
  const call = before ?? newCall(event, id, at, entry.seq);
  const state = event.kind === undefined ? undefined : END[event.kind];
  if (state !== undefined) {
    return {
      ...call,
      state,
      endedAt: state === "queued" ? undefined : at,
      durationMs: event.duration_ms ?? call.durationMs,
      result: event.result ?? call.result,
      error: event.error ?? call.error,
      cut: mergeCut(call.cut, event.cut),
      message: event.message ?? call.message,
      updatedAt: at,
      uncertain: false,
      lastSeq: entry.seq,
    };
  }
  if (event.kind === "started" || call.state !== "running") return call;
  return applyProgress(call, event, at, entry.seq);
}

/** Progress after the end, and progress that goes backwards, is not believed; the message may still be news. */
function applyProgress(call: Call, event: ToolEvent, at: string, seq: number): Call {
  const backwards = isBelow(event.progress, call.progress);
  return {
    ...call,
    progress: backwards ? call.progress : (event.progress ?? call.progress),
    total: backwards ? call.total : (event.total ?? call.total),
    message: event.message ?? call.message,
    regressions: call.regressions + Number(backwards),
    updates: call.updates + 1,
    updatedAt: at,
    uncertain: false,
    lastSeq: seq,
  };
}

function newCall(event: ToolEvent, id: string, at: string, seq: number): Call {
  return {
    id,
    tool: event.tool,
    server: event.server,
    token: event.token,
    state: "running",
    startedAt: event.duration_ms === undefined ? at : earlier(at, event.duration_ms),
    endedAt: undefined,
    durationMs: undefined,
    progress: undefined,
    total: undefined,
    message: undefined,
    updatedAt: at,
    updates: 0,
    regressions: 0,
    uncertain: false,
    args: event.args,
    result: undefined,
    cut: event.cut,
    error: undefined,
    offset: event.offset,
    firstSeq: seq,
    lastSeq: seq,
  };
}

function mergeCut(a: ToolEvent["cut"], b: ToolEvent["cut"]): ToolEvent["cut"] {
  return a === undefined ? b : { ...a, ...b };
}

function earlier(iso: string, ms: number): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : new Date(time - ms).toISOString();
}
