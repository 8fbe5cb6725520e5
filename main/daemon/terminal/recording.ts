/** The recording of one session's terminal on disk: written behind the output, never before it, and bounded. */
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import type { Log } from "../../home/create-log.ts";
import { createStreamMask } from "../../home/recording/mask-stream.ts";
import {
  type Moment,
  SEGMENT_BYTES,
  SEGMENTS_KEPT,
  type SegmentHeader,
  segmentPaths,
} from "../../home/recording/recording-format.ts";

import type { PtyExit } from "./pty/pty.ts";
import type { Size } from "./viewers/viewers.ts";

export interface RecordingOptions {
  /** The session's own folder; made when there is something to write. */
  folder: string;
  size: Size;
  /** Values that must not be recorded, asked for at each write: they change while a program runs. */
  secrets: () => readonly string[];
  /** Milliseconds of a steady clock. */
  now(): number;
  log: Log;
  /** For tests; the format's by default. */
  segmentBytes?: number;
}

export interface Recording {
  /** Keeps what it is given until it is written; changes only a copy. */
  output(bytes: Buffer): void;
  resize(size: Size): void;
  start(): void;
  exit(exit: PtyExit): void;
  /** Resolves when all that came so far is written, or cannot be. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Output is written together when it comes to this much, or after this long. */
const BATCH_BYTES = 256 * 1024;
const BATCH_MS = 200;
/** Output closer together than this is one moment. */
const MOMENT_MS = 10;
/** When the disk is slower than the program by this much, recording ends and the terminal keeps running. */
const BACKLOG_BYTES = 8 * 1024 * 1024;

export function createRecording(options: RecordingOptions): Recording {
  const { folder, now, log } = options;
  const segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
  const beganAt = new Date().toISOString();
  const began = now();
  let size = options.size;
  let position = 0;
  let moment: Moment | undefined;
  let pieces: Buffer[] = [];
  let pieceBytes = 0;
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  /** Milliseconds of the last moment. */
  let noted = 0;
  /** What held after the last moment that is written: with it the next segment begins. */
  let told = { ms: 0, size };
  let failed = false;
  let closed = false;
  /** The program has ended, and no other has printed anything since. */
  let ended = false;
  let segment: { out: FileHandle; index: FileHandle; offset: number; bytes: number } | undefined;
  const segments: number[] = [];
  const mask = createStreamMask();

  const elapsed = () => Math.round(now() - began);

  function note(next: Moment): void {
    if (failed || closed) return;
    if (moment !== undefined) lines.push(JSON.stringify(moment));
    moment = next;
    noted = next[1];
    timer ??= setTimeout(() => void work(), BATCH_MS);
  }

  function fail(error: unknown): void {
    failed = true;
    pieces = [];
    pieceBytes = 0;
    lines = [];
    log.warn({ error, folder }, "a terminal is recorded no longer");
  }

  /** One at a time: a batch of bytes, then the moments that tell of them. */
  function work(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    working ??= writeAll()
      .catch(fail)
      .finally(() => {
        working = undefined;
      });
    return working;
  }

  async function writeAll(): Promise<void> {
    const isEnded = () => closed || ended;
    while (!failed && (pieceBytes > 0 || lines.length > 0 || moment !== undefined || (mask.holds && isEnded()))) {
      const { behind, bytes } = mask.take(pieces, options.secrets(), isEnded());
      pieces = [];
      pieceBytes = 0;
      if (behind.length > 0) await overwriteEnd(behind);
      const to = await currentSegment();
      if (moment !== undefined) lines.push(JSON.stringify(moment));
      moment = undefined;
      told = { ms: noted, size };
      const text = lines.map((line) => `${line}\n`).join("");
      lines = [];
      if (bytes.length > 0) await to.out.write(bytes);
      to.bytes += bytes.length;
      if (text !== "") await to.index.write(text);
    }
  }

  /** The last bytes that are written, over the edges of segments. */
  async function overwriteEnd(bytes: Buffer): Promise<void> {
    let to = segment === undefined ? 0 : segment.offset + segment.bytes;
    const from = to - bytes.length;
    for (const offset of segments.toReversed()) {
      const begin = Math.max(offset, from);
      if (begin >= to) break;
      const out = await open(segmentPaths(folder, offset).out, "r+");
      try {
        await out.write(bytes, begin - from, to - begin, begin - offset);
      } finally {
        await out.close();
      }
      to = begin;
    }
  }

  async function currentSegment(): Promise<NonNullable<typeof segment>> {
    if (segment !== undefined && segment.bytes < segmentBytes) return segment;
    const offset = segment === undefined ? 0 : segment.offset + segment.bytes;
    await closeSegment();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const paths = segmentPaths(folder, offset);
    const header: SegmentHeader = { version: 1, offset, ms: told.ms, began_at: beganAt, ...told.size };
    const out = await open(paths.out, "w", 0o600);
    const index = await open(paths.index, "w", 0o600);
    await index.write(`${JSON.stringify(header)}\n`);
    segment = { out, index, offset, bytes: 0 };
    segments.push(offset);
    for (const old of segments.splice(0, segments.length - SEGMENTS_KEPT)) {
      const gone = segmentPaths(folder, old);
      await Promise.all([rm(gone.out, { force: true }), rm(gone.index, { force: true })]);
    }
    return segment;
  }

  async function closeSegment(): Promise<void> {
    const open = segment;
    segment = undefined;
    await open?.out.close();
    await open?.index.close();
  }

  return {
    output(bytes) {
      if (failed || closed) return;
      ended = false;
      position += bytes.length;
      pieces.push(bytes);
      pieceBytes += bytes.length;
      const ms = elapsed();
      if (moment?.[0] === "output" && ms - moment[1] < MOMENT_MS) moment[2] = position;
      else note(["output", ms, position]);
      if (pieceBytes > BACKLOG_BYTES) fail(new Error("the disk is slower than the program"));
      else if (pieceBytes >= BATCH_BYTES && working === undefined) void work();
    },
    resize(to) {
      size = to;
      note(["resize", elapsed(), position, to.cols, to.rows]);
    },
    start: () => note(["start", elapsed(), position]),
    exit({ code, signal }) {
      ended = true;
      note(["exit", elapsed(), position, code, signal]);
    },
    async flush() {
      await working;
      await work();
    },
    async close() {
      closed = true;
      await working;
      await work();
      await closeSegment().catch(() => {});
    },
  };
}
