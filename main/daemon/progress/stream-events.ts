/** One reader of a session's events: a cursor into the ring that advances only while the socket takes more. */
import type { ServerResponse } from "node:http";
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import { SSE_KEEPALIVE_MS } from "../../../shared/protocol/wire.ts";
import { BATCHES, codeOf, writeBatch } from "../../wire/event-batch.ts";
import type { EventRing, RingEvents } from "./event-ring.ts";
import { resumePoint } from "./resume-point.ts";

/** Written at once; beside this the socket's own buffer is all that a slow reader costs. */
const CHUNK_CHARS = 64 * 1024;

/** How events are written for a reader. */
interface Format {
  type: string;
  opening: string | Buffer;
  keepAlive: string | Buffer;
  write(events: RingEvents): string | Buffer;
}

const sse = ({ epoch }: EventRing): Format => ({
  type: "text/event-stream",
  opening: ": stream open\n\n",
  keepAlive: ": keep-alive\n\n",
  write: ({ first, events }) => events.map((event, at) => `id: ${epoch}-${first + at}\ndata: ${event}\n\n`).join(""),
});

const NOTHING = writeBatch(0, [], []);
const batches = ({ epoch }: EventRing): Format => ({
  type: `${BATCHES}; epoch=${epoch}`,
  opening: NOTHING,
  keepAlive: NOTHING,
  write: ({ first, events, marks }) => writeBatch(first, events, marks),
});

/**
 * Sends what follows `lastEventId`, then what comes, until the response or the ring ends. A reader that fell behind the
 * ring gets a gap. Anybody reads server-sent events; our gateways, who ask for them, get batches.
 */
export function streamEvents(
  ring: EventRing,
  response: ServerResponse,
  { lastEventId, accept = "" }: { lastEventId: string | undefined; accept?: string | undefined },
): void {
  const format = accept.includes(BATCHES) ? batches(ring) : sse(ring);
  let { after: cursor, foreign } = resumePoint(lastEventId, ring);
  let blocked = false;
  let closed = false;

  const gap = (event: GapEvent, at: number) =>
    format.write({
      first: at,
      events: [JSON.stringify(event)],
      marks: [codeOf("gap", 0, 0), Number.NaN, Number.NaN, Date.now()],
    });
  /** False while the socket takes no more. */
  const send = (bytes: string | Buffer) => {
    blocked = !response.write(bytes);
    return !blocked;
  };
  const pump = () => {
    while (!blocked && !closed && cursor < ring.last) {
      if (cursor + 1 < ring.first) {
        // Where a run of the daemon began says that outcomes are lost, also when that event is kept no more.
        const begins = cursor === ring.base && ring.base > 0;
        const missed = foreign ? null : ring.first - 1 - cursor;
        cursor = ring.first - 1;
        if (!send(gap({ kind: "gap", missed, ...(begins && { outcomes_lost: true }) }, cursor))) return;
      }
      const next = ring.read(cursor, CHUNK_CHARS);
      cursor += next.events.length;
      foreign = false;
      send(format.write(next));
    }
  };
  const keepAlive = setInterval(() => {
    if (!blocked) response.write(format.keepAlive);
  }, SSE_KEEPALIVE_MS);
  const offAppend = ring.onAppend(pump);
  const offEnd = ring.onEnd(() => {
    pump();
    response.end();
  });
  response.on("drain", () => {
    blocked = false;
    pump();
  });
  response.on("close", () => {
    closed = true;
    clearInterval(keepAlive);
    offAppend();
    offEnd();
  });

  response.writeHead(200, {
    "content-type": format.type,
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  response.write(format.opening);
  if (foreign && ring.base === 0) response.write(gap({ kind: "gap", missed: null }, 0));
  pump();
}
