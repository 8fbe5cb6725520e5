/** Owns one session's stream of events from its daemon, kept open across cuts: what comes is appended, what is missing is said. */
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import type { Log } from "../../home/create-log.ts";
import { networkReason } from "../discovery/probe-health.ts";
import { backoff, STABLE_MS } from "./backoff.ts";
import type { Connected } from "./daemon-link.ts";
import { createIntake, splitId } from "./event-intake.ts";
import { type EventAnswer, requestEvents } from "./event-request.ts";
import { pause } from "./pause.ts";
import { createSseReader } from "./sse-reader.ts";

export type StreamStatus =
  | { status: "live" }
  | { status: "reconnecting"; retry_in_ms?: number; detail?: string }
  | { status: "ended"; detail?: string };

export interface StreamOptions {
  /** Its id at the daemon. */
  session: string;
  /** Empty for a session of our own daemon whose token is not known. */
  token: string;
  /** The id of the last event that was recorded. */
  eventId: string | undefined;
  /** The daemon that serves this session, as soon as it is connected; undefined when the stream is closed meanwhile. */
  daemon: (signal: AbortSignal) => Promise<Connected | undefined>;
  /** Where events are added, and seen once `publish` was called: its argument is the daemon's id of the last. */
  add: (source: Buffer, from: number, to: number, at: string) => void;
  publish: (eventId: string | undefined) => void;
  /** Events are missing before what is appended next. */
  broken: () => void;
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

export function openSessionStream(options: StreamOptions): SessionStream {
  const closing = new AbortController();
  let status: StreamStatus = { status: "reconnecting" };
  let place = splitId(options.eventId);
  let lostAt: string | undefined = options.eventId === undefined ? undefined : iso();
  /** Which run of a foreign daemon was read last: without ids, everything between two connections is unknown. */
  let run: string | undefined;

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
    const trusted = daemon.found.own;
    // Without a token of its own, a session of our daemon is read with that daemon's key.
    const headers: Record<string, string> =
      options.token === "" ? { ...daemon.client.noticeHeaders } : { authorization: `Bearer ${options.token}` };
    if (place !== undefined) headers["last-event-id"] = place.id;
    let wasLive = false;
    try {
      const path = `/session/${encodeURIComponent(options.session)}/events`;
      const answer = await requestEvents(daemon.client.base + path, headers, closing.signal);
      if (answer.status === 401 || answer.status === 404) {
        answer.cancel();
        return { ended: true, wasLive, detail: `the daemon does not know this session (${answer.status})` };
      }
      if (answer.status !== 200) {
        answer.cancel();
        return { ended: false, wasLive, detail: `the daemon answered ${answer.status}` };
      }
      wasLive = true;
      const { pid, started_at } = daemon.found.health;
      const thisRun = `${pid}/${started_at}`;
      if (!trusted && lostAt !== undefined) noteForeignGap(run !== undefined && run !== thisRun);
      run = thisRun;
      lostAt = trusted ? lostAt : undefined;
      tell({ status: "live" });
      await read(answer, trusted);
      return { ended: false, wasLive, detail: "the daemon closed the stream" };
    } catch (error) {
      return { ended: false, wasLive, detail: networkReason(error) };
    }
  }

  function noteForeignGap(outcomesLost: boolean): void {
    const gap: GapEvent = { kind: "gap", missed: null, to: iso() };
    if (lostAt !== undefined) gap.from = lostAt;
    if (outcomesLost) gap.outcomes_lost = true;
    options.broken();
    const bytes = Buffer.from(JSON.stringify(gap));
    options.add(bytes, 0, bytes.length, iso());
    options.publish(undefined);
  }

  async function read(answer: EventAnswer, trusted: boolean): Promise<void> {
    const intake = createIntake({
      place,
      trusted,
      lostAt,
      iso,
      add: options.add,
      publish(at) {
        place = at;
        options.publish(at?.id);
      },
      broken: options.broken,
      refused: () =>
        options.log.warn({ session: options.session }, "the daemon sends events that are none; they are left out"),
    });
    const take = createSseReader({
      event(data, id) {
        lostAt = undefined;
        intake.take(data, id);
      },
      blocks(blocks, from) {
        const end = intake.takeBlocks(blocks, from);
        if (end > from) lostAt = undefined;
        return end;
      },
      alive: () => {
        heardAt = options.steady();
      },
    });
    try {
      // Without room the connection is not read: the daemon then waits, and nothing grows here.
      await answer.read((bytes) => {
        take(bytes);
        return options.room();
      });
    } finally {
      intake.flush();
    }
  }

  void keep();
  return {
    status: () => status,
    heardAt: () => heardAt,
    close: () => closing.abort(),
  };
}
