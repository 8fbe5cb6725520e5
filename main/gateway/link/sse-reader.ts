/** Owns reading a server-sent-event stream: bytes in any pieces, whole events out, with a bound on what is held. */
import { isUtf8 } from "node:buffer";
import { createParser, type ParseError } from "eventsource-parser";

/** Characters that one event may have before its stream is given up: a recorded call is cut at 512 KiB of arguments and result. */
export const MAX_EVENT_CHARACTERS = 8 * 1024 * 1024;

/** Whole blocks of a stream as they came: valid UTF-8 without a CR, from the beginning of a block to the end of one. */
export interface Blocks {
  readonly bytes: Buffer;
  /** The same, a character a byte. */
  readonly latin1: string;
}

export interface SseSink {
  event(data: string, id: string | undefined): void;
  /**
   * The short way, for blocks that can be understood as they lie: takes those that follow `from`, and gives where the
   * first begins that it does not take. That one goes the long way, through the parser, to `event`.
   */
  blocks?(blocks: Blocks, from: number): number;
  /** Any byte at all, comments included: the stream lives. */
  alive?(): void;
}

/** A stream of which so many blocks one after the other are not understood goes the long way to the end of what came. */
const MAX_MISSES = 2;

/** Reads to the end of the stream. Rejects when the connection breaks, and as `createSseReader` throws. */
export async function readSse(body: AsyncIterable<Uint8Array>, sink: SseSink, max?: number): Promise<void> {
  const read = createSseReader(sink, max);
  for await (const chunk of body) read(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
}

/**
 * Gives a function that takes the stream's bytes piece by piece, and is done with them when it returns. It follows the
 * HTML specification's rules (§9.2.6): UTF-8 with replacement, one leading byte order mark dropped, an event that the
 * end of the stream cuts is not delivered. Throws a `ParseError` when an event is longer than `max` characters.
 */
export function createSseReader(sink: SseSink, max = MAX_EVENT_CHARACTERS): (bytes: Buffer) => void {
  // The parser itself drops the byte order mark; left to both, a second one would vanish too.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let broken: ParseError | undefined;
  const parser = createParser({
    maxBufferSize: max,
    onEvent: (event) => sink.event(event.data, event.id),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") broken = error;
    },
  });
  /** Whether the next byte begins a block. Not the stream's first: the parser must have looked for a byte order mark. */
  let between = false;
  let lastByte = 0;

  function feed(bytes: Buffer): void {
    if (bytes.length === 0) return;
    parser.feed(decoder.decode(bytes, { stream: true }));
    if (broken !== undefined) throw broken;
    const before = bytes.length > 1 ? bytes[bytes.length - 2] : lastByte;
    lastByte = bytes[bytes.length - 1] ?? 0;
    // After two line feeds no line, no data and no half a character is pending (§9.2.6: the second is an empty line).
    between = lastByte === LF && before === LF;
  }

  function takeBlocks(chunk: Buffer, blocks: (blocks: Blocks, from: number) => number): void {
    const from = between ? 0 : firstEnd(chunk, lastByte);
    feed(chunk.subarray(0, from));
    const end = Math.max(from, lastEnd(chunk));
    if (between && end > from) takeWhole(chunk.subarray(from, end), blocks);
    feed(chunk.subarray(end));
  }

  function takeWhole(bytes: Buffer, blocks: (blocks: Blocks, from: number) => number): void {
    const plain = !bytes.includes(CR) && isUtf8(bytes);
    const whole: Blocks = { bytes, latin1: plain ? bytes.toString("latin1") : "" };
    let at = 0;
    for (let misses = plain ? 0 : MAX_MISSES; misses < MAX_MISSES; misses += 1) {
      const next = blocks(whole, at);
      if (next > at) misses = 0;
      if (next === bytes.length) return;
      at = next + firstEnd(bytes.subarray(next), LF);
      feed(bytes.subarray(next, at));
    }
    feed(bytes.subarray(at));
  }

  return (bytes) => {
    sink.alive?.();
    if (sink.blocks === undefined) feed(bytes);
    else takeBlocks(bytes, (blocks, from) => sink.blocks?.(blocks, from) ?? from);
  };
}

/** Where the block ends of which `chunk` is the continuation; its whole length when it does not end there. */
function firstEnd(chunk: Buffer, lastByte: number): number {
  if (lastByte === LF && chunk[0] === LF) return 1;
  const at = chunk.indexOf(END);
  return at < 0 ? chunk.length : at + END.length;
}

function lastEnd(chunk: Buffer): number {
  const at = chunk.lastIndexOf(END);
  return at < 0 ? 0 : at + END.length;
}

const LF = 0x0a;
const CR = 0x0d;
const END = Buffer.from("\n\n");
