/** How a run of entries lies in memory: as the very frame that clients receive, with the place of each entry. */
import type { Slab } from "./slabs.ts";

export const FRAME_HEAD = '{"events":[';
export const FRAME_TAIL = "]}";
/** What precedes the event in its entry: `{"seq":12,"at":"…","event":`. Number and time cannot contain it. */
export const EVENT_KEY = ',"event":';

/** One frame `{"events":[…]}` of consecutive entries. At most MAX_EVENT_FRAME_BYTES, but for a single larger event, which stands alone. */
export interface Chunk {
  readonly first: number;
  readonly last: number;
  /** UTF-8. */
  readonly frame: Buffer;
  /** Byte offset in `frame` of each entry, and one past the last entry plus its separator: entry i ends at `starts[i + 1] - 1`. */
  readonly starts: Uint32Array;
  /** What is known of each entry without its JSON, four numbers each (wire/event-batch.ts); absent where that is nothing. */
  readonly marks: Float64Array | undefined;
  /** What they lie in, if they do not lie in memory of their own: good while it is held, and written again afterwards. */
  readonly slab: Slab | undefined;
}

/** The bytes of the entries `from`…`to` (sequence numbers, inclusive), separated by commas. No copy is made. */
export function entriesOf(chunk: Chunk, from: number, to: number): Buffer {
  const start = chunk.starts[from - chunk.first] ?? 0;
  const end = (chunk.starts[to - chunk.first + 1] ?? 1) - 1;
  return chunk.frame.subarray(start, end);
}

/** Bytes of all its entries, with the commas between them. */
export const entryBytes = ({ starts }: Chunk): number => (starts.at(-1) ?? 1) - 1 - (starts[0] ?? 0);

/** The text of one event as the daemon sent it. */
export function eventText(chunk: Chunk, seq: number): string {
  const entry = entriesOf(chunk, seq, seq);
  return entry.toString("utf8", entry.indexOf(EVENT_KEY) + EVENT_KEY.length, entry.length - 1);
}

/** A chunk out of the entries' own bytes, as the journal gives them back; `starts` counts from their first byte. */
export function chunkOf(first: number, last: number, entries: Uint8Array, starts: Uint32Array): Chunk {
  const shifted = starts.map((start) => start + FRAME_HEAD.length);
  return {
    first,
    last,
    frame: frameOf([Buffer.from(entries.buffer, entries.byteOffset, entries.byteLength)]),
    starts: shifted,
    marks: undefined,
    slab: undefined,
  };
}

/** A frame out of runs of entries. */
export function frameOf(parts: readonly Buffer[]): Buffer {
  const pieces: Buffer[] = [HEAD];
  parts.forEach((part, i) => {
    if (i > 0) pieces.push(COMMA);
    pieces.push(part);
  });
  pieces.push(TAIL);
  return Buffer.concat(pieces);
}

const HEAD = Buffer.from(FRAME_HEAD);
const TAIL = Buffer.from(FRAME_TAIL);
const COMMA = Buffer.from(",");
