/** Owns what is handed to the journal's thread and when: in batches whose memory is used again, and within a bound. */
import { type Chunk, entryBytes } from "../bridge/chunk.ts";
import { BATCH_BYTES, type Batch, type BatchFiller, type BatchMemory, fillBatch, newMemory } from "./batch.ts";

/** Bytes that may wait for the journal's thread. Above it the daemon's streams are not read, so that nothing grows. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;
/** Entries are handed over this long after the first, in milliseconds. */
const HAND_OVER_MS = 50;
/**
 * In a burst of more than a batch they wait until it pauses for so long, or until there are too many: the other thread
 * leaves its processor to live delivery meanwhile.
 */
const BURST_PAUSE_MS = 20;
const HAND_OVER_BYTES = 8 * 1024 * 1024;
/**
 * Memory kept for the next batches: all that the bound above lets be on its way, and what came in one turn. None is let
 * go of, since V8 does not count shared memory, and would not soon collect it.
 */
const MAX_SPARE = 32;

export interface HandOver {
  append(session: string, chunks: readonly Chunk[], eventId: string | undefined): void;
  /** Hands over what waits, at once. */
  now(): void;
  /** A batch is dealt with. */
  done(bytes: number, memory: BatchMemory): void;
  /** Undefined while there is room; otherwise resolves when there is again. */
  room(): Promise<void> | undefined;
  giveRoom(): void;
  /** The thread is gone: nothing waits any more. */
  giveUp(): void;
  /** Bytes that wait, here or there. */
  queued(): number;
}

export function createHandOver(post: (batch: Batch) => void): HandOver {
  const spare: BatchMemory[] = [];
  let full: Batch[] = [];
  let filling: BatchFiller | undefined;
  let waiting = 0;
  let queued = 0;
  let timer: NodeJS.Timeout | undefined;
  let roomWanted: (() => void)[] = [];

  /** A batch with room for these. */
  function roomFor(chunks: readonly Chunk[]): BatchFiller {
    if (filling?.fits(chunks) === true) return filling;
    if (filling !== undefined) full.push(filling.batch());
    const used = spare.pop();
    filling = used === undefined ? undefined : fillBatch(used);
    if (filling?.fits(chunks) !== true) filling = fillBatch(newMemory(chunks));
    return filling;
  }

  function now(): void {
    clearTimeout(timer);
    timer = undefined;
    if (filling !== undefined) full.push(filling.batch());
    filling = undefined;
    const batches = full;
    full = [];
    waiting = 0;
    for (const batch of batches) post(batch);
  }

  function giveRoom(): void {
    const asked = roomWanted;
    roomWanted = [];
    for (const go of asked) go();
  }

  return {
    append(session, chunks, eventId) {
      if (chunks.length === 0 && eventId === undefined) return;
      roomFor(chunks).put(session, chunks, eventId);
      for (const chunk of chunks) {
        const bytes = entryBytes(chunk);
        waiting += bytes;
        queued += bytes;
      }
      if (waiting >= HAND_OVER_BYTES) now();
      else if (timer === undefined) timer = setTimeout(now, HAND_OVER_MS);
      else if (waiting >= BATCH_BYTES) {
        clearTimeout(timer);
        timer = setTimeout(now, BURST_PAUSE_MS);
      }
    },
    now,
    done(bytes, memory) {
      queued -= bytes;
      if (spare.length < MAX_SPARE && memory.bytes.length === BATCH_BYTES) spare.push(memory);
      if (queued < MAX_QUEUED_BYTES / 2) giveRoom();
    },
    room() {
      if (queued <= MAX_QUEUED_BYTES) return undefined;
      return new Promise((resolve) => roomWanted.push(resolve));
    },
    giveRoom,
    giveUp() {
      clearTimeout(timer);
      queued = 0;
      giveRoom();
    },
    queued: () => queued,
  };
}
