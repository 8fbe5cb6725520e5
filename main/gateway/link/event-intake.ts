/** What becomes of each event of a stream: repeated ones dropped, another run's announced, the rest numbered and gathered by turn of the event loop. */
import { readStreamEvent } from "../../../shared/events/read-entry.ts";
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import { type BatchEvents, MARK } from "../../wire/event-batch.ts";
import type { SessionLog } from "../bridge/session-log.ts";
import type { EntryCount } from "./entry-count.ts";
import { createEventMarks } from "./mark-events.ts";

/** Published at the latest when so many bytes are gathered: one turn of the event loop may read much more. */
const PUBLISH_BYTES = 256 * 1024;

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

/** How our own daemon begins the event that says that events are missing. */
const OWN_GAP = '{"kind":"gap"';

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Letters among it: the ids of some queues are `<milliseconds>-<number>`, which tells of no run. */
const EPOCH = /^(?=.*[A-Za-z])[A-Za-z0-9]{1,32}$/;

export interface IntakeOptions {
  place: Place | undefined;
  /** The history has entries of another daemon, or of a run of which nothing is known. */
  afterOthers: boolean;
  log: Pick<SessionLog, "end">;
  /** For what the daemon does not number. */
  count: EntryCount;
  /** True for our own daemon: its ids are believed, and its events are JSON. */
  trusted: boolean;
  /** Whether the numbers of our own daemon never repeat, so that its events keep them here. */
  numbers: boolean;
  /** Whether a later run of this daemon may give calls names that this one gives (call-id.ts). */
  namesRepeat: boolean;
  /** When the link was lost, ISO 8601, if it was. */
  lostAt: string | undefined;
  iso: () => string;
  /** Takes the event that lies in `source` from `from` to `to` as entry `seq`; `at` is when it came. */
  add: (seq: number, source: Buffer, from: number, to: number, at: string, marks?: Float64Array, mark?: number) => void;
  /** Everything that was added is to be seen now; `place` is that of the last. */
  publish: (place: Place | undefined) => void;
  /** Told once of events that are none. */
  refused: () => void;
  /** Told of the epoch in the first id that a daemon sends that proved nothing. What came before it has been published. */
  epoch: (epoch: string) => void;
}

export interface EventIntake {
  /** Takes the data and the id of a server-sent event. */
  take(data: string, id: string | undefined): void;
  /** Takes a batch of our own daemon, whose events are of the stream `epoch`. */
  takeBatch(batch: BatchEvents, epoch: string): void;
  /** Publishes what was gathered; to be called at the end of the stream. */
  flush(): void;
}

