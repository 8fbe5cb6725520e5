/** Owns the memory in which entries travel to the journal's thread: filled by the gateway's, read by the journal's, and filled again. */
import { type Chunk, entriesOf } from "../bridge/chunk.ts";
import type { EntryRun } from "./messages.ts";

/** One batch, in bytes of entries; a single chunk that is larger gets one of its own. */
export const BATCH_BYTES = 1024 * 1024;
/** Entries of one batch, with one place past the end for each run. */
const BATCH_PLACES = 16 * 1024;

/** Memory of a batch. It belongs to one thread at a time: posting it hands it over. */
export interface BatchMemory {
  bytes: Uint8Array<ArrayBuffer>;
  places: Uint32Array<ArrayBuffer>;
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
  /** Copies the chunk's entries. False when there is no room left. */
  put(session: string, chunk: Chunk): boolean;
  /** Notes the daemon's id of the session's last event. */
  mark(session: string, eventId: string): void;
  batch(): Batch;
}

export const newMemory = (bytes = BATCH_BYTES): BatchMemory => ({
  bytes: new Uint8Array(Math.max(bytes, BATCH_BYTES)),
  places: new Uint32Array(BATCH_PLACES),
});

export const transferOf = ({ bytes, places }: BatchMemory): ArrayBuffer[] => [bytes.buffer, places.buffer];

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

  return {
    put(session, chunk) {
      const { first, last, starts } = chunk;
      const entries = entriesOf(chunk, first, last);
      if (end + entries.length > memory.bytes.length || placed + starts.length > memory.places.length) return false;
      part(session).runs.push({ first, last, from: end, to: end + entries.length, place: placed });
      memory.bytes.set(entries, end);
      end += entries.length;
      const begin = starts[0] ?? 0;
      for (let i = 0; i < starts.length; i += 1) memory.places[placed + i] = (starts[i] ?? 0) - begin;
      placed += starts.length;
      return true;
    },
    mark(session, eventId) {
      part(session).eventId = eventId;
    },
    batch: () => ({ memory, parts: [...parts.values()] }),
  };
}

export const bytesIn = ({ parts }: Batch): number =>
  parts.reduce((sum, { runs }) => sum + runs.reduce((bytes, { from, to }) => bytes + to - from, 0), 0);

/** Views of what a part holds; they are good until the memory is handed back. */
export function runsOf({ bytes, places }: BatchMemory, { runs }: BatchPart): EntryRun[] {
  return runs.map(({ first, last, from, to, place }) => ({
    first,
    last,
    body: bytes.subarray(from, to),
    starts: places.subarray(place, place + last - first + 2),
  }));
}
