/** Owns one SSE reader of a session's events: a cursor into the ring that advances only while the socket takes more. */
import type { ServerResponse } from "node:http";
import type { GapEvent } from "../../../shared/events/tool-event.ts";
import { SSE_KEEPALIVE_MS } from "../../../shared/protocol/wire.ts";
import type { EventRing } from "./event-ring.ts";
import { resumePoint } from "./resume-point.ts";

/** Written at once; beside this the socket's own buffer is all that a slow reader costs. */
const CHUNK_CHARS = 64 * 1024;

/** Sends what follows `lastEventId`, then what comes, until the response or the ring ends. A reader that fell behind the ring gets a gap. */
export function streamEvents(ring: EventRing, response: ServerResponse, lastEventId: string | undefined): void {
  let { after: cursor, foreign } = resumePoint(lastEventId, ring);
  let blocked = false;
  let closed = false;

  const gap = (missed: number | null, at: number) => {
    const event: GapEvent = { kind: "gap", missed };
    return `id: ${ring.epoch}-${at}\ndata: ${JSON.stringify(event)}\n\n`;
  };
  const pump = () => {
    while (!blocked && !closed && cursor < ring.last) {
      let text = "";
      if (cursor + 1 < ring.first) {
        text = gap(ring.first - 1 - cursor, ring.first - 1);
        cursor = ring.first - 1;
      }
      const next = ring.read(cursor, CHUNK_CHARS);
      cursor = next.last;
      blocked = !response.write(text + next.text);
    }
  };
  const keepAlive = setInterval(() => {
    if (!blocked) response.write(": keep-alive\n\n");
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
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  response.write(": stream open\n\n");
  if (foreign) response.write(gap(null, 0));
  pump();
}
