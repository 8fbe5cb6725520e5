/** One session's stream of events from its daemon, kept open across cuts: what comes is appended, what is missing is said. */
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import { EVENT_BATCHES, NUMBERS, UNIQUE_CALLS } from "../../../shared/protocol/daemon-api.ts";
import { backoff, STABLE_MS } from "../../../shared/retry/backoff.ts";
import type { Log } from "../../home/create-log.ts";
import { BATCHES, createBatchReader } from "../../wire/event-batch.ts";
import type { SessionLog } from "../bridge/session-log.ts";
import { networkReason } from "../discovery/probe-health.ts";
import { type Connected, can } from "./connected.ts";
import type { EntryCount } from "./entry-count.ts";
import { createIntake, type EventIntake, type IntakeOptions, splitId } from "./event-intake.ts";
import { type EventAnswer, requestEvents } from "./event-request.ts";
import { pause } from "./pause.ts";
import { epochOf, isRunMark, isSameRun, runMark, withEpoch } from "./run-mark.ts";
import { createSseReader } from "./sse-reader.ts";

export type StreamStatus =
  | { status: "live" }
  | { status: "reconnecting"; retry_in_ms?: number; detail?: string }
  | { status: "ended"; detail?: string };

export interface StreamOptions {
  /** Its id at the daemon. */
  session: string;
  /** What the daemon knows the session by; undefined for one that must not be sent it. */
  headers: (daemon: Connected) => Record<string, string> | undefined;
  /** Where the last event that was recorded came from: its id at our own daemon, or the mark of another's run (run-mark.ts). */
  eventId: string | undefined;
  /** The daemon that serves this session, as soon as it is connected; undefined when the stream is closed meanwhile. */
  daemon: (signal: AbortSignal) => Promise<Connected | undefined>;
  /** Where events are added, and seen once `publish` was called: its argument is what `eventId` says of the last. */
  add: IntakeOptions["add"];
  publish: (eventId: string | undefined) => void;
  entries: Pick<SessionLog, "end">;
  /** Numbers what the daemon does not. */
  count: EntryCount;
  /** While the journal is too far behind: a promise to wait for. */
  room: () => Promise<void> | undefined;
  onStatus: (status: StreamStatus) => void;
  /** The wall clock, for what people read, in milliseconds. */
  now: () => number;
  /** A clock that only goes forward. */
  steady: () => number;
  random: () => number;
  log: Log;
}

export interface SessionStream {
  status(): StreamStatus;
  /** When bytes last came, comments included, on the clock that only goes forward. */
  heardAt(): number | undefined;
  close(): void;
}

/** An event id of no stream: what was read before is not this daemon's. */
const OF_OTHERS = "0-0";

/** The epoch of a stream of batches; undefined for server-sent events. */
const epochOfBatches = (type: string): string | undefined =>
  type.startsWith(BATCHES) ? /; epoch=([A-Za-z0-9]{1,32})$/.exec(type)?.[1] : undefined;

const isNumbering = (daemon: Connected): boolean =>
  can(daemon, "clean-events") && daemon.health.features?.includes(NUMBERS) === true;

