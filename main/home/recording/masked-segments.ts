/** A recording as it may leave the home folder: with every secret masked that is known now, also one that it was written without. */
import { maskSecrets } from "./mask-secrets.ts";
import type { RecordedSegment } from "./read-recording.ts";

/** Read and masked together, in bytes. */
const WINDOW = 1024 * 1024;
/** Read beyond it on both sides: a secret may begin before what is asked for, and end after. */
const MARGIN = 64 * 1024;

export function* maskedSegments(
  segments: Iterable<RecordedSegment>,
  secrets: readonly string[],
): Generator<RecordedSegment> {
  /** The end of the segment before, as it was written. */
  let before = Buffer.alloc(0);
  for (const segment of segments) {
    const begin = segment.header.offset;
    let last = begin;
    for (const [, , end] of segment.moments) last = Math.max(last, end);
    /** What a secret may stand in that crosses into this segment. */
    const earlier = before;
    const raw = (from: number, to: number): Buffer =>
      Buffer.concat([
        from < begin ? earlier.subarray(Math.max(0, earlier.length - (begin - from))) : EMPTY,
        segment.read(Math.max(begin, from), to),
      ]);
    let window = { from: begin, to: begin, bytes: EMPTY };
    const look = (from: number, to: number) => {
      const end = Math.max(to, from + WINDOW);
      const lead = Math.min(MARGIN, from - begin + earlier.length);
      const { bytes } = maskSecrets(raw(from - lead, end + MARGIN), secrets);
      const masked = bytes.subarray(lead, lead + end - from);
      window = { from, to: from + masked.length, bytes: masked };
    };
    yield {
      ...segment,
      read(from, to) {
        if (to <= from) return EMPTY;
        if (from < window.from || to > window.to) look(from, to);
        return window.bytes.subarray(from - window.from, Math.min(to, window.to) - window.from);
      },
    };
    before = Buffer.from(segment.read(Math.max(begin, last - MARGIN), last));
  }
}

const EMPTY: Buffer = Buffer.alloc(0);
