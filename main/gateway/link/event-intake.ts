/** Owns what becomes of each event of a stream: repeated ones dropped, another run's announced, the rest gathered by turn of the event loop. */
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import { isEvent } from "../bridge/check-event.ts";

/** Text gathered within one turn before it is appended, in characters: one frame. */
const FLUSH_CHARACTERS = 60 * 1024;

/** How our own daemon begins the event that says that its ring no longer reaches back. */
const OWN_GAP = '{"kind":"gap"';

/** Where a reader is in a daemon's stream: what its `id:` says, `<epoch>-<seq>`. */
export interface Place {
  id: string;
  epoch: string;
  seq: number;
}

/** Undefined for an id of another form: it then says nothing. */
export function splitId(id: string | undefined): Place | undefined {
  const cut = id?.lastIndexOf("-") ?? -1;
  if (id === undefined || cut <= 0) return undefined;
  const seq = Number(id.slice(cut + 1));
  return Number.isSafeInteger(seq) ? { id, epoch: id.slice(0, cut), seq } : undefined;
}

export interface IntakeOptions {
  place: Place | undefined;
  /** True for our own daemon: its ids are believed, and its events are JSON. */
  trusted: boolean;
  /** When the link was lost, ISO 8601, if it was. */
  lostAt: string | undefined;
  iso: () => string;
  append: (events: readonly string[], place: Place | undefined) => void;
  /** Events are missing before the next one: it is no replay of anything. */
  broken: () => void;
  /** Told once of events that are none. */
  refused: () => void;
}

export interface EventIntake {
  take(data: string, id: string | undefined): void;
  /** Appends what was gathered; to be called at the end of the stream. */
  flush(): void;
}

export function createIntake({ trusted, iso, append, ...options }: IntakeOptions): EventIntake {
  let events: string[] = [];
  let size = 0;
  let last = options.place;
  /** Where the reader is once what is gathered has been appended. */
  let placed = options.place;
  let lostAt = options.lostAt;
  let scheduled: NodeJS.Immediate | undefined;
  let complained = false;

  function flush(): void {
    clearImmediate(scheduled);
    scheduled = undefined;
    if (events.length === 0) return;
    const ready = events;
    events = [];
    size = 0;
    append(ready, placed);
  }

  function gather(data: string): void {
    events.push(data);
    size += data.length;
    placed = last;
    if (size >= FLUSH_CHARACTERS) flush();
    else scheduled ??= setImmediate(flush);
  }

  function breakOff(): void {
    flush();
    options.broken();
  }

  /** False when this event is not to be taken. */
  function follow(next: Place): boolean {
    if (last !== undefined && next.epoch === last.epoch) {
      if (next.seq <= last.seq) return false;
      last = next;
      return true;
    }
    if (last !== undefined) {
      const gap: GapEvent = { kind: "gap", missed: null, outcomes_lost: true, to: iso() };
      if (lostAt !== undefined) gap.from = lostAt;
      breakOff();
      gather(JSON.stringify(gap));
    }
    const isNewRun = last !== undefined;
    last = next;
    // At 0 the daemon says the same in its own words.
    return !(isNewRun && next.seq === 0);
  }

  return {
    take(data, id) {
      const next = trusted ? splitId(id) : undefined;
      if (next !== undefined && !follow(next)) return;
      lostAt = undefined;
      if (trusted && data.startsWith(OWN_GAP)) breakOff();
      if (isEvent(data, trusted)) gather(data);
      else if (!complained) {
        complained = true;
        options.refused();
      }
    },
    flush,
  };
}
