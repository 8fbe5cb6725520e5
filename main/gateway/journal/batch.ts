/** The memory in which entries travel to the journal's thread: filled by the gateway's, read by the journal's, and filled again. */
import { MARK, UNMARKED } from "../../wire/event-batch.ts";
import { type Chunk, entriesOf, entryBytes } from "../bridge/chunk.ts";

/** Consecutive entries of one session: their bytes, joined by commas, and where each starts, with one past the end. */
export interface EntryRun {
  first: number;
  last: number;
  body: Uint8Array;
  starts: Uint32Array;
  /** What is known of each without its JSON (wire/event-batch.ts); absent for runs that are read back. */
  marks?: Float64Array | undefined;
}

/** One batch, in bytes of entries; what was published together and is larger gets one of its own. */
export const BATCH_BYTES = 1024 * 1024;
/** Entries of one batch, with one place past the end for each run. */
const BATCH_PLACES = 8 * 1024;

/**
 * Memory of a batch. It is used by one thread at a time: posting it hands it over. Shared all the same, because V8 takes
 * memory that is transferred to and fro for new each time, and collects garbage for it that is not there.
 */
export interface BatchMemory {
  bytes: Uint8Array<SharedArrayBuffer>;
  places: Uint32Array<SharedArrayBuffer>;
  /** Of as many entries. */
  marks: Float64Array<SharedArrayBuffer>;
}

interface PlacedRun {
  first: number;
  last: number;
  /** Where its bytes lie, and where its `starts`. */
  from: number;
  to: number;
  place: number;
}

/** What a batch holds of one session. */
export interface BatchPart {
  session: string;
  runs: PlacedRun[];
  /** The daemon's id of the last event. */
  eventId: string | undefined;
}

export interface Batch {
  memory: BatchMemory;
  parts: BatchPart[];
}

export interface BatchFiller {
  fits(chunks: readonly Chunk[]): boolean;
  /** Copies the chunks' entries, which fit; `eventId` is the daemon's id of the last event. They are written together or not at all. */
  put(session: string, chunks: readonly Chunk[], eventId: string | undefined): void;
  batch(): Batch;
}

/** Memory for these chunks at least. */
export function newMemory(chunks: readonly Chunk[]): BatchMemory {
  const places = Math.max(BATCH_PLACES, sum(chunks, placesOf));
  return {
    bytes: new Uint8Array(new SharedArrayBuffer(Math.max(BATCH_BYTES, sum(chunks, entryBytes)))),
    places: new Uint32Array(new SharedArrayBuffer(4 * places)),
    marks: new Float64Array(new SharedArrayBuffer(8 * MARK * places)),
  };
}

const placesOf = ({ starts }: Chunk): number => starts.length;
const sum = (chunks: readonly Chunk[], of: (chunk: Chunk) => number): number =>
  chunks.reduce((total, chunk) => total + of(chunk), 0);

export function fillBatch(memory: BatchMemory): BatchFiller {
  const parts = new Map<string, BatchPart>();
  let end = 0;
  let placed = 0;

  function part(session: string): BatchPart {
    const known = parts.get(session);
    if (known !== undefined) return known;
    const made: BatchPart = { session, runs: [], eventId: undefined };
    parts.set(session, made);
    return made;
  }

  function copyIn(chunk: Chunk): PlacedRun {
    const { first, last, starts } = chunk;
    const entries = entriesOf(chunk, first, last);
    const run: PlacedRun = { first, last, from: end, to: end + entries.length, place: placed };
    memory.bytes.set(entries, end);
    end += entries.length;
    const begin = starts[0] ?? 0;
    for (let i = 0; i < starts.length; i += 1) memory.places[placed + i] = (starts[i] ?? 0) - begin;
    if (chunk.marks === undefined) memory.marks.fill(UNMARKED, MARK * placed, MARK * (placed + starts.length));
    else memory.marks.set(chunk.marks, MARK * placed);
    placed += starts.length;
    return run;
  }

  return {
    fits: (chunks) =>
      end + sum(chunks, entryBytes) <= memory.bytes.length && placed + sum(chunks, placesOf) <= memory.places.length,
    put(session, chunks, eventId) {
      const to = part(session);
      for (const chunk of chunks) to.runs.push(copyIn(chunk));
      to.eventId = eventId ?? to.eventId;
    },
    batch: () => ({ memory, parts: [...parts.values()] }),
  };
}

export const bytesIn = ({ parts }: Batch): number =>
  parts.reduce((total, { runs }) => total + runs.reduce((bytes, { from, to }) => bytes + to - from, 0), 0);

/** Views of what a part holds; they are good until the memory is handed back. */
export function runsOf({ bytes, places, marks }: BatchMemory, { runs }: BatchPart): EntryRun[] {
  return runs.map(({ first, last, from, to, place }) => ({
    first,
    last,
    body: bytes.subarray(from, to),
    starts: places.subarray(place, place + last - first + 2),
    marks: marks.subarray(MARK * place, MARK * (place + last - first + 1)),
  }));
}
