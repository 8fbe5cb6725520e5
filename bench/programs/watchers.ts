/**
 * Owns many event clients in one process: they read a session's events and note, for each, how long after its due moment
 * it came. Driven over standard input, a JSON object a line; answers likewise.
 */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { z } from "../../shared/protocol/schema.ts";
import { SUBPROTOCOL } from "../../shared/protocol/wire.ts";
import { now } from "../harness/clock.ts";
import { createLatencies, eachDue, type Latencies } from "../harness/latency.ts";
import { parse } from "../harness/program.ts";

const order = z.discriminatedUnion("do", [
  z.object({
    do: z.literal("open"),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    clients: z.number(),
    /** How many of them never read. */
    stalled: z.number(),
  }),
  /** Answers when every reading client has so many events. */
  z.object({ do: z.literal("await"), events: z.number() }),
  z.object({ do: z.literal("close") }),
]);

let sockets: WebSocket[] = [];
let latencies: Latencies = createLatencies();
let counts: number[] = [];
let changed = () => {};

/** Servers bound how many connections may wait for admission; who opens more at once is turned away. */
const OPEN_AT_ONCE = 20;

async function connect(url: string, headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(url, [SUBPROTOCOL], { headers, perMessageDeflate: false, skipUTF8Validation: true });
  await once(socket, "open");
  return socket;
}

async function open(message: Extract<z.output<typeof order>, { do: "open" }>): Promise<void> {
  latencies = createLatencies();
  counts = [];
  sockets = [];
  while (sockets.length < message.clients) {
    const batch = Math.min(OPEN_AT_ONCE, message.clients - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: batch }, () => connect(message.url, message.headers)))));
  }
  sockets.forEach((socket, i) => {
    if (i < message.stalled) {
      socket.pause();
      return;
    }
    const mine = counts.push(0) - 1;
    socket.on("message", (bytes: Buffer) => {
      const arrived = now();
      let events = 0;
      eachDue(bytes, (due) => {
        events += 1;
        latencies.record(arrived - due);
      });
      counts[mine] = (counts[mine] ?? 0) + events;
      changed();
    });
  });
}

async function obey(line: string): Promise<object> {
  const message = parse(order, line);
  switch (message.do) {
    case "open":
      await open(message);
      return {};
    case "await":
      while (counts.some((count) => count < message.events)) {
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
      return latencies.percentiles();
    case "close":
      for (const socket of sockets) socket.terminate();
      sockets = [];
      return {};
  }
}

console.log(JSON.stringify({ port: 0 }));
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await obey(line)));
for (const socket of sockets) socket.terminate();
