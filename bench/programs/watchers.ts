/**
 * Many event clients in one process: they read a session's events, and some of them note how long after its due moment
 * each came. Driven over standard input, a JSON object a line; answers likewise. It must cost little, or the machine that it
 * shares with the gateway is what would be measured: frames are not taken apart, and who does not time reads in sips.
 */
import { createInterface } from "node:readline";
import { z } from "../../shared/protocol/schema.ts";
import { now } from "../harness/clock.ts";
import { createDueReader, createLatencies, type Latencies } from "../harness/latency.ts";
import { parse } from "../harness/program.ts";
import { openRawSocket, type RawSocket } from "../harness/raw-socket.ts";

const order = z.discriminatedUnion("do", [
  z.object({
    do: z.literal("open"),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    clients: z.number(),
    /** How many of them never read. */
    stalled: z.number(),
    /** Every so manieth times what it gets, as it gets it; the others read every 10 ms. */
    timed: z.number(),
  }),
  /** Answers when every reading client has so many events, with the latencies since the last such answer. */
  z.object({ do: z.literal("await"), events: z.number() }),
  z.object({ do: z.literal("close") }),
]);

const SIP_MS = 10;
/** Servers bound how many connections may wait for admission; who opens more at once is turned away. */
const OPEN_AT_ONCE = 20;

let sockets: RawSocket[] = [];
let sipping: NodeJS.Timeout | undefined;
let latencies: Latencies = createLatencies();
let counts: number[] = [];
let changed = () => {};

async function open(message: Extract<z.output<typeof order>, { do: "open" }>): Promise<void> {
  latencies = createLatencies();
  counts = [];
  sockets = [];
  while (sockets.length < message.clients) {
    const batch = Math.min(OPEN_AT_ONCE, message.clients - sockets.length);
    sockets.push(
      ...(await Promise.all(Array.from({ length: batch }, () => openRawSocket(message.url, message.headers)))),
    );
  }
  const sips = sockets.slice(message.stalled).filter((socket, i) => {
    const timed = i % message.timed === 0;
    read(socket, timed);
    return !timed;
  });
  sipping = setInterval(() => {
    for (const socket of sips) socket.resume();
  }, SIP_MS);
}

function read(socket: RawSocket, timed: boolean): void {
  const mine = counts.push(0) - 1;
  const dues = createDueReader();
  socket.read((bytes) => {
    const arrived = timed ? now() : 0;
    let events = 0;
    dues(bytes, (due) => {
      events += 1;
      if (timed) latencies.record(arrived - due);
    });
    counts[mine] = (counts[mine] ?? 0) + events;
    changed();
    return timed;
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
      return latencies.take();
    case "close":
      clearInterval(sipping);
      for (const socket of sockets) socket.close();
      sockets = [];
      return {};
  }
}

console.log(JSON.stringify({ port: 0 }));
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await obey(line)));
clearInterval(sipping);
for (const socket of sockets) socket.close();
