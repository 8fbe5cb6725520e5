/** The calls of one session as the journal keeps them: folded from its entries, written when they changed. */
import { type Call, isOpen } from "../../../shared/events/call.ts";
import { callId } from "../../../shared/events/call-id.ts";
import { applyEntry, type CallLog, createCallLog, type Gap, restoreCall } from "../../../shared/events/fold.ts";
import { readEntry } from "../../../shared/events/read-entry.ts";
import { callIn, MARK, UNMARKED } from "../../wire/event-batch.ts";
import type { EntryRun } from "./batch.ts";
import { decoded } from "./entry-runs.ts";
import { createProgressFold } from "./fold-progress.ts";
import type { CallCounts } from "./messages.ts";

/** Calls kept in memory after their end, so that a late event does not look like a new call. */
const MAX_ENDED = 1_000;

export interface FoldedCalls {
  /** Applies entries in order; what is no entry is left out. */
  apply(runs: readonly EntryRun[]): void;
  /** Calls that began, ended or changed otherwise, and gaps that came, since `written` was last called; with `all`, also those that only moved on. */
  changed(all: boolean): Call[];
  gaps(): readonly Gap[];
  written(all: boolean): void;
  /** Whether calls have moved on that were not written since. */
  hasMoved(): boolean;
  /**
   * While nothing can be written: when more than `most` calls wait for it, their arguments and results are let go (the
   * events have them, but no search finds their words), and then the older half of those that have ended.
   */
  shed(most: number): void;
  counts(): CallCounts;
  /** What later names of calls are understood by (CallLog.run). */
  run(): number;
}

export interface FoldStart {
  /** Calls still open when the journal was closed. */
  open: readonly Call[];
  counts: CallCounts;
  last: number;
  run: number;
}

export function foldCalls(start: FoldStart): FoldedCalls {
  const log = restore(start);
  const progress = createProgressFold(log);
  const changed = new Set<string>();
  /** Calls of which there is nothing new but progress. */
  const moved = new Set<string>();
  let total = start.counts.total;
  let latest = start.counts.last;
  /** Of the last call that changed. */
  let id: string | undefined;

  function settle(): void {
    for (id of progress.settle()) if (!changed.has(id)) moved.add(id);
  }

  function applyRead(run: EntryRun, index: number, code: number): void {
    const entry = readEntry(decoded(run, index));
    if (entry === undefined) return;
    if (entry.event.kind === "gap") progress.forgetNames();
    const before = log.calls.size;
    const touched = applyEntry(log, entry);
    for (id of touched) {
      changed.add(id);
      moved.delete(id);
    }
    total += log.calls.size - before;
    if (code === UNMARKED || entry.event.kind === "gap") return;
    const { call } = entry.event;
    // The last one that an event changes is its own call.
    const own = call === undefined ? touched.at(-1) : callId(log.run, call);
    if (own !== undefined) progress.name(callIn(code), own);
  }

  return {
    apply(runs) {
      id = undefined;
      for (const run of runs) {
        const { marks } = run;
        for (let index = 0; index < run.starts.length - 1; index += 1) {
          const code = marks?.[MARK * index] ?? UNMARKED;
          if (marks !== undefined && progress.take(run, marks, index)) continue;
          settle();
          applyRead(run, index, code);
        }
      }
      settle();
      const call = id === undefined ? undefined : log.calls.get(id);
      if (call !== undefined) latest = { tool: call.tool, state: call.state };
    },
    changed: (all) => [...changed, ...(all ? moved : [])].flatMap((name) => log.calls.get(name) ?? []),
    gaps: () => log.gaps,
    hasMoved: () => moved.size > 0,
    written(all) {
      letGoOfTexts(log, changed);
      changed.clear();
      if (all) moved.clear();
      log.gaps.length = 0;
      // Only here: before they are written none may go, and looking for one at each entry would look at all of them.
      forgetEnded(log);
    },
    shed(most) {
      if (changed.size <= most && log.gaps.length <= most) return;
      letGoOfTexts(log, changed);
      log.gaps.splice(0, log.gaps.length - most);
      for (const name of changed) {
        if (changed.size <= most / 2) break;
        const call = log.calls.get(name);
        if (call !== undefined && isOpen(call)) continue;
        changed.delete(name);
        log.calls.delete(name);
      }
    },
    counts: () => ({ total, running: log.running, failed: log.failed, last: latest }),
    run: () => log.run,
  };
}

/** Arguments and results are in the events; a thousand calls must not keep them in memory as well. */
function letGoOfTexts(log: CallLog, changed: ReadonlySet<string>): void {
  for (const id of changed) {
    const call = log.calls.get(id);
    if (call === undefined || (call.args === undefined && call.result === undefined)) continue;
    const { parts: _, ...rest } = call;
    log.calls.set(id, { ...rest, args: undefined, result: undefined });
  }
}

function restore(start: FoldStart): CallLog {
  const log = createCallLog();
  log.lastSeq = start.last;
  log.run = start.run;
  for (const call of start.open) restoreCall(log, call);
  log.running = start.counts.running;
  log.failed = start.counts.failed;
  return log;
}

function forgetEnded(log: CallLog): void {
  if (log.calls.size <= 2 * MAX_ENDED) return;
  for (const call of log.calls.values()) {
    if (log.calls.size <= MAX_ENDED) return;
    if (!isOpen(call)) log.calls.delete(call.id);
  }
}