export function createIntake({ trusted, iso, log, count, ...options }: IntakeOptions): EventIntake {
  let last = options.place;
  let afterOthers = options.afterOthers;
  /**
   * By how much an entry's number is above that of its event at our own daemon: 0, but where an earlier version began to
   * number the stream. It stays the same as long as the stream's epoch does, across restarts of the gateway too.
   */
  let offset = last === undefined ? 0 : log.end() - last.seq;
  // Nothing is lost where the history is behind the numbers that it was given.
  if (options.numbers) offset = Math.max(0, offset);
  /** Where the reader is once what is gathered has been published. */
  let placed = options.place;
  let lostAt = options.lostAt;
  /** When the first event of this turn came; undefined while none is gathered. */
  let at: string | undefined;
  let scheduled: NodeJS.Immediate | undefined;
  let gathered = 0;
  let complained = false;
  const marking = createEventMarks();
  let epochSeen = trusted;

  function flush(): void {
    clearImmediate(scheduled);
    scheduled = undefined;
    if (at === undefined) return;
    at = undefined;
    gathered = 0;
    options.publish(placed);
  }

  function publishMuch(): void {
    if (gathered >= PUBLISH_BYTES) flush();
  }

  function gather(seq: number, source: Buffer, from: number, to: number, marks?: Float64Array, mark?: number): void {
    at ??= iso();
    options.add(seq, source, from, to, at, marks, mark);
    gathered += to - from;
    scheduled ??= setImmediate(flush);
  }

  function gatherText(seq: number, data: string, marks?: Float64Array): void {
    const bytes = Buffer.from(data);
    gather(seq, bytes, 0, bytes.length, marks, 0);
    placed = last;
  }

  /** The number of this event's entry; undefined when it is not to be taken. */
  function follow(next: Place, data: string): number | undefined {
    if (last !== undefined && next.epoch === last.epoch) {
      if (next.seq <= last.seq) return undefined;
      last = next;
      return numberOf(next.seq);
    }
    const isNewRun = last !== undefined || afterOthers;
    afterOthers = false;
    // A daemon that numbers begins a run with the gap that says so.
    const isNumbered = options.numbers && next.seq > log.end() && (!isNewRun || data.startsWith(OWN_GAP));
    if (!isNumbered && isNewRun) noteNewRun();
    last = next;
    // At 0 the daemon says the same in its own words.
    const isSaid = !isNumbered && isNewRun && next.seq === 0;
    offset = isNumbered ? 0 : (isSaid ? log.end() : count.next()) - next.seq;
    return isSaid ? undefined : numberOf(next.seq);
  }

  /** The number of an entry by that of its event. What was put into the history beside the stream moves on those that follow. */
  function numberOf(seq: number): number {
    const short = log.end() + 1 - (seq + offset);
    if (short > 0) offset += short;
    return seq + offset;
  }

  function noteNewRun(): void {
    const gap: GapEvent = { kind: "gap", missed: null, outcomes_lost: true, to: iso() };
    if (lostAt !== undefined) gap.from = lostAt;
    if (options.namesRepeat) gap.new_run = true;
    flush();
    count.breakOff();
    gatherText(count.next(), JSON.stringify(gap));
  }

  /** Its ids order nothing, but they say when its stream is another one. */
  function noteEpoch(id: string | undefined): void {
    const { epoch } = splitId(id) ?? {};
    if (epoch === undefined || !EPOCH.test(epoch)) return;
    epochSeen = true;
    flush();
    options.epoch(epoch);
  }

  function complain(): void {
    if (!complained) options.refused();
    complained = true;
  }

  return {
    take(data, id) {
      if (!epochSeen) noteEpoch(id);
      const event = readStreamEvent(decode(data));
      // Our own daemon's words are believed: one that knows more kinds of events than this gateway has them passed on.
      if (event === undefined && !(trusted && data.startsWith("{") && data.endsWith("}"))) return complain();
      const next = trusted ? splitId(id) : undefined;
      const seq = next === undefined ? count.next() : follow(next, data);
      if (seq === undefined) return;
      lostAt = undefined;
      if (event !== undefined) marking.mark(event);
      gatherText(seq, data, event === undefined ? undefined : marking.marks);
      publishMuch();
    },
    takeBatch({ count, first, marks, lengths, bytes, begin }, epoch) {
      let to = begin;
      for (let i = 0; i < count; i += 1) {
        const from = to;
        to += lengths[i] ?? 0;
        const seq = first + i;
        if (last?.epoch === epoch && seq <= last.seq) continue;
        if (bytes[from] !== OPENING_BRACE || bytes[to - 1] !== CLOSING_BRACE) throw new Error("an event is no object");
        const isFirst = last?.epoch !== epoch;
        const number = isFirst
          ? follow({ id: `${epoch}-${seq}`, epoch, seq }, bytes.toString("utf8", from, to))
          : numberOf(seq);
        if (number !== undefined) gather(number, bytes, from, to, marks, MARK * i);
      }
      const end = first + count - 1;
      if (last !== undefined && last.seq < end) last = { id: `${epoch}-${end}`, epoch, seq: end };
      placed = last;
      lostAt = undefined;
      publishMuch();
    },
    flush,
  };
}

/** Undefined for what is no JSON. */
function decode(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
