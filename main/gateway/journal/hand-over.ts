/** What is handed to the journal's thread and when: in batches whose memory is used again, and within a bound. */
import { type Chunk, entryBytes } from "../bridge/chunk.ts";
import { BATCH_BYTES, type Batch, type BatchFiller, type BatchMemory, fillBatch, newMemory } from "./batch.ts";

/** Bytes that may wait for the journal's thread. Above it the daemon's streams are not read, so that nothing grows. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** Entries are handed over this long after the first, in milliseconds. */
const HAND_OVER_MS = 50;
/**
 * A burst of more than a batch waits until nothing comes for so long, so that the other thread leaves its processor to
 * live delivery meanwhile; but not for more than so many of these pauses, half a second, nor beyond so many bytes.
 */
const BURST_PAUSE_MS = 20;
const MAX_PAUSES = 25;
const BURST_BYTES = 48 * 1024 * 1024;
/**
 * Batches on their way, enough to keep the thread busy; their memory is kept for the next. The rest waits where the
 * frames lie: that memory can be given back, which shared memory cannot before V8 happens to collect it.
 */
const MAX_BATCHES = 8;
/** After so long, in milliseconds, a burst is not expected to be followed by another. */
const REST_MS = 30_000;

export interface HandOver {
  append(session: string, chunks: readonly Chunk[], eventId: string | undefined): void;
  /** Hands over what waits, and then calls `send`: at once, or when there is a batch for the last of it. */
  before(send: () => void): void;
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

interface Appended {
  session: string;
  chunks: readonly Chunk[];
  eventId: string | undefined;
}

/** `rests` is called a while after a burst: what it took may be given back. */
export function createHandOver(post: (batch: Batch) => void, rests: () => void = () => {}): HandOver {
  const spare: BatchMemory[] = [];
  /** In order. Those before `due` go as soon as there is a batch for them. */
  let queue: (Appended | (() => void))[] = [];
  let due = 0;
  let batches = 0;
  /** Bytes that are not due, and all. */
  let waiting = 0;
  let queued = 0;
  let timer: NodeJS.Timeout | undefined;
  let resting: NodeJS.Timeout | undefined;
  let pauses = 0;
  /** Whether anything came since the timer was set. */
  let isComing = false;
  /** A burst was too long to wait for its end: until it is dealt with, both threads work side by side. */
  let isBehind = false;
  let roomWanted: (() => void)[] = [];

  function now(): void {
    clearTimeout(timer);
    timer = undefined;
    due = queue.length;
    waiting = 0;
    pour();
  }

  function wait(ms: number): void {
    isComing = false;
    timer = setTimeout(() => {
      pauses += 1;
      if (isComing && waiting >= BATCH_BYTES && pauses < MAX_PAUSES) return wait(BURST_PAUSE_MS);
      isBehind = pauses === MAX_PAUSES;
      now();
    }, ms);
  }

  /** Fills batches with what is due, as long as there are any. */
  function pour(): void {
    let taken = 0;
    let filling: BatchFiller | undefined;
    const go = () => {
      if (filling !== undefined) post(filling.batch());
      filling = undefined;
    };
    for (const item of queue) {
      if (taken === due) break;
      if (typeof item === "function") {
        go();
        item();
      } else {
        if (filling?.fits(item.chunks) === false) go();
        if (filling === undefined && batches === MAX_BATCHES) break;
        filling ??= nextBatch(item.chunks);
        filling.put(item.session, item.chunks, item.eventId);
        for (const { slab } of item.chunks) slab?.release();
      }
      taken += 1;
    }
    go();
    queue = queue.slice(taken);
    due -= taken;
  }

  /** A batch with room for these. */
  function nextBatch(chunks: readonly Chunk[]): BatchFiller {
    batches += 1;
    const used = spare.pop();
    const filler = used === undefined ? undefined : fillBatch(used);
    if (filler?.fits(chunks) === true) return filler;
    if (used !== undefined) spare.push(used);
    return fillBatch(newMemory(chunks));
  }

  function rest(): void {
    resting = undefined;
    if (queued === 0) rests();
  }

  function giveRoom(): void {
    const asked = roomWanted;
    roomWanted = [];
    for (const go of asked) go();
  }

  return {
    append(session, chunks, eventId) {
      if (chunks.length === 0 && eventId === undefined) return;
      for (const chunk of chunks) {
        if (chunk.slab !== undefined) chunk.slab.uses += 1;
        const bytes = entryBytes(chunk);
        waiting += bytes;
        queued += bytes;
      }
      queue.push({ session, chunks, eventId });
      isComing = true;
      isBehind ||= waiting >= BURST_BYTES;
      if (isBehind) now();
      else if (timer === undefined) {
        pauses = 0;
        wait(HAND_OVER_MS);
      }
    },
    before(send) {
      queue.push(send);
      now();
    },
    done(bytes, memory) {
      queued -= bytes;
      batches -= 1;
      if (memory.bytes.length === BATCH_BYTES) spare.push(memory);
      pour();
      if (queued < MAX_QUEUED_BYTES / 2) giveRoom();
      if (queued > 0) return;
      isBehind = false;
      resting ??= setTimeout(rest, REST_MS).unref();
    },
    room() {
      if (queued <= MAX_QUEUED_BYTES) return undefined;
      return new Promise((resolve) => roomWanted.push(resolve));
    },
    giveRoom,
    giveUp() {
      clearTimeout(timer);
      clearTimeout(resting);
      for (const item of queue) if (typeof item !== "function") for (const { slab } of item.chunks) slab?.release();
      queue = [];
      due = 0;
      queued = 0;
      giveRoom();
      rests();
    },
    queued: () => queued,
  };
}
