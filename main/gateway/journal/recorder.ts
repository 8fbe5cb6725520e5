/** When entries are written: in batches, one transaction each, held back within a bound while the disk refuses. */
import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { EntryRun } from "./batch.ts";
import { joined } from "./entry-runs.ts";
import type { EventStore } from "./event-store.ts";
import { type FoldedCalls, foldCalls } from "./fold-calls.ts";
import type { CallCounts, FromWorker } from "./messages.ts";
import { createWaitingEntries } from "./waiting-entries.ts";

/** Entries wait this long for company, in milliseconds; at most this is lost by kill -9, and the daemon replays it. */
const COMMIT_AFTER_MS = 25;
/** …unless this many bytes are together. */
const COMMIT_AT_BYTES = 1024 * 1024;
/** Entries kept for a disk that refuses, in bytes; beyond it the oldest are given up, and their numbers noted. */
const HELD_BYTES = 16 * 1024 * 1024;
const RETRY_MS = 1_000;
/**
 * Progress of running calls is written this long after it came, in milliseconds, or when somebody asks: a row for every
 * call that moved, at every commit, would cost ten times what its event costs. kill -9 loses no event of it, only the
 * sum in the call, until the call's next event.
 */
const PROGRESS_MS = 2_000;
/** Calls of one session kept for a disk that refuses, without their arguments and results, about 1 KB each. */
const HELD_CALLS = 5_000;

export interface Recorder {
  /** `release` is called once the runs are written or given up: their memory is then free. */
  append(session: string, runs: readonly EntryRun[], eventId: string | undefined, release: () => void): void;
  counts(session: string): CallCounts | undefined;
  forget(session: string): void;
  /** Writes what waits; with `all`, also how far running calls are. False when the disk refused. */
  commit(all?: boolean): boolean;
  dispose(): void;
}

export interface RecorderOptions {
  /** Bytes of entries, and calls of a session, kept for a disk that refuses. */
  heldBytes?: number;
  heldCalls?: number;
}

export function createRecorder(
  store: EventStore,
  tell: (message: FromWorker) => void,
  { heldBytes = HELD_BYTES, heldCalls = HELD_CALLS }: RecorderOptions = {},
): Recorder {
  const folds = new Map<string, FoldedCalls>();
  const touched = new Set<string>();
  /** Sessions with calls that moved on since they were written. */
  const behind = new Set<string>();
  const waiting = createWaitingEntries();
  let timer: NodeJS.Timeout | undefined;
  let later: NodeJS.Timeout | undefined;
  let recording = true;

  function fold(session: string): FoldedCalls | undefined {
    const known = folds.get(session);
    if (known !== undefined) return known;
    const row = store.number(session);
    if (row === undefined) return undefined;
    const start = { open: store.openCalls(row), counts: store.countsOf(row), last: 0, run: store.runOf(row) };
    const made = foldCalls(start);
    folds.set(session, made);
    return made;
  }

  function plan(ms: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      commit();
    }, ms);
  }

  function commit(all = false): boolean {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    if (waiting.items().length === 0 && waiting.lost().length === 0 && !(all && behind.size > 0)) return true;
    const sessions = all ? new Set([...touched, ...behind]) : new Set(touched);
    try {
      store.begin();
      write(sessions, all);
      store.commit();
    } catch (error) {
      store.rollback();
      refused(error);
      return false;
    }
    if (all) behind.clear();
    for (const session of sessions) {
      const calls = folds.get(session);
      calls?.written(all);
      if (calls?.hasMoved() === true) behind.add(session);
    }
    if (behind.size > 0) later ??= setTimeout(writeProgress, PROGRESS_MS);
    waiting.settle();
    if (!recording) tell({ type: "recording", ok: true });
    recording = true;
    report();
    return true;
  }

  function writeProgress(): void {
    later = undefined;
    commit(true);
  }

  function write(sessions: ReadonlySet<string>, all: boolean): void {
    const now = Date.now();
    for (const { session, runs, eventId } of waiting.items()) {
      const row = store.number(session);
      if (row === undefined) continue;
      for (const run of joined(runs)) store.addRun(row, run, now);
      store.advance(row, runs.at(-1)?.last ?? 0, eventId);
    }
    for (const { session, first, last } of waiting.lost()) {
      const row = store.number(session);
      if (row !== undefined) store.addLost(row, first, last);
    }
    for (const session of sessions) {
      const row = store.number(session);
      const calls = folds.get(session);
      if (row === undefined || calls === undefined) continue;
      for (const call of calls.changed(all)) store.putCall(row, call);
      for (const gap of calls.gaps()) store.addGap(row, gap);
      store.sumUp(row, calls.counts(), calls.run());
    }
  }

  /** Counts stay right and the newest entries stay readable while nothing can be written. */
  function refused(error: unknown): void {
    const reason = reasonOf(error);
    if (recording) tell({ type: "recording", ok: false, reason });
    recording = false;
    shed();
    report();
    plan(RETRY_MS);
  }

  /** Keeps what waits for the disk within its bounds: the oldest entries are given up, and the oldest calls. */
  function shed(): void {
    waiting.keepAtMost(heldBytes);
    for (const session of touched) folds.get(session)?.shed(heldCalls);
  }

  function report(): void {
    for (const session of touched) {
      const counts = folds.get(session)?.counts();
      if (counts !== undefined) tell({ type: "counts", session, counts });
    }
    if (recording) touched.clear();
  }

  return {
    append(session, runs, eventId, release) {
      waiting.add(session, runs, eventId, release);
      fold(session)?.apply(runs);
      touched.add(session);
      if (!recording) shed();
      if (recording && waiting.bytes() >= COMMIT_AT_BYTES) commit();
      else if (recording || timer === undefined) plan(recording ? COMMIT_AFTER_MS : RETRY_MS);
    },
    counts: (session) => fold(session)?.counts(),
    forget(session) {
      folds.delete(session);
      touched.delete(session);
      behind.delete(session);
      waiting.forget(session);
    },
    commit,
    dispose() {
      clearTimeout(timer);
      clearTimeout(later);
    },
  };
}
