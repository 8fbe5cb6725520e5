/** Owns the calls of one session as the journal keeps them: folded from its entries, written when they changed. */
import { type Call, isOpen } from "../../../shared/events/call.ts";
import { applyEntry, type CallLog, createCallLog } from "../../../shared/events/fold.ts";
import { type LogEntry, logEntrySchema } from "../../../shared/events/tool-event.ts";
import { check } from "../../../shared/protocol/schema.ts";
import type { CallCounts } from "./messages.ts";

/** Calls kept in memory after their end, so that a late event does not look like a new call. */
const MAX_ENDED = 1_000;

export interface FoldedCalls {
  /** Applies entries in order; what is no entry is counted and left out. */
  apply(entries: readonly unknown[]): void;
  /** Calls that changed since `written` was last called. */
  changed(): Call[];
  written(): void;
  counts(): CallCounts;
}

export interface FoldStart {
  /** Calls still open when the journal was closed. */
  open: readonly Call[];
  counts: CallCounts;
  last: number;
}

export function foldCalls(start: FoldStart): FoldedCalls {
  const log = restore(start);
  const changed = new Set<string>();
  let total = start.counts.total;
  let latest = start.counts.last;
  return {
    apply(entries) {
      let id: string | undefined;
      for (const value of entries) {
        const entry = readEntry(value);
        if (entry === undefined) continue;
        const before = log.calls.size;
        for (id of applyEntry(log, entry)) changed.add(id);
        total += log.calls.size - before;
      }
      const call = id === undefined ? undefined : log.calls.get(id);
      if (call !== undefined) latest = { tool: call.tool, state: call.state };
    },
    changed: () => [...changed].flatMap((id) => log.calls.get(id) ?? []),
    written() {
      // Arguments and results are in the events; a thousand calls must not keep them in memory as well.
      for (const id of changed) {
        const call = log.calls.get(id);
        if (call !== undefined) log.calls.set(id, { ...call, args: undefined, result: undefined });
      }
      changed.clear();
      // Only here: before they are written none may go, and looking for one at each entry would look at all of them.
      forgetEnded(log);
    },
    counts: () => ({ total, running: log.running, failed: log.failed, last: latest }),
  };
}

function restore(start: FoldStart): CallLog {
  const log = createCallLog();
  log.lastSeq = start.last;
  log.running = start.counts.running;
  log.failed = start.counts.failed;
  for (const call of start.open) log.calls.set(call.id, call);
  return log;
}

function forgetEnded(log: CallLog): void {
  if (log.calls.size <= 2 * MAX_ENDED) return;
  for (const call of log.calls.values()) {
    if (log.calls.size <= MAX_ENDED) return;
    if (!isOpen(call)) log.calls.delete(call.id);
  }
}

/**
 * Progress, nearly all that ever comes, is recognised by hand: the full schema costs several microseconds an entry,
 * more than everything else that the journal does with it.
 */
function readEntry(value: unknown): LogEntry | undefined {
  const quick = quickEntry(value);
  if (quick !== undefined) return quick;
  const entry = check(logEntrySchema, value);
  return entry.ok ? entry.value : undefined;
}

function quickEntry(value: unknown): LogEntry | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { seq, at, event } = unread(value);
  if (typeof seq !== "number" || typeof at !== "string" || typeof event !== "object" || event === null)
    return undefined;
  const { kind, call, tool, server, token, progress, total, message, timestamp } = unread(event);
  if ((kind !== "progress" && kind !== undefined) || typeof tool !== "string") return undefined;
  if (!isText(call) || !isText(server) || !isText(message) || !isText(timestamp)) return undefined;
  if (!isNumber(progress) || !isNumber(total) || !(isNumber(token) || isText(token))) return undefined;
  // A first event may also carry what only the schema reads.
  if ("args" in event || "cut" in event || "offset" in event) return undefined;
  return { seq, at, event: { kind, call, tool, server, token, progress, total, message, timestamp } };
}

/** The same object, as one of which nothing is known: only its type changes. */
const unread: (value: object) => { readonly [name: string]: unknown } = Object;
const isNumber = (value: unknown): value is number | undefined => value === undefined || typeof value === "number";
const isText = (value: unknown): value is string | undefined => value === undefined || typeof value === "string";
