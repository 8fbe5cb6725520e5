/** One reader of a session's log: a place in it, and the frames that follow that place as long as there is room. A slow reader costs no memory. */
import { MAX_EVENT_FRAME_BYTES } from "../../../shared/protocol/wire.ts";
import { MARK, UNMARKED } from "../../wire/event-batch.ts";
import { type Chunk, entriesOf, eventText, frameOf } from "./chunk.ts";
import { markOf, type ProgressMark, superseded } from "./conflate.ts";
import type { SessionLog } from "./session-log.ts";

export interface CursorSink {
  /** Whether another frame may be sent now; when not, `pump` is called once there is room again. */
  room(): boolean;
  /** One whole text frame in UTF-8. `sent` is called when its bytes are needed no longer, whatever became of them. */
  send(frame: Buffer | string, sent?: () => void): void;
  /** Several frames in one system call: what is sent in between goes out at the end. */
  together?(send: () => void): void;
}

/** A run of entries, or the news that these (numbers, inclusive) are kept nowhere any more. */
export type HistoryItem = Chunk | { lost: true; first: number; last: number };

/** Reads what has left the ring: some of what follows `after`, in order. Never empty while `after` is below the log's floor. */
export type History = (after: number) => Promise<readonly HistoryItem[]>;

export interface CursorOptions {
  log: SessionLog;
  /** The number after which to begin. */
  after: number;
  sink: CursorSink;
  history: History;
  /** True: each event as its own frame, exactly as the daemon sent it (`construct.v1`). */
  verbatim: boolean;
}

export interface Cursor {
  /** Sends what there is room for. */
  pump(): void;
  conflate(on: boolean): void;
  /** A frame to be sent when the reader has come to the end of the log; a newer one replaces it. */
  whenCaughtUp(frame: string): void;
  close(): void;
}

/**
 * A conflating reader that keeps up is sent what is new at once, and then again after so long, in milliseconds. Eyes see
 * no more; without it thousands of events a second would be as many messages, none of them superseded yet.
 */
export const PACE_MS = 50;

/** Entries looked at in one go when conflating, in bytes. */
const CONFLATE_SPAN_BYTES = 1024 * 1024;

export function openCursor(options: CursorOptions): Cursor {
  const { log, sink, verbatim } = options;
  let at = options.after;
  let conflating = false;
  let reading = false;
  let closed = false;
  let trailer: string | undefined;
  let pause: NodeJS.Timeout | undefined;
  const seen = new Set<number>();
  const stop = log.read({ appended: () => (conflating ? pumpCalmly() : pump()) });

  function pumpCalmly(): void {
    if (pause !== undefined) return;
    pump();
    pause = setTimeout(() => {
      pause = undefined;
      if (at < log.last()) pumpCalmly();
    }, PACE_MS);
  }

  function pump(): void {
    if (sink.together === undefined) pumpAll();
    else sink.together(pumpAll);
  }

  function pumpAll(): void {
    while (!closed && !reading && at < log.last() && sink.room()) {
      const chunk = at < log.floor() ? undefined : log.find(at + 1);
      if (chunk === undefined) void readHistory();
      else step(chunk);
    }
    if (trailer !== undefined && !closed && !reading && at >= log.last() && sink.room()) {
      sink.send(trailer);
      trailer = undefined;
    }
  }

  function step(chunk: Chunk): void {
    if (verbatim) deliverVerbatim(chunk);
    else if (conflating) deliverConflated(gather(chunk, CONFLATE_SPAN_BYTES));
    else deliver(chunk);
  }

  /** A chunk that begins at the cursor is sent as it lies in memory; small ones that queued up are joined. */
  function deliver(chunk: Chunk): void {
    const run = gather(chunk, MAX_EVENT_FRAME_BYTES);
    if (run.length === 1 && chunk.first > at) sendWhole(chunk);
    else sink.send(frameOf(run.map((part) => entriesOf(part, Math.max(part.first, at + 1), part.last))));
    at = run.at(-1)?.last ?? at;
  }

  function sendWhole({ frame, slab }: Chunk): void {
    if (slab === undefined) sink.send(frame);
    else {
      slab.uses += 1;
      sink.send(frame, slab.release);
    }
  }

  function gather(chunk: Chunk, limit: number): Chunk[] {
    const run = [chunk];
    let size = chunk.frame.length;
    let next = log.find(chunk.last + 1);
    while (next !== undefined && size + next.frame.length <= limit) {
      run.push(next);
      size += next.frame.length;
      next = log.find(next.last + 1);
    }
    return run;
  }

  function deliverConflated(run: readonly Chunk[]): void {
    const marks: ProgressMark[] = [];
    for (const chunk of run) {
      for (let seq = Math.max(chunk.first, at + 1); seq <= chunk.last; seq += 1) {
        marks.push(markIn(chunk, seq));
      }
    }
    const skip = superseded(marks, seen);
    let parts: Buffer[] = [];
    let size = 0;
    const flush = () => {
      if (parts.length > 0) sink.send(frameOf(parts));
      parts = [];
      size = 0;
    };
    for (const chunk of run) {
      for (const part of kept(chunk, Math.max(chunk.first, at + 1), skip)) {
        if (size + part.length + 32 > MAX_EVENT_FRAME_BYTES) flush();
        parts.push(part);
        size += part.length + 1;
      }
    }
    flush();
    at = run.at(-1)?.last ?? at;
  }

  function deliverVerbatim(chunk: Chunk): void {
    while (at < chunk.last && sink.room() && !closed) {
      at += 1;
      sink.send(eventText(chunk, at));
    }
  }

  async function readHistory(): Promise<void> {
    reading = true;
    const from = at;
    try {
      const items = await options.history(from);
      if (closed) return;
      for (const item of items) if (item.last > at) deliverPast(item);
      // Whoever has nothing to say about these numbers will not have it later either: go on with what the ring holds.
      if (at === from) deliverPast({ lost: true, first: from + 1, last: Math.max(log.floor(), from + 1) });
    } finally {
      reading = false;
    }
    pump();
  }

  function deliverPast(item: HistoryItem): void {
    const first = Math.max(item.first, at + 1);
    if ("lost" in item) {
      const gap = { missed: item.last - first + 1, from: first, to: item.last };
      if (!verbatim) sink.send(JSON.stringify({ gap }));
    } else if (verbatim) {
      for (let seq = first; seq <= item.last; seq += 1) sink.send(eventText(item, seq));
    } else if (item.first === first) sink.send(item.frame);
    else sink.send(frameOf([entriesOf(item, first, item.last)]));
    at = item.last;
  }

  return {
    pump,
    conflate(on) {
      conflating = on;
    },
    whenCaughtUp(frame) {
      trailer = frame;
      pump();
    },
    close() {
      closed = true;
      clearTimeout(pause);
      stop();
    },
  };
}

/** Runs of entries that are not skipped, each as one piece. */
function kept(chunk: Chunk, from: number, skip: ReadonlySet<number>): Buffer[] {
  const parts: Buffer[] = [];
  let start = from;
  for (let seq = from; seq <= chunk.last + 1; seq += 1) {
    if (seq <= chunk.last && !skip.has(seq)) continue;
    if (start < seq) parts.push(entriesOf(chunk, start, seq - 1));
    start = seq + 1;
  }
  return parts;
}

function markIn(chunk: Chunk, seq: number): ProgressMark {
  const at = MARK * (seq - chunk.first);
  return markOf(seq, chunk.marks?.[at] ?? UNMARKED, chunk.marks?.[at + 1] ?? Number.NaN);
}
