/** Exports a recording as asciicast v3, which any asciinema player plays: https://docs.asciinema.org/manual/asciicast/v3/ */
import { StringDecoder } from "node:string_decoder";
import type { RecordedSegment } from "./read-recording.ts";
import type { Moment } from "./recording-format.ts";

export interface CastOptions {
  title?: string;
  command?: string;
}

/** A point of interest, for example the start of a call. */
export interface CastMarker {
  /** Printed bytes before it. */
  offset: number;
  label: string;
}

/** The lines of the file, one by one. Bytes that are no UTF-8 become U+FFFD, because the format is JSON. Empty when nothing was recorded. */
export function* asciicast(
  segments: Iterable<RecordedSegment>,
  markers: readonly CastMarker[],
  options: CastOptions = {},
): Generator<string> {
  const decoder = new StringDecoder("utf8");
  const waiting = [...markers].sort((a, b) => a.offset - b.offset);
  let begun = false;
  let lastMs = 0;
  let at = 0;
  const event = (ms: number, code: string, data: string): string => {
    const interval = Math.max(0, ms - lastMs) / 1000;
    lastMs = Math.max(lastMs, ms);
    return `${JSON.stringify([Number(interval.toFixed(3)), code, data])}\n`;
  };

  for (const segment of segments) {
    const { header } = segment;
    if (!begun) {
      begun = true;
      lastMs = header.ms;
      yield `${JSON.stringify(castHeader(header, options))}\n`;
      // What was printed before the oldest segment is gone, and so are the markers in it.
      while ((waiting[0]?.offset ?? Number.POSITIVE_INFINITY) < header.offset) waiting.shift();
    }
    at = header.offset;
    for (const moment of segment.moments) {
      const [, ms, end] = moment;
      for (let marker = waiting[0]; marker !== undefined && marker.offset <= end; marker = waiting[0]) {
        waiting.shift();
        const text = decoder.write(segment.read(at, marker.offset));
        at = Math.max(at, marker.offset);
        if (text !== "") yield event(ms, "o", text);
        yield event(ms, "m", marker.label);
      }
      const text = decoder.write(segment.read(at, end));
      at = Math.max(at, end);
      if (text !== "") yield event(ms, "o", text);
      const other = otherEvent(moment);
      if (other !== undefined) yield event(ms, ...other);
    }
  }
  for (const marker of begun ? waiting : []) yield event(lastMs, "m", marker.label);
}

function castHeader(header: RecordedSegment["header"], options: CastOptions): object {
  return {
    version: 3,
    term: { cols: header.cols, rows: header.rows, type: "xterm-256color" },
    timestamp: Math.floor((Date.parse(header.began_at) + header.ms) / 1000),
    ...options,
  };
}

function otherEvent(moment: Moment): [code: string, data: string] | undefined {
  if (moment[0] === "resize") return ["r", `${moment[3]}x${moment[4]}`];
  // The format knows a status only; a shell reports a signal as 128 and more.
  if (moment[0] === "exit") return ["x", String(moment[3] ?? 128)];
  return undefined;
}
