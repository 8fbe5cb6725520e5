/** The recent part of the sessions' logs: what a log is, and one ring in memory for all of them. */
import type { Chunk } from "./chunk.ts";
import { createFrameWriter, type FrameOwner, type FrameWriter } from "./frame-writer.ts";
import { createSlabs } from "./slabs.ts";

/** All sessions together. What leaves the ring is read from the journal when somebody still wants it. */
export const RING_BYTES = 8 * 1024 * 1024;

/** What a chunk costs beside its bytes: its objects, measured. */
const CHUNK_OVERHEAD_BYTES = 500;

export interface LogReader {
  /** Called in the same turn, after entries were published. */
  appended(): void;
}

export interface SessionLog {
  readonly id: string;
  /** Number of the last published entry; 0 when there is none. */
  last(): number;
  /** Number of the last entry that was added, published or not. */
  end(): number;
  /** Highest number that is not in the ring any more; what is above it is, or has never been. */
  floor(): number;
  /** The first chunk in the ring that ends at `seq` or later. */
  find(seq: number): Chunk | undefined;
  /**
   * Takes the event that lies in `source` from `from` to `to`, one JSON value, under a number above `end`. Nobody sees it
   * before it is published. Its mark stands in `marks` from `mark` on, where it has one.
   */
  add(seq: number, source: Buffer, from: number, to: number, at: string, marks?: Float64Array, mark?: number): void;
  /** Gives readers what was added, and gives the chunks that it became, in order. */
  publish(): readonly Chunk[];
  /** Adds events that are texts under the numbers that follow, and publishes them. */
  append(events: readonly string[], at: string): readonly Chunk[];
  read(reader: LogReader): () => void;
  readonly readers: number;
}

export interface LogRing {
  /** The log of a session. `last` is its last number so far, for one that comes back from the journal. */
  open(id: string, last?: number): SessionLog;
  drop(id: string): void;
  /** Bytes held now. */
  readonly bytes: number;
  /** Lets go of what the journal has got meanwhile. */
  shrink(): void;
  /** Gives back what a burst took beyond it. */
  trim(): void;
}

interface Held {
  chunks: Chunk[];
  /** Chunks before this index have left the ring; the array is compacted now and then. */
  start: number;
  floor: number;
}

/**
 * `unwritten` says how many bytes the journal has not got yet. So many stay in the ring as well: they wait in this very
 * memory, and reading them from the journal would cost a reader who lags in a flood more than what he lags by.
 */
export function createLogRing(limit = RING_BYTES, unwritten: () => number = () => 0): LogRing {
  const slabs = createSlabs();
  const writer = createFrameWriter(slabs);
  const logs = new Map<string, { log: SessionLog; held: Held }>();
  /** In order of arrival, so that the oldest of all sessions leaves first. */
  let queue: { held: Held; bytes: number }[] = [];
  let head = 0;
  let bytes = 0;

  function hold(held: Held, chunk: Chunk): void {
    held.chunks.push(chunk);
    const { frame, starts, marks } = chunk;
    const cost = frame.length + starts.byteLength + (marks?.byteLength ?? 0) + CHUNK_OVERHEAD_BYTES;
    queue.push({ held, bytes: cost });
    bytes += cost;
    shrink();
  }

  function shrink(): void {
    const most = Math.max(limit, unwritten());
    while (bytes > most) {
      const oldest = queue[head];
      if (oldest === undefined) break;
      head += 1;
      bytes -= oldest.bytes;
      release(oldest.held);
    }
    if (head > 1024 && head * 2 > queue.length) {
      queue = queue.slice(head);
      head = 0;
    }
  }

  function open(id: string, last = 0): SessionLog {
    const known = logs.get(id);
    if (known !== undefined) return known.log;
    const held: Held = { chunks: [], start: 0, floor: last };
    const part = {
      floor: () => held.floor,
      find: (seq: number) => findChunk(held, seq),
      hold: (chunk: Chunk) => hold(held, chunk),
    };
    const log = createSessionLog(id, last, part, writer);
    logs.set(id, { log, held });
    return log;
  }

  return {
    open,
    drop(id) {
      const entry = logs.get(id);
      if (entry === undefined) return;
      logs.delete(id);
      // Its part of the sum is given back as the queue reaches it; nothing reads it any more.
      while (entry.held.start < entry.held.chunks.length) release(entry.held);
      entry.held.chunks = [];
      entry.held.start = 0;
    },
    shrink,
    trim() {
      shrink();
      slabs.trim();
    },
    get bytes() {
      return bytes;
    },
  };
}

/** The part of a log that the ring holds. */
interface HeldChunks {
  floor(): number;
  find(seq: number): Chunk | undefined;
  hold(chunk: Chunk): void;
}

/** `begin` is the number of the last entry so far. */
function createSessionLog(id: string, begin: number, held: HeldChunks, writer: FrameWriter): SessionLog {
  const readers = new Set<LogReader>();
  let last = begin;
  let end = begin;
  let unpublished: Chunk[] = [];
  const owner: FrameOwner = { closed: (chunk) => unpublished.push(chunk) };

  function add(
    seq: number,
    source: Buffer,
    from: number,
    to: number,
    at: string,
    marks?: Float64Array,
    mark?: number,
  ): void {
    // A frame holds consecutive numbers only.
    if (seq !== end + 1) writer.close(owner);
    writer.add(owner, seq, at, source, from, to, marks, mark);
    end = seq;
  }

  function publish(): readonly Chunk[] {
    writer.close(owner);
    const chunks = unpublished;
    if (chunks.length === 0) return chunks;
    unpublished = [];
    for (const chunk of chunks) {
      held.hold(chunk);
      last = chunk.last;
    }
    for (const reader of readers) reader.appended();
    return chunks;
  }

  return {
    id,
    last: () => last,
    end: () => end,
    floor: held.floor,
    find: held.find,
    add,
    publish,
    append(events, at) {
      for (const event of events) {
        const bytes = Buffer.from(event);
        add(end + 1, bytes, 0, bytes.length, at);
      }
      return publish();
    },
    read(reader) {
      readers.add(reader);
      return () => readers.delete(reader);
    },
    get readers() {
      return readers.size;
    },
  };
}

/** Lets go of the oldest chunk. The array keeps dead places before `start` until they are many, but not what they held. */
function release(held: Held): void {
  const chunk = held.chunks[held.start];
  if (chunk === undefined) return;
  held.floor = chunk.last;
  chunk.slab?.release();
  held.chunks[held.start] = GONE;
  held.start += 1;
  if (held.start > 256 && held.start * 2 > held.chunks.length) {
    held.chunks = held.chunks.slice(held.start);
    held.start = 0;
  }
}

const GONE: Chunk = {
  first: 0,
  last: 0,
  frame: Buffer.alloc(0),
  starts: new Uint32Array(),
  marks: undefined,
  slab: undefined,
};

/** Binary search: a reader that lags by a million entries must not cost more than one at the head. */
function findChunk(held: Held, seq: number): Chunk | undefined {
  let low = held.start;
  let high = held.chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((held.chunks[middle]?.last ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return held.chunks[low];
}
