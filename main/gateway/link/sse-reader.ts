/** Owns reading a server-sent-event stream: bytes in any pieces, whole events out, with a bound on what is held. */
import { createParser, type ParseError } from "eventsource-parser";

/** Characters that one event may have before its stream is given up: a recorded call is cut at 512 KiB of arguments and result. */
export const MAX_EVENT_CHARACTERS = 8 * 1024 * 1024;

export interface SseSink {
  event(data: string, id: string | undefined): void;
  /** Any byte at all, comments included: the stream lives. */
  alive?(): void;
}

/**
 * Reads to the end of the stream, following the HTML specification's rules (§9.2.6): UTF-8 with replacement, one
 * leading byte order mark dropped, an event that the end of the stream cuts is not delivered.
 * Rejects when the connection breaks, and with a `ParseError` when an event is longer than `max` characters.
 */
export async function readSse(
  body: AsyncIterable<Uint8Array>,
  sink: SseSink,
  max = MAX_EVENT_CHARACTERS,
): Promise<void> {
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
  for await (const chunk of body) {
    sink.alive?.();
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (broken !== undefined) throw broken;
  }
}
