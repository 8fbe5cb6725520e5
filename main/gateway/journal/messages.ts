/** What the gateway's thread and the journal's thread say to each other; the first message is the journal's options. */
import type { Batch, BatchMemory, EntryRun } from "./batch.ts";
import type { JournalLimits } from "./journal-options.ts";

/** Entries that nobody has any more. */
export interface LostRun {
  lost: true;
  first: number;
  last: number;
}

export interface CallCounts {
  total: number;
  running: number;
  failed: number;
  last: { tool: string; state: string } | undefined;
}

/** What the journal knows of a session when it is opened. */
export interface StoredSession {
  id: string;
  /** JSON of the session's record; its shape belongs to sessions/. */
  record: string;
  last: number;
  eventId: string | undefined;
  counts: CallCounts;
}

/** JSON of the newest calls, newest first. The first page of a session has the rest too. */
export interface CallPage {
  calls: string[];
  /** All that are open, in order of their start. */
  open?: string[];
  /** In order. */
  gaps?: string[];
  /** Number of the last entry that is folded into them. */
  last?: number;
  /** What the names of calls in later entries are understood by (CallLog.run). */
  run?: number;
  total?: number;
  failed?: number;
}

export type Query =
  | { kind: "read"; session: string; after: number; maxBytes: number; maxEntries: number }
  | { kind: "calls"; session: string }
  | { kind: "call-page"; session: string; before: number | undefined; limit: number }
  | { kind: "search"; text: string; session: string | undefined; limit: number }
  | { kind: "stats" };

export type ToWorker =
  | { type: "append"; batch: Batch }
  | { type: "save"; session: string; record: string }
  | { type: "delete"; session: string }
  /** What was written before and is not valid any more shall leave the file too, if that was never done. */
  | { type: "scrub" }
  | { type: "limits"; limits: JournalLimits }
  | { type: "query"; id: number; query: Query }
  | { type: "close" };

export type Answer =
  | { kind: "read"; items: (EntryRun | LostRun)[]; last: number }
  | { kind: "calls"; calls: string[] }
  | { kind: "call-page"; page: CallPage }
  | { kind: "search"; hits: { session: string; call: string }[] }
  | { kind: "stats"; bytes: number }
  | { kind: "failed"; reason: string };

export type FromWorker =
  | { type: "ready"; sessions: StoredSession[] }
  | { type: "unusable"; reason: string }
  /** A batch is dealt with, written or given up, and its memory is free again: bytes of its entries. */
  | { type: "done"; bytes: number; memory: BatchMemory }
  | { type: "counts"; session: string; counts: CallCounts }
  | { type: "recording"; ok: boolean; reason?: string }
  | { type: "answer"; id: number; answer: Answer }
  | { type: "closed" };
