/** The last events of one session, as their JSON and what is known of each without it. */

import type { ToolEvent } from "../../../shared/events/tool-event.ts";
import { codeOf, HAS, MARK, UNMARKED } from "../../wire/event-batch.ts";
import type { NumberLine } from "../sessions/session-numbers.ts";
import { createPace } from "./create-pace.ts";

export interface EventRing {
  /** Identity of this ring, part of every event's id: no other ring has it, of no session and no run of the daemon. */
  readonly epoch: string;
  /** The number above which its events are numbered: 0 for a session that began here. */
  readonly base: number;
  /** Number of the newest event; `base` before the first. */
  readonly last: number;
  /** Sequence number of the oldest event that is still kept; `last + 1` when there is none. */
  readonly first: number;
  /**
   * Appends one event. `write` is given its sequence number and returns the JSON; it is called a little later, in order,
   * so that the call that an event tells of never waits for its record.
   */
  append(write: (seq: number) => string, mark?: EventMark): void;
  /** Writes at once what was appended a moment ago. */
  settle(): void;
  /** Events that follow `after`, up to about `maxChars`. */
  read(after: number, maxChars: number): RingEvents;
  /** Called once for all events that were written together. */
  onAppend(listener: () => void): () => void;
  /** No event will follow. Readers hear of it once. */
  end(): void;
  onEnd(listener: () => void): () => void;
}

/** What readers may know of an event without its JSON. */
export interface EventMark {
  kind: NonNullable<ToolEvent["kind"]> | "gap";
  /** The number of its call in this epoch; 0 where it belongs to none of it. */
  call: number;
  progress?: number | undefined;
  total?: number | undefined;
  hasMessage: boolean;
  /** Milliseconds since 1970. */
  at: number;
}

export interface RingEvents {
  /** Number of the first of them. */
  first: number;
  events: string[];
  /** Four numbers for each (wire/event-batch.ts). */
  marks: number[];
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

const FROM_ONE: NumberLine = { base: 0, reach() {} };

export function createEventRing(epoch: string, limits: RingLimits, line: NumberLine = FROM_ONE): EventRing {
  /** Events `first`…`last` stand at `head`…; the arrays are compacted once half of them is dead. */
  let events: string[] = [];
  let marks: number[] = [];
  let head = 0;
  let last = line.base;
  let chars = 0;
  let ended = false;
  const listeners = new Set<() => void>();
  const endListeners = new Set<() => void>();
  /** Appended and not written yet. Whoever looks at the ring sees them written. */
  let pending: { write: (seq: number) => string; mark: EventMark | undefined }[] = [];
  const first = () => last - (events.length - head) + 1;

  const dropOldest = () => {
    chars -= events[head]?.length ?? 0;
    events[head] = "";
    head += 1;
    if (head > 1024 && head * 2 > events.length) {
      events = events.slice(head);
      marks = marks.slice(MARK * head);
      head = 0;
    }
  };
  const settle = () => {
    if (pending.length === 0) return;
    const batch = pending;
    pending = [];
    for (const { write, mark } of batch) {
      line.reach(last + 1);
      last += 1;
      const event = write(last);
      events.push(event);
      putMark(marks, mark);
      chars += event.length;
      while (events.length - head > limits.events || (chars > limits.chars && events.length - head > 1)) dropOldest();
    }
    for (const listener of listeners) listener();
  };
  const pace = createPace(settle, BATCH_MS);

  return {
    epoch,
    base: line.base,
    get last() {
      settle();
      return last;
    },
    get first() {
      settle();
      return first();
    },
    append(write, mark) {
      if (ended) return;
      pending.push({ write, mark });
      if (pending.length >= BATCH_EVENTS) settle();
      else pace.wake();
    },
    settle,
    read(after, maxChars) {
      settle();
      const begin = head + Math.max(0, after + 1 - first());
      let end = begin;
      for (let size = 0; end < events.length && size < maxChars; end += 1) size += events[end]?.length ?? 0;
      return {
        first: last - (events.length - begin) + 1,
        events: events.slice(begin, end),
        marks: marks.slice(MARK * begin, MARK * end),
      };
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end() {
      pace.stop();
      settle();
      ended = true;
      for (const listener of endListeners) listener();
    },
    onEnd(listener) {
      endListeners.add(listener);
      return () => endListeners.delete(listener);
    },
  };
}

function putMark(marks: number[], mark: EventMark | undefined): void {
  if (mark === undefined) return void marks.push(UNMARKED, Number.NaN, Number.NaN, 0);
  const { kind, call, progress, total, hasMessage, at } = mark;
  const fields =
    (progress === undefined ? 0 : HAS.progress) |
    (total === undefined ? 0 : HAS.total) |
    (hasMessage ? HAS.message : 0);
  marks.push(codeOf(kind, call, fields), progress ?? Number.NaN, total ?? Number.NaN, at);
}
