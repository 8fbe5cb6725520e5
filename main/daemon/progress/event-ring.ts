/** Owns the last events of one session, each kept as the SSE block in which every reader gets it. */
import { createPace } from "./create-pace.ts";

export interface EventRing {
  readonly epoch: string;
  /** Sequence number of the newest event; 0 before the first. */
  readonly last: number;
  /** Sequence number of the oldest event that is still kept; `last + 1` when there is none. */
  readonly first: number;
  /**
   * Appends one event. `write` is given its sequence number and returns the JSON; it is called a little later, in order,
   * so that the call that an event tells of never waits for its record.
   */
  append(write: (seq: number) => string): void;
  /** Writes at once what was appended a moment ago. */
  settle(): void;
  /** SSE blocks that follow `after`, joined up to about `maxChars`, and the sequence number of the last one among them. */
  read(after: number, maxChars: number): { text: string; last: number };
  /** Called once for all events that were written together. */
  onAppend(listener: () => void): () => void;
  /** No event will follow. Readers are told once. */
  end(): void;
  onEnd(listener: () => void): () => void;
}

/**
 * Events of this time are written together, at most so many of them: after a quiet time the first goes at once. Below
 * what anybody sees (a frame is 16 ms), and a write a call saved where calls are quick.
 */
const BATCH_MS = 5;
const BATCH_EVENTS = 256;

export interface RingLimits {
  events: number;
  /** Bound on what is kept, in characters: recorded arguments and results are large. */
  chars: number;
}

export function createEventRing(epoch: string, limits: RingLimits): EventRing {
  /** Blocks `first`…`last` stand at `head`…; the array is compacted once half of it is dead. */
  let blocks: string[] = [];
  let head = 0;
  let last = 0;
  let chars = 0;
  const listeners = new Set<() => void>();
  const endListeners = new Set<() => void>();
  /** Appended and not written yet. Whoever looks at the ring sees them written. */
  let pending: ((seq: number) => string)[] = [];
  const first = () => last - (blocks.length - head) + 1;

  const dropOldest = () => {
    chars -= blocks[head]?.length ?? 0;
    blocks[head] = "";
    head += 1;
    if (head > 1024 && head * 2 > blocks.length) {
      blocks = blocks.slice(head);
      head = 0;
    }
  };
  const settle = () => {
    if (pending.length === 0) return;
    const batch = pending;
    pending = [];
    for (const write of batch) {
      last += 1;
      const block = `id: ${epoch}-${last}\ndata: ${write(last)}\n\n`;
      blocks.push(block);
      chars += block.length;
      while (blocks.length - head > limits.events || (chars > limits.chars && blocks.length - head > 1)) dropOldest();
    }
    for (const listener of listeners) listener();
  };
  const pace = createPace(settle, BATCH_MS);

  return {
    epoch,
    get last() {
      settle();
      return last;
    },
    get first() {
      settle();
      return first();
    },
    append(write) {
      pending.push(write);
      if (pending.length >= BATCH_EVENTS) settle();
      else pace.wake();
    },
    settle,
    read(after, maxChars) {
      settle();
      let index = head + Math.max(0, after + 1 - first());
      let text = "";
      while (index < blocks.length && text.length < maxChars) {
        text += blocks[index] ?? "";
        index += 1;
      }
      return { text, last: last - (blocks.length - index) };
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end() {
      pace.stop();
      settle();
      for (const listener of endListeners) listener();
    },
    onEnd(listener) {
      endListeners.add(listener);
      return () => endListeners.delete(listener);
    },
  };
}