export function openSessionStream(options: StreamOptions): SessionStream {
  const closing = new AbortController();
  let status: StreamStatus = { status: "reconnecting" };
  let mark = isRunMark(options.eventId) ? options.eventId : undefined;
  let place = mark === undefined ? splitId(options.eventId) : undefined;
  let lostAt: string | undefined = options.eventId === undefined ? undefined : iso();

  let heardAt: number | undefined;

  function iso(): string {
    return new Date(options.now()).toISOString();
  }

  function tell(next: StreamStatus): void {
    status = next;
    options.onStatus(next);
  }

  async function keep(): Promise<void> {
    let attempt = 0;
    let proven = true;
    while (!closing.signal.aborted) {
      const daemon = await options.daemon(closing.signal);
      if (daemon === undefined) return;
      // After a cut, the address may belong to somebody else by now: it proves itself before it gets a token.
      if (!proven && !(await daemon.verify())) continue;
      const began = options.steady();
      const outcome = await connect(daemon);
      if (closing.signal.aborted) return;
      proven = false;
      if (outcome.ended) return tell({ status: "ended", detail: outcome.detail });
      lostAt ??= iso();
      if (outcome.wasLive && options.steady() - began >= STABLE_MS) attempt = 0;
      const wait = backoff(attempt, options.random);
      attempt += 1;
      tell({ status: "reconnecting", retry_in_ms: wait, detail: outcome.detail });
      await pause(wait, closing.signal);
    }
  }

  async function connect(daemon: Connected): Promise<{ ended: boolean; wasLive: boolean; detail: string }> {
    const headers = options.headers(daemon);
    if (headers === undefined) return { ended: false, wasLive: false, detail: "another daemon answers" };
    if (place !== undefined) headers["last-event-id"] = place.id;
    else if (mark !== undefined && isNumbering(daemon)) headers["last-event-id"] = OF_OTHERS;
    if (isNumbering(daemon) && daemon.health.features?.includes(EVENT_BATCHES) === true) headers.accept = BATCHES;
    let wasLive = false;
    try {
      const path = `/session/${encodeURIComponent(options.session)}/events`;
      const answer = await requestEvents(daemon.reach, path, headers, closing.signal);
      if (answer.status === 401 || answer.status === 404) {
        answer.cancel();
        return { ended: true, wasLive, detail: `the daemon does not know this session (${answer.status})` };
      }
      if (answer.status !== 200) {
        answer.cancel();
        return { ended: false, wasLive, detail: `the daemon answered ${answer.status}` };
      }
      wasLive = true;
      noteRun(daemon);
      tell({ status: "live" });
      await read(answer, daemon);
      return { ended: false, wasLive, detail: "the daemon closed the stream" };
    } catch (error) {
      return { ended: false, wasLive, detail: networkReason(error) };
    }
  }

  /** Says what is missing before the first event of a connection, where its ids do not. */
  function noteRun(daemon: Connected): void {
    // A daemon of Signalbox says it by its ids, also that what another daemon ran before is over.
    if (can(daemon, "clean-events")) return;
    const now = runMark(daemon.health, options.session);
    // Without ids, everything between two connections is unknown.
    if (place !== undefined || (mark !== undefined && !isSameRun(mark, now))) noteNewRun();
    else if (lostAt !== undefined) noteGap({});
    place = undefined;
    lostAt = undefined;
    if (mark === undefined || !isSameRun(mark, now)) mark = now;
  }

  /** Our own daemon never gives a name again; what others call their calls may be what earlier ones were called. */
  const noteNewRun = () => noteGap({ outcomes_lost: true, new_run: true });

  /** The daemon's stream is another than the one that was read last, though it may be the same process. */
  function noteEpoch(epoch: string): void {
    if (mark === undefined) return;
    const before = epochOf(mark);
    mark = withEpoch(mark, epoch);
    if (before !== undefined && before !== epoch) noteNewRun();
  }

  function noteGap(more: Pick<GapEvent, "outcomes_lost" | "new_run">): void {
    const gap: GapEvent = { kind: "gap", missed: null, to: iso(), ...more };
    if (lostAt !== undefined) gap.from = lostAt;
    options.count.breakOff();
    const bytes = Buffer.from(JSON.stringify(gap));
    options.add(options.count.next(), bytes, 0, bytes.length, iso());
    options.publish(mark);
  }

  async function read(answer: EventAnswer, daemon: Connected): Promise<void> {
    const isClean = can(daemon, "clean-events");
    const intake = createIntake({
      place,
      afterOthers: isClean && mark !== undefined,
      log: options.entries,
      count: options.count,
      trusted: isClean,
      numbers: isNumbering(daemon),
      namesRepeat: daemon.health.features?.includes(UNIQUE_CALLS) !== true,
      lostAt,
      iso,
      add: options.add,
      publish(at) {
        place = at;
        if (isClean && at !== undefined) mark = undefined;
        options.publish(at?.id ?? mark);
      },
      epoch: noteEpoch,
      refused: () => options.log.warn({ session: options.session }, "ignoring malformed events from the daemon"),
    });
    const epoch = isNumbering(daemon) ? epochOfBatches(answer.type) : undefined;
    const take = epoch === undefined ? readServerSentEvents(intake) : readBatches(intake, epoch);
    try {
      // Without room the connection is not read: the daemon then waits, and nothing grows here.
      await answer.read((bytes) => {
        heardAt = options.steady();
        take(bytes);
        return options.room();
      });
    } finally {
      intake.flush();
    }
  }

  function readServerSentEvents(intake: EventIntake): (bytes: Buffer) => void {
    return createSseReader({
      event(data, id) {
        lostAt = undefined;
        intake.take(data, id);
      },
    });
  }

  function readBatches(intake: EventIntake, epoch: string): (bytes: Buffer) => void {
    const reader = createBatchReader();
    return (bytes) =>
      reader.push(bytes, (batch) => {
        lostAt = undefined;
        intake.takeBatch(batch, epoch);
      });
  }

  void keep();
  return {
    status: () => status,
    heardAt: () => heardAt,
    close: () => closing.abort(),
  };
}
