/**
 * Owns many event clients in one process: they read a session's events, and some of them note how long after its due moment
 * each came. Driven over standard input, a JSON object a line; answers likewise. It must cost little, or the machine that it
 * shares with the gateway is what would be measured: frames are not taken apart, and who does not time reads in sips.
 */
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "../../shared/protocol/schema.ts";
import { SUBPROTOCOL } from "../../shared/protocol/wire.ts";
import { now } from "../harness/clock.ts";
import { createDueReader, createLatencies, type Latencies } from "../harness/latency.ts";
import { parse } from "../harness/program.ts";

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

let sockets: Socket[] = [];
let sipping: NodeJS.Timeout | undefined;
let latencies: Latencies = createLatencies();
let counts: number[] = [];
let changed = () => {};

/** A WebSocket's connection, unread: what the server sent first is in it. */
function connect(url: string, headers: Record<string, string>): Promise<Socket> {
  const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
    "sec-websocket-protocol": SUBPROTOCOL,
  };
  return new Promise((resolve, reject) => {
    const asked = request(url.replace(/^ws/, "http"), { headers: { ...headers, ...upgrade } });
    asked.on("upgrade", (_response, socket, head) => {
      socket.pause();
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.on("response", ({ statusCode }) => reject(new Error(`the gateway answered ${statusCode}`)));
    asked.on("error", reject);
    asked.end();
  });
}

async function open(message: Extract<z.output<typeof order>, { do: "open" }>): Promise<void> {
  latencies = createLatencies();
  counts = [];
  sockets = [];
  while (sockets.length < message.clients) {
    const batch = Math.min(OPEN_AT_ONCE, message.clients - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: batch }, () => connect(message.url, message.headers)))));
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

function read(socket: Socket, timed: boolean): void {
  const mine = counts.push(0) - 1;
  const dues = createDueReader();
  socket.on("error", () => {});
  socket.on("data", (bytes: Buffer) => {
    const arrived = timed ? now() : 0;
    if (!timed) socket.pause();
    let events = 0;
    dues(bytes, (due) => {
      events += 1;
      if (timed) latencies.record(arrived - due);
    });
    counts[mine] = (counts[mine] ?? 0) + events;
    changed();
  });
  if (timed) socket.resume();
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
      for (const socket of sockets) socket.destroy();
      sockets = [];
      return {};
  }
}

console.log(JSON.stringify({ port: 0 }));
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await obey(line)));
clearInterval(sipping);
for (const socket of sockets) socket.destroy();
