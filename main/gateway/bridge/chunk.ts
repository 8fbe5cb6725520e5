/** Owns how a run of events is laid out in memory: as the very frame that clients receive, written once, with the place of each entry. */
import { MAX_EVENT_FRAME_BYTES } from "../../../shared/protocol/wire.ts";

export const FRAME_HEAD = '{"events":[';
export const FRAME_TAIL = "]}";
const OVERHEAD = FRAME_HEAD.length + FRAME_TAIL.length;

/** One frame `{"events":[…]}` of consecutive entries. At most MAX_EVENT_FRAME_BYTES, but for a single larger event, which stands alone. */
export interface Chunk {
  readonly first: number;
  readonly last: number;
  /** UTF-8. */
  readonly frame: Buffer;
  /** Byte offset in `frame` of each entry, and one past the last entry plus its separator: entry i ends at `starts[i + 1] - 1`. */
  readonly starts: Uint32Array;
}

/**
 * Numbers the events from `first` and packs them. The text of each event is put in as it is, so it must be one JSON
 * value: that is checked where it enters (bridge/check-event.ts).
 */
export function packChunks(events: readonly string[], first: number, at: string): Chunk[] {
  const chunks: Chunk[] = [];
  const tail = `,"at":"${at}","event":`;
  let entries: string[] = [];
  let size = OVERHEAD;
  let from = first;
  const close = () => {
    if (entries.length > 0) for (const chunk of layOut(entries, from)) chunks.push(chunk);
    from += entries.length;
    entries = [];
    size = OVERHEAD;
  };
  for (let i = 0; i < events.length; i += 1) {
    const entry = `{"seq":${first + i}${tail}${events[i]}}`;
    if (size + entry.length + 1 > MAX_EVENT_FRAME_BYTES) close();
    entries.push(entry);
    size += entry.length + 1;
  }
  close();
  return chunks;
}

function layOut(entries: readonly string[], first: number): Chunk[] {
  const text = FRAME_HEAD + entries.join(",") + FRAME_TAIL;
  const frame = Buffer.from(text, "utf8");
  // Characters are not bytes: text outside ASCII may have grown past the bound.
  if (frame.length > MAX_EVENT_FRAME_BYTES && entries.length > 1) {
    const half = entries.length >> 1;
    return [...layOut(entries.slice(0, half), first), ...layOut(entries.slice(half), first + half)];
  }
  const plain = frame.length === text.length;
  const starts = new Uint32Array(entries.length + 1);
  let offset = FRAME_HEAD.length;
  for (let i = 0; i < entries.length; i += 1) {
    starts[i] = offset;
    const entry = entries[i] ?? "";
    offset += (plain ? entry.length : Buffer.byteLength(entry)) + 1;
  }
  starts[entries.length] = offset;
  return [{ first, last: first + entries.length - 1, frame, starts }];
}

/** The bytes of the entries `from`…`to` (sequence numbers, inclusive), separated by commas. No copy is made. */
export function entriesOf(chunk: Chunk, from: number, to: number): Buffer {
  const start = chunk.starts[from - chunk.first] ?? 0;
  const end = (chunk.starts[to - chunk.first + 1] ?? 1) - 1;
  return chunk.frame.subarray(start, end);
}

/** The text of one event as the daemon sent it. */
export function eventText(chunk: Chunk, seq: number): string {
  const entry = entriesOf(chunk, seq, seq);
  return entry.toString("utf8", entry.indexOf(EVENT_KEY) + EVENT_KEY.length, entry.length - 1);
}

/** Ends what stands before the event in its entry; number and time cannot contain it. */
const EVENT_KEY = ',"event":';

/** A chunk out of the entries' own bytes, as the journal gives them back; `starts` counts from their first byte. */
export function chunkOf(first: number, last: number, entries: Uint8Array, starts: Uint32Array): Chunk {
  const shifted = starts.map((start) => start + FRAME_HEAD.length);
  return {
    first,
    last,
    frame: frameOf([Buffer.from(entries.buffer, entries.byteOffset, entries.byteLength)]),
    starts: shifted,
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
