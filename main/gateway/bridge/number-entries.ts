/** Owns the numbering of one session's entries, and telling its readers of them. */
import type { Chunk } from "./chunk.ts";
import type { FrameOwner, FrameWriter } from "./frame-writer.ts";
import type { LogReader, SessionLog } from "./session-log.ts";

/** The part of a log that the ring holds. */
export interface HeldChunks {
  floor(): number;
  find(seq: number): Chunk | undefined;
  hold(chunk: Chunk): void;
}

/** `begin` is the number of the last entry so far. */
export function createSessionLog(id: string, begin: number, held: HeldChunks, writer: FrameWriter): SessionLog {
  const readers = new Set<LogReader>();
  let last = begin;
  let next = begin + 1;
  let claimed = begin;
  let broken = false;
  let unpublished: Chunk[] = [];
  const owner: FrameOwner = { closed: (chunk) => unpublished.push(chunk) };

  /** Numbers that a client has seen are left out: the frame that is being laid out holds consecutive ones only. */
  function skipClaimed(): void {
    if (next > claimed) return;
    writer.close(owner);
    next = claimed + 1;
  }

  function add(source: Buffer, from: number, to: number, at: string): void {
    writer.add(owner, next, at, source, from, to);
    next += 1;
  }

  function publish(): readonly Chunk[] {
    writer.close(owner);
    const chunks = unpublished;
    if (chunks.length === 0) return chunks;
    unpublished = [];
    for (const chunk of chunks) {
      held.hold(chunk);
      last = chunk.last;
    }
    for (const reader of readers) reader.appended();
    return chunks;
  }

  return {
    id,
    last: () => last,
    floor: held.floor,
    find: held.find,
    claim(seq) {
      claimed = Math.max(claimed, seq);
      if (broken) skipClaimed();
    },
    breakOff() {
      broken = true;
      skipClaimed();
    },
    add,
    publish,
    append(events, at) {
      for (const event of events) {
        const bytes = Buffer.from(event);
        add(bytes, 0, bytes.length, at);
      }
      return publish();
    },
    read(reader) {
      readers.add(reader);
      return () => readers.delete(reader);
    },
    get readers() {
      return readers.size;
    },
  };
}
