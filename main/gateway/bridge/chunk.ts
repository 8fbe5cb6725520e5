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
  const middle = `,"at":"${at}","event":`;
  const chunks: Chunk[] = [];
  let from = 0;
  let size = OVERHEAD;
  for (let i = 0; i < events.length; i += 1) {
    const length = ENTRY_HEAD.length + digits(first + i) + middle.length + (events[i]?.length ?? 0) + 2;
    if (size + length > MAX_EVENT_FRAME_BYTES && i > from) {
      chunks.push(...layOut(events, from, i, first, middle));
      from = i;
      size = OVERHEAD;
    }
    size += length;
  }
  if (from < events.length) chunks.push(...layOut(events, from, events.length, first, middle));
  return chunks;
}

const ENTRY_HEAD = '{"seq":';

/** One string that grows, encoded once: an entry of its own for each event would be copied twice more. */
function layOut(events: readonly string[], from: number, to: number, first: number, middle: string): Chunk[] {
  const starts = new Uint32Array(to - from + 1);
  let text = FRAME_HEAD;
  for (let i = from; i < to; i += 1) {
    starts[i - from] = text.length;
    text += `${ENTRY_HEAD}${first + i}${middle}${events[i]}},`;
  }
  starts[to - from] = text.length;
  // The last comma gives way to the tail.
  const frame = Buffer.from(text.slice(0, -1) + FRAME_TAIL, "utf8");
  const plain = frame.length === text.length - 1 + FRAME_TAIL.length;
  // Characters are not bytes: text outside ASCII may have grown past the bound.
  if (frame.length > MAX_EVENT_FRAME_BYTES && to - from > 1) {
    const half = (from + to) >> 1;
    return [...layOut(events, from, half, first, middle), ...layOut(events, half, to, first, middle)];
  }
  if (!plain) {
    let offset = FRAME_HEAD.length;
    for (let i = from; i < to; i += 1) {
      starts[i - from] = offset;
      offset += ENTRY_HEAD.length + digits(first + i) + middle.length + Buffer.byteLength(events[i] ?? "") + 2;
    }
    starts[to - from] = offset;
  }
  return [{ first: first + from, last: first + to - 1, frame, starts }];
}

/** Decimal digits of a whole number above 0. */
function digits(number: number): number {
  let count = 1;
  for (let rest = number; rest >= 10; rest /= 10) count += 1;
  return count;
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
