/** Owns what becomes of each event of a stream: repeated ones dropped, another run's announced, the rest gathered by turn of the event loop. */
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import { isEvent } from "../bridge/check-event.ts";
import { OWN_GAP, takeOwnBlocks, takeProgressBlocks } from "./plain-blocks.ts";
import type { Blocks } from "./sse-reader.ts";

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

export interface IntakeOptions {
  place: Place | undefined;
  /** True for our own daemon: its ids are believed, and its events are JSON. */
  trusted: boolean;
  /** When the link was lost, ISO 8601, if it was. */
  lostAt: string | undefined;
  iso: () => string;
  /** Takes the event that lies in `source` from `from` to `to`; `at` is when it came. */
  add: (source: Buffer, from: number, to: number, at: string) => void;
  /** Everything that was added is to be seen now; `place` is that of the last. */
  publish: (place: Place | undefined) => void;
  /** Events are missing before the next one: it is no replay of anything. */
  broken: () => void;
  /** Told once of events that are none. */
  refused: () => void;
}

export interface EventIntake {
  take(data: string, id: string | undefined): void;
  /** The short way of the events that need no more than a look; see SseSink.blocks. */
  takeBlocks(blocks: Blocks, from: number): number;
  /** Publishes what was gathered; to be called at the end of the stream. */
  flush(): void;
}

export function createIntake({ trusted, iso, ...options }: IntakeOptions): EventIntake {
  let last = options.place;
  /** Where the reader is once what is gathered has been published. */
  let placed = options.place;
  let lostAt = options.lostAt;
  /** When the first event of this turn came; undefined while none is gathered. */
  let at: string | undefined;
  let scheduled: NodeJS.Immediate | undefined;
  let gathered = 0;
  let complained = false;

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

  function gather(source: Buffer, from: number, to: number): void {
    at ??= iso();
    options.add(source, from, to, at);
    gathered += to - from;
    scheduled ??= setImmediate(flush);
  }

  function gatherText(data: string): void {
    const bytes = Buffer.from(data);
    gather(bytes, 0, bytes.length);
    placed = last;
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
      gatherText(JSON.stringify(gap));
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
      if (isEvent(data, trusted)) {
        gatherText(data);
        publishMuch();
      } else if (!complained) {
        complained = true;
        options.refused();
      }
    },
    takeBlocks(blocks, from) {
      if (!trusted) {
        const taken = takeProgressBlocks(blocks, from, gather);
        publishMuch();
        return taken;
      }
      // Without a place there is nothing that the ids could be compared with.
      if (last === undefined) return from;
      const { end, seq } = takeOwnBlocks(blocks, from, last, gather);
      if (seq > last.seq) {
        last = { id: `${last.epoch}-${seq}`, epoch: last.epoch, seq };
        placed = last;
      }
      if (end > from) lostAt = undefined;
      publishMuch();
      return end;
    },
    flush,
  };
}
