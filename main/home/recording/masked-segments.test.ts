/** Proves that a recording that was written without knowing a secret leaves the home folder without it all the same. */
import { expect, it } from "vitest";
import { asciicast } from "./asciicast.ts";
import { maskedSegments } from "./masked-segments.ts";
import type { RecordedSegment } from "./read-recording.ts";
import type { Moment } from "./recording-format.ts";

const TOKEN = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/** A recording of these outputs, a moment each; a new segment after each of the places. */
function recording(outputs: readonly string[], segmentsAt: readonly number[] = []): RecordedSegment[] {
  const bytes = Buffer.from(outputs.join(""));
  const edges = [0, ...segmentsAt, bytes.length];
  let offset = 0;
  const moments: Moment[] = outputs.map((output, n) => {
    offset += Buffer.byteLength(output);
    return ["output", n * 100, offset];
  });
  return edges.slice(0, -1).map((from, n) => {
    const to = edges[n + 1] ?? bytes.length;
    return {
      header: { version: 1, offset: from, ms: 0, began_at: "2026-01-01T00:00:00Z", cols: 80, rows: 24 },
      moments: moments.filter(([, , end]) => end > from && end <= to),
      read: (a, b) => bytes.subarray(Math.max(a, from), Math.min(b, to)),
    };
  });
}

const shown = (segments: RecordedSegment[]) =>
  [...asciicast(maskedSegments(segments, [TOKEN]), [])]
    .slice(1)
    .map((line) => (JSON.parse(line) as [number, string, string])[2])
    .join("");

it("A7: masks over the joined stream: in one line, in two, and in single characters", () => {
  for (const pieces of [[TOKEN], [TOKEN.slice(0, 20), TOKEN.slice(20)], [...TOKEN]]) {
    expect(shown(recording(["before ", ...pieces, " after"]))).toBe(`before ${"*".repeat(64)} after`);
  }
});

it("A7: masks wherever a megabyte of output is read in windows, and keeps every other byte", () => {
  const line = `${"x".repeat(997)}${TOKEN}\r\n`;
  const outputs = Array.from({ length: 2_500 }, () => line);
  expect(shown(recording(outputs))).toBe(outputs.join("").replaceAll(TOKEN, "*".repeat(64)));
});

it("A7: the part of a secret that stands in the next segment is masked as well", () => {
  const text = `before ${TOKEN} after`;
  const out = shown(recording([text.slice(0, 30), text.slice(30)], [30]));
  expect(out.length).toBe(text.length);
  expect(out).toMatch(/\*{41} after$/);
});
