/** Reads a server-sent-event stream: bytes in any pieces, whole events out, with a bound on what is held. */
import { createParser, type ParseError } from "eventsource-parser";

/**
 * Characters that one event may have before its stream is given up. Ours are cut below half a megabyte; another daemon's may
 * hold a picture of 8 MiB, as base64, which is taken out of it (sessions/shrink-event.ts).
 */
export const MAX_EVENT_CHARACTERS = 16 * 1024 * 1024;

export interface SseSink {
  event(data: string, id: string | undefined): void;
}

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
  return (bytes) => {
    if (bytes.length === 0) return;
    parser.feed(decoder.decode(bytes, { stream: true }));
    if (broken !== undefined) throw broken;
  };
}
