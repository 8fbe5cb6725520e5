/**
 * The straightforward bridge: fetch, the usual parser, one `send` an event. It keeps no history, numbers nothing,
 * checks nothing and lets its queue grow.
 */
import { createParser } from "eventsource-parser";
import { serveForwarder } from "../harness/forwarder.ts";

serveForwarder(async (events, headers, socket) => {
  const response = await fetch(events, { headers });
  const parser = createParser({ onEvent: (event) => socket.send(event.data) });
  const decoder = new TextDecoder();
  if (response.body === null) throw new Error("the daemon sent no body");
  for await (const chunk of response.body) parser.feed(decoder.decode(chunk, { stream: true }));
});
