/**
 * The fold from a session's log to its calls: the one place that says what a call is, used by the gateway's
 * counts and by every UI. Entries may repeat (a reader that resumes); what is not above `lastSeq` changes nothing.
 */
import type { Call, CallState } from "./call.ts";
import { callAbout } from "./call-about.ts";
import { callId, unnamedCallId } from "./call-id.ts";
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
  /** The entry at which the daemon's run began whose call names may repeat earlier ones; 0 while none has (call-id.ts). */
  run: number;
  running: number;
  failed: number;
  /** Open calls of daemons that send no call id: by tool and token. */
  readonly unnamed: Map<string, string>;
}

export function createCallLog(): CallLog {
  return { calls: new Map(), gaps: [], lastSeq: 0, run: 0, running: 0, failed: 0, unnamed: new Map() };
}

/** Applies one entry in place. Gives the ids of the calls that changed; a gap that loses outcomes changes many. */
export function applyEntry(log: CallLog, entry: LogEntry): string[] {
  if (entry.seq <= log.lastSeq) return [];
  log.lastSeq = entry.seq;
  const { event } = entry;
  if (event.kind === "gap") return applyGap(log, entry.seq, entry.at, event);
  const changed: string[] = [];
  const id = event.call === undefined ? unnamedCall(log, event, entry.seq, changed) : callId(log.run, event.call);
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
  log.run = runAfter(log.run, seq, gap);
  const changed: string[] = [];
  for (const call of log.calls.values()) {
    if (call.state !== "running") continue;
    put(log, lost ? { ...call, state: "unknown", endedAt: gap.from ?? at } : { ...call, uncertain: true });
    changed.push(call.id);
  }
  return changed;
}

/** What names of calls are understood by after the gap at `seq`. */
export function runAfter(run: number, seq: number, gap: GapEvent): number {
  if (gap.outcomes_lost !== true) return run;
  return gap.new_run === true ? seq : 0;
}

/** Puts in a call that was folded elsewhere, so that later events about it find it. One that is known already stays. */
export function restoreCall(log: CallLog, call: Call): void {
  if (log.calls.has(call.id)) return;
  put(log, call);
  if (call.state === "running" && call.id === unnamedCallId(call.firstSeq)) {
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
function unnamedCall(log: CallLog, event: ToolEvent, seq: number, changed: string[]): string {
  const key = unnamedKey(event.token, event.tool);
  const known = log.unnamed.get(key);
  const call = known === undefined ? undefined : log.calls.get(known);
  if (call?.state === "running" && !isBelow(event.progress, call.progress)) return call.id;
  if (call?.state === "running") {
    put(log, { ...call, state: "unknown", endedAt: call.updatedAt });
    changed.push(call.id);
  }
  const id = unnamedCallId(seq);
  log.unnamed.set(key, id);
  return id;
}

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
      ...partsOf(call.parts, event.parts),
      message: event.message ?? call.message,
      updatedAt: at,
      uncertain: false,
      lastSeq: entry.seq,
    };
  }
  if (event.kind === "left" && event.left !== undefined && call.state === "running") {
    const { why, after_ms: afterMs, reason } = event.left;
    return { ...call, left: { why, afterMs, ...(reason !== undefined && { reason }) }, lastSeq: entry.seq };
  }
  if (event.kind === "returned" && call.state === "running") return { ...call, left: undefined, lastSeq: entry.seq };
  if (event.kind === "started" || event.kind === "left" || call.state !== "running") return call;
  return applyProgress(call, event, at, entry.seq);
}

/** How far a call is, while it runs. */
export interface Advancing {
  progress: number | undefined;
  total: number | undefined;
  updates: number;
  regressions: number;
}

/** One more progress event: values that go backwards are not believed. In place; the journal does this for every event. */
export function advance(call: Advancing, progress: number | undefined, total: number | undefined): void {
  call.updates += 1;
  if (isBelow(progress, call.progress)) {
    call.regressions += 1;
    return;
  }
  call.progress = progress ?? call.progress;
  call.total = total ?? call.total;
}

/** Progress after the end is not believed; the message of one that goes backwards may still be news. */
function applyProgress(call: Call, event: ToolEvent, at: string, seq: number): Call {
  const { progress, total, updates, regressions } = call;
  const now: Advancing = { progress, total, updates, regressions };
  advance(now, event.progress, event.total);
  return {
    ...call,
    ...now,
    message: event.message ?? call.message,
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
    ...aboutOf(event.args),
    args: event.args,
    result: undefined,
    cut: event.cut,
    ...partsOf(undefined, event.parts),
    error: undefined,
    offset: event.offset,
    firstSeq: seq,
    lastSeq: seq,
    ...(event.agent !== undefined && { agent: event.agent }),
  };
}

function aboutOf(args: unknown): Pick<Call, "about"> {
  const about = args === undefined ? undefined : callAbout(args);
  return about === undefined ? {} : { about };
}

function partsOf(a: ToolEvent["parts"], b: ToolEvent["parts"]): Pick<Call, "parts"> {
  if (b === undefined) return {};
  // An end may be told again, in other words.
  return { parts: a === undefined ? b : [...a.filter(({ at }) => !b.some((part) => part.at === at)), ...b] };
}

function mergeCut(a: ToolEvent["cut"], b: ToolEvent["cut"]): ToolEvent["cut"] {
  return a === undefined ? b : { ...a, ...b };
}

function earlier(iso: string, ms: number): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : new Date(time - ms).toISOString();
}
