/** The entries that wait to be written: what they take, and which are given up while a disk refuses. */

import type { EntryRun } from "./batch.ts";
import { copyOf } from "./entry-runs.ts";

export interface Waiting {
  session: string;
  runs: EntryRun[];
  eventId: string | undefined;
  bytes: number;
  /** Gives the memory of the runs back. */
  release: () => void;
}

/** Entries that were given up before they were written. */
export interface Lost {
  session: string;
  first: number;
  last: number;
}

export interface WaitingEntries {
  /** In order. */
  items(): readonly Waiting[];
  lost(): readonly Lost[];
  bytes(): number;
  add(session: string, runs: readonly EntryRun[], eventId: string | undefined, release: () => void): void;
  /** What may wait long is kept in memory of its own size; beyond `most` bytes the oldest are given up, and their numbers noted. */
  keepAtMost(most: number): void;
  forget(session: string): void;
  /** All of it is written, the losses too. */
  settle(): void;
}

export function createWaitingEntries(): WaitingEntries {
  const lost: Lost[] = [];
  let items: Waiting[] = [];
  let bytes = 0;

  /** Its memory is that in which it came, until it is copied: once. */
  function detach(item: Waiting): void {
    if (item.release === released) return;
    item.runs = item.runs.map(copyOf);
    item.release();
    item.release = released;
  }

  /** Numbers that were skipped between runs are not missing. */
  function noteLost({ session, runs }: Waiting): void {
    for (const { first, last } of runs) {
      const before = lost.findLast((item) => item.session === session);
      if (before?.last === first - 1) before.last = last;
      else lost.push({ session, first, last });
    }
  }

  return {
    items: () => items,
    lost: () => lost,
    bytes: () => bytes,
    add(session, runs, eventId, release) {
      const size = runs.reduce((total, run) => total + run.body.length, 0);
      items.push({ session, runs: [...runs], eventId, bytes: size, release });
      bytes += size;
    },
    keepAtMost(most) {
      for (const item of items) detach(item);
      while (bytes > most) {
        const oldest = items.shift();
        if (oldest === undefined) break;
        bytes -= oldest.bytes;
        noteLost(oldest);
      }
    },
    forget(session) {
      for (const item of items) if (item.session === session) item.release();
      items = items.filter((item) => item.session !== session);
      bytes = items.reduce((total, item) => total + item.bytes, 0);
    },
    settle() {
      for (const { release } of items) release();
      items = [];
      lost.length = 0;
      bytes = 0;
    },
  };
}

const released = (): void => {};
