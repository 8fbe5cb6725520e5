/**
 * The straightforward bridge: fetch, the usual parser, one `send` an event. It keeps no history, numbers nothing and checks
 * nothing. All that it has learned is to stop reading while too much waits, without which a million events end it.
 */
import { createParser } from "eventsource-parser";
import { serveForwarder } from "../harness/forwarder.ts";

const MAX_QUEUED_BYTES = 1024 * 1024;

serveForwarder(async (events, headers, socket) => {
  const response = await fetch(events, { headers });
  let sent = () => {};
  const parser = createParser({ onEvent: (event) => socket.send(event.data, () => sent()) });
  const decoder = new TextDecoder();
  if (response.body === null) throw new Error("the daemon sent no body");
  for await (const chunk of response.body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    while (socket.bufferedAmount > MAX_QUEUED_BYTES) {
      await new Promise<void>((resolve) => {
        sent = resolve;
      });
    }
  }
});
