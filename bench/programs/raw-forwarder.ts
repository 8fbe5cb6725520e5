/**
 * The raw ceiling of the bridge: what one read of the SSE body gives goes out as one WebSocket frame, unread. Nothing in
 * Node carries the bytes from one socket to the other with less. It knows no events, no history and no access.
 */
import { serveForwarder } from "../harness/forwarder.ts";

/** A bridge that queued without bound would be a different, and a worse, program. */
const MAX_QUEUED_BYTES = 1024 * 1024;

serveForwarder(async (events, headers, socket) => {
  // Not node:http: it hands over every HTTP chunk by itself, while fetch joins what arrived together.
  const response = await fetch(events, { headers });
  if (response.body === null) throw new Error("the daemon sent no body");
  for await (const chunk of response.body) {
    const sent = new Promise((resolve) => socket.send(chunk, { binary: true }, resolve));
    if (socket.bufferedAmount > MAX_QUEUED_BYTES) await sent;
  }
});
