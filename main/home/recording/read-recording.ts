/** Reads a session's recording, and removes it. */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  type Moment,
  parseHeader,
  parseMoment,
  type SegmentHeader,
  segmentOffset,
  segmentPaths,
} from "./recording-format.ts";

export interface RecordedSegment {
  header: SegmentHeader;
  moments: Moment[];
  /** The bytes between two offsets; shorter where they were never written. */
  read(from: number, to: number): Buffer;
}

/** Session ids are path parts only when they look like ids. */
const SESSION = /^[A-Za-z0-9-]{1,64}$/;

/** The folder of a session's recording; undefined for an id that is none. */
export function recordingFolder(recordings: string, session: string): string | undefined {
  return SESSION.test(session) ? join(recordings, session) : undefined;
}

/** What is left of a recording, oldest first; empty when there is none. A torn last line is passed over. */
export function* readRecording(recordings: string, session: string): Generator<RecordedSegment> {
  const folder = recordingFolder(recordings, session);
  if (folder === undefined) return;
  for (const offset of listSegments(folder)) {
    const { out, index } = segmentPaths(folder, offset);
    const [first, ...rest] = readLines(index);
    const header = parseHeader(first);
    if (!header.ok) continue;
    const moments = rest.flatMap((line) => {
      const moment = parseMoment(line);
      return moment.ok ? [moment.value] : [];
    });
    const fd = openSync(out, "r");
    try {
      yield { header: header.value, moments, read: (from, to) => readRange(fd, from - offset, to - offset) };
    } finally {
      closeSync(fd);
    }
  }
}

/** Removes a session's recording, if there is one. */
export function removeRecording(recordings: string, session: string): void {
  const folder = recordingFolder(recordings, session);
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

function listSegments(folder: string): number[] {
  try {
    return readdirSync(folder)
      .map(segmentOffset)
      .filter((offset) => offset !== undefined)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}

function readLines(path: string): unknown[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        return [];
      }
    });
}

function readRange(fd: number, from: number, to: number): Buffer {
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(to, fstatSync(fd).size) - from));
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(fd, buffer, length, buffer.length - length, from + length);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}
