/** Lays entries out as frames: each event's bytes are copied once, to the place from which clients and the journal get them. */
import { MAX_EVENT_FRAME_BYTES } from "../../../shared/protocol/wire.ts";
import { MARK, UNMARKED } from "../../wire/event-batch.ts";
import { type Chunk, EVENT_KEY, FRAME_HEAD, FRAME_TAIL } from "./chunk.ts";
import { createSlabs, type Slabs } from "./slabs.ts";

/** No entry is shorter than its head around `{}`: so many fit into a frame at most, with one place past the end. */
const MAX_ENTRIES = Math.ceil(MAX_EVENT_FRAME_BYTES / 52) + 1;
/** The closing brace of an entry and the comma behind it. */
const ENTRY_TAIL_BYTES = 2;

/** Whose entries are in the frame that is being laid out. */
export interface FrameOwner {
  /** The frame is whole. It does not change before its slab is released. */
  closed(chunk: Chunk): void;
}

export interface FrameWriter {
  /**
   * Adds the event that lies in `source` from `from` to `to`, which must be one JSON value in UTF-8: that is checked
   * where it enters (link/event-intake.ts). `seq` follows the owner's last one, or its frame was closed. Closes the
   * open frame first when it is another owner's or has no room. `at` is that of the whole frame: its first entry's. The
   * mark of the event stands in `marks` from `mark` on; without one it is unmarked.
   */
  add(
    owner: FrameOwner,
    seq: number,
    at: string,
    source: Buffer,
    from: number,
    to: number,
    marks?: Float64Array,
    mark?: number,
  ): void;
  /** Ends the owner's frame, if one is open. */
  close(owner: FrameOwner): void;
}

/** One for all sessions: entries come in runs of one session, so that closing the other's frame in between is rare. */
export function createFrameWriter(slabs: Slabs = createSlabs()): FrameWriter {
  let piece = slabs.take();
  let { bytes: slab, places, marks: slabMarks } = piece;
  let placesUsed = 0;
  let owner: FrameOwner | undefined;
  let time = "";
  let first = 0;
  let count = 0;
  let isMarked = false;
  /** Where the open frame begins, and the next entry goes. */
  let begin = 0;
  let end = 0;
  /** The head of the last entry, and where its number ends: the next differs from it in the number alone. */
  let head = 0;
  let headBytes = 0;
  let numberEnd = 0;

  function open(next: FrameOwner, seq: number, at: string): void {
    if (begin + MAX_EVENT_FRAME_BYTES > slab.length || placesUsed + MAX_ENTRIES > places.length) {
      piece.release();
      piece = slabs.take();
      slab = piece.bytes;
      places = piece.places;
      slabMarks = piece.marks;
      begin = 0;
      placesUsed = 0;
    }
    owner = next;
    time = at;
    first = seq;
    count = 0;
    isMarked = false;
    end = begin + slab.write(FRAME_HEAD, begin, "latin1");
    writeHead(seq);
  }

  /** The head of the next entry, in full: for the first of a frame, and where the number grows by a digit. */
  function writeHead(seq: number): void {
    const text = `{"seq":${seq},"at":"${time}"${EVENT_KEY}`;
    head = end;
    headBytes = slab.write(text, end, "latin1");
    numberEnd = text.indexOf(",");
  }

  /** The same head again, its number one higher. */
  function repeatHead(seq: number): void {
    slab.copyWithin(end, head, head + headBytes);
    head = end;
    let digit = head + numberEnd - 1;
    while (slab[digit] === NINE) slab[digit--] = ZERO;
    const value = slab[digit] ?? 0;
    if (value < ZERO || value > NINE) writeHead(seq);
    else slab[digit] = value + 1;
  }

  function close(): void {
    const frame = slab.subarray(begin, end + FRAME_TAIL.length - 1);
    // The last comma gives way to the tail.
    slab.write(FRAME_TAIL, end - 1, "latin1");
    places[placesUsed + count] = end - begin;
    const starts = places.subarray(placesUsed, placesUsed + count + 1);
    const marks = isMarked ? slabMarks.subarray(MARK * placesUsed, MARK * (placesUsed + count)) : undefined;
    placesUsed += count + 1;
    begin = end + FRAME_TAIL.length - 1;
    const told = owner;
    owner = undefined;
    piece.uses += 1;
    told?.closed({ first, last: first + count - 1, frame, starts, marks, slab: piece });
  }

  function addAlone(to: FrameOwner, seq: number, at: string, event: Buffer, marks: Float64Array | undefined): void {
    const entry = `{"seq":${seq},"at":"${at}"${EVENT_KEY}`;
    const frame = Buffer.concat([Buffer.from(FRAME_HEAD + entry), event, Buffer.from(`}${FRAME_TAIL}`)]);
    const starts = Uint32Array.of(FRAME_HEAD.length, frame.length - FRAME_TAIL.length + 1);
    to.closed({ first: seq, last: seq, frame, starts, marks, slab: undefined });
  }

  return {
    add(to, seq, at, source, from, until, marks, mark = 0) {
      const length = until - from;
      if (owner !== undefined) {
        // One more byte of the head at most, where the number grows.
        const room = begin + MAX_EVENT_FRAME_BYTES - end - FRAME_TAIL.length;
        const fits = length + headBytes + 1 + ENTRY_TAIL_BYTES <= room && count < MAX_ENTRIES - 1;
        if (owner !== to || !fits) close();
        else repeatHead(seq);
      }
      if (owner === undefined) {
        if (length > MAX_ALONE_BYTES) {
          return addAlone(to, seq, at, source.subarray(from, until), marks?.slice(mark, mark + MARK));
        }
        open(to, seq, at);
      }
      places[placesUsed + count] = end - begin;
      let own = MARK * (placesUsed + count);
      if (marks === undefined) slabMarks[own] = UNMARKED;
      else {
        isMarked = true;
        for (let i = mark; i < mark + MARK; i += 1) slabMarks[own++] = marks[i] ?? 0;
      }
      count += 1;
      end += headBytes;
      source.copy(slab, end, from, until);
      end += length;
      slab[end] = CLOSING_BRACE;
      slab[end + 1] = COMMA;
      end += ENTRY_TAIL_BYTES;
    },
    close(of) {
      if (owner === of) close();
    },
  };
}

/** An event that fits into a frame of its own, whatever its number. */
const MAX_ALONE_BYTES = MAX_EVENT_FRAME_BYTES - 128;

const ZERO = 0x30;
const NINE = 0x39;
const CLOSING_BRACE = 0x7d;
const COMMA = 0x2c;
