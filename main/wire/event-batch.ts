/**
 * The stream of events between our daemon and a gateway: batches of events, each with a head of fixed size that says what
 * counting, conflation and folding need to know, so that nobody on the way reads JSON.
 *
 * A batch, in little endian: u32 bytes that follow, u32 count of events, f64 number of the first, then for each event its
 * mark (4 × f64), then the u32 length of each event, then their JSON in UTF-8. The numbers in a batch are consecutive. A batch
 * without events keeps the stream alive.
 */
import { TOOL_EVENT_KINDS, type ToolEvent } from "../../shared/events/tool-event.ts";

/** Asked for with `accept`, answered as `content-type`, where the stream's epoch stands as a parameter. */
export const BATCHES = "application/vnd.signalbox.events-v1";

/** Numbers of a mark: its code, progress, total (NaN where there is none), and when it happened in milliseconds since 1970. */
export const MARK = 4;
const MARK_BYTES = 8 * MARK;
const HEAD_BYTES = 16;
/** What follows the length that is believed: one event is at most half a megabyte of JSON, and a batch some 64 KB beyond it. */
export const MAX_BATCH_BYTES = 16 * 1024 * 1024;

/** Which values an event carries, as bits of its code. */
export const HAS = { progress: 1, total: 2, message: 4 } as const;
const FIELDS = 8;
const KINDS = 16;

/** The code of an entry of which nothing is known without its JSON. */
export const UNMARKED = 0;

/** Places of the kinds in a code; 0 is no kind, so that no code is UNMARKED. */
const KIND_CODE = new Map<string, number>(["gap", ...TOOL_EVENT_KINDS].map((kind, at) => [kind, at + 1]));
export const GAP = 1;
export const PROGRESS = KIND_CODE.get("progress") ?? 0;

/** `call` is the number of the call in the stream's epoch, 0 for an event that belongs to no call of it. */
export const codeOf = (kind: NonNullable<ToolEvent["kind"]> | "gap", call: number, fields: number): number =>
  (call * KINDS + (KIND_CODE.get(kind) ?? 0)) * FIELDS + fields;
export const fieldsIn = (code: number): number => code % FIELDS;
export const kindIn = (code: number): number => Math.floor(code / FIELDS) % KINDS;
export const callIn = (code: number): number => Math.floor(code / (FIELDS * KINDS));

/** One batch. `marks` has four numbers for each of `events`. */
export function writeBatch(first: number, events: readonly string[], marks: readonly number[]): Buffer {
  const lengths = events.map((event) => Buffer.byteLength(event));
  const begin = HEAD_BYTES + events.length * (MARK_BYTES + 4);
  const batch = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, begin));
  batch.writeUInt32LE(batch.length - 4, 0);
  batch.writeUInt32LE(events.length, 4);
  batch.writeDoubleLE(first, 8);
  let at = HEAD_BYTES;
  for (const number of marks) at = batch.writeDoubleLE(number, at);
  for (const length of lengths) at = batch.writeUInt32LE(length, at);
  for (const event of events) at += batch.write(event, at, "utf8");
  return batch;
}

export interface BatchEvents {
  count: number;
  /** Number of the first. */
  first: number;
  marks: Float64Array;
  lengths: Uint32Array;
  /** Where the JSON of the first begins; that of the others follows. */
  bytes: Buffer;
  begin: number;
}

export interface BatchReader {
  /** Takes a piece of the stream, and gives each batch that is whole by then; what it gives is good until `take` returns. */
  push(piece: Buffer, take: (events: BatchEvents) => void): void;
}

/** Throws on what is no batch. */
export function createBatchReader(): BatchReader {
  /** Aligned memory for the batch that is coming, used again and again. */
  let memory = Buffer.allocUnsafeSlow(128 * 1024);
  let have = 0;
  let need = 4;

  function grow(bytes: number): void {
    if (bytes <= memory.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * bytes);
    memory.copy(larger, 0, 0, have);
    memory = larger;
  }

  function take(give: (events: BatchEvents) => void): void {
    const count = memory.readUInt32LE(4);
    const first = memory.readDoubleLE(8);
    const begin = HEAD_BYTES + count * (MARK_BYTES + 4);
    if (begin > need || !Number.isSafeInteger(first)) throw new Error("a batch of events makes no sense");
    if (count === 0) return;
    const marks = new Float64Array(memory.buffer, memory.byteOffset + HEAD_BYTES, count * MARK);
    const lengths = new Uint32Array(memory.buffer, memory.byteOffset + HEAD_BYTES + count * MARK_BYTES, count);
    let end = begin;
    for (const length of lengths) end += length;
    if (end !== need) throw new Error("a batch of events has another length than its events");
    give({ count, first, marks, lengths, bytes: memory, begin });
  }

  return {
    push(piece, give) {
      for (let at = 0; at < piece.length; ) {
        const part = Math.min(need - have, piece.length - at);
        grow(have + part);
        piece.copy(memory, have, at, at + part);
        have += part;
        at += part;
        if (have < need) return;
        if (need === 4) {
          need = 4 + memory.readUInt32LE(0);
          if (need < HEAD_BYTES || need > MAX_BATCH_BYTES) throw new Error("a batch of events has no valid length");
          grow(need);
          continue;
        }
        take(give);
        have = 0;
        need = 4;
      }
    },
  };
}
