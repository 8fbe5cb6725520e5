/** The messages that were sent to an agent and may be asked for again, by the stream that they went on. */

/** Whichever bound is reached first pushes the oldest out. */
const KEEP_MESSAGES = 1_000;
const KEEP_CHARS = 8 * 1024 * 1024;

export interface KeptMessages {
  /** Keeps the SSE block of the message `index` of a stream; one that is larger than all that is kept is not. */
  keep(stream: number, index: number, block: string): void;
  /** What is kept of a stream after a message of it, as it was sent; empty when that is nothing. */
  replay(stream: number, after: number): string;
}

export function createKeptMessages(): KeptMessages {
  const kept: { stream: number; index: number; block: string }[] = [];
  let chars = 0;
  return {
    keep(stream, index, block) {
      if (block.length > KEEP_CHARS) return;
      kept.push({ stream, index, block });
      chars += block.length;
      while (kept.length > KEEP_MESSAGES || chars > KEEP_CHARS) chars -= kept.shift()?.block.length ?? 0;
    },
    replay: (stream, after) =>
      kept
        .filter((item) => item.stream === stream && item.index > after)
        .map((item) => item.block)
        .join(""),
  };
}
