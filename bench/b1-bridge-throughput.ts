/**
 * B1: events a second through the bridge. Work: 200,000 events of 200 B, SSE in, one `signalbox.v1` client out, journal on;
 * once as 64 KB chunks and once with every event as its own HTTP chunk; then 1,000,000 until the journal has them all.
 * Beside it: (a) the straightforward bridge (fetch, parser, one `send` an event, no journal) and (b) the raw ceiling,
 * the same chunks forwarded unread: no bridge in Node can move the same bytes for less than one read and one write a chunk.
 */
import { join } from "node:path";
import type { Benchmark, Context, Row } from "./harness/benchmark.ts";
import { bridgeShares } from "./harness/bridge-shares.ts";
import { now } from "./harness/clock.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import { type EmitCommand, emitCommand, eventBlock } from "./harness/event-script.ts";
import { pairedRatio, spread } from "./harness/figures.ts";
import { journaled } from "./harness/journal.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { watchCost } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { type Program, startProgram } from "./harness/program.ts";
import { type Count, receive } from "./harness/receiver.ts";
import { inTurn, type Sample, type Side } from "./harness/rounds.ts";

export const bridgeThroughput: Benchmark = { id: "B1", title: "Bridge throughput", run };

interface Bridge {
  name: string;
  pid: number;
  count: Count;
  /** Address for a session, and what the request must carry. */
  url(session: string, token: string): string;
  headers: Record<string, string>;
}

async function run(context: Context): Promise<Row[]> {
  const events = context.quick ? 50_000 : 200_000;
  const folder = temporaryFolder();
  const daemon = await startEventDaemon();
  const raw = await startProgram("raw-forwarder", [daemon.url]);
  const naive = await startProgram("naive-bridge", [daemon.url]);
  const product = await startProduct({ cli: context.cli, discovery: daemon.announce(folder.path) });
  try {
    const bridges = [
      productBridge(product),
      programBridge("straightforward", naive, "frames"),
      programBridge("raw", raw, "bytes"),
    ];
    const rows: Row[] = [];
    for (const chunks of ["large", "event"] as const) {
      rows.push(await burst(context, daemon, bridges, events, chunks));
    }
    for (const chunks of ["large", "event"] as const) {
      rows.push(await sustained(context, daemon, bridges, product, events, chunks));
    }
    rows.push(await bridgeShares());
    return rows;
  } finally {
    await product.stop();
    await Promise.all([daemon.end(), raw.end(), naive.end()]);
    folder.remove();
  }
}

function productBridge(product: Product): Bridge {
  return {
    name: "signalbox",
    pid: product.gateway.pid,
    count: "entries",
    url: (session, token) => product.socket(`/ws/mcp/events?session_id=${session}&mcp_token=${token}`),
    headers: product.headers,
  };
}

function programBridge(name: string, program: Program, count: Count): Bridge {
  const base = program.url.replace("http", "ws");
  const url = (session: string, token: string) => `${base}/?session_id=${session}&token=${token}`;
  return { name, pid: program.pid, count, url, headers: {} };
}

async function burst(
  context: Context,
  daemon: EventDaemon,
  bridges: readonly Bridge[],
  events: number,
  chunks: EmitCommand["chunks"],
): Promise<Row> {
  const sides: Side[] = bridges.map((bridge) => ({
    name: bridge.name,
    run: () => once(daemon, bridge, { count: events, chunks }),
  }));
  const measured = await inTurn(sides, context.rounds, context.say);
  const rate = (name: string) => measured.of(name, "events/s");
  const what = chunks === "large" ? "burst, 64 KB chunks" : "burst, a chunk an event";
  return {
    bench: "B1",
    what: `${events.toLocaleString("en")} events of 200 B, ${what}`,
    figures: bridges.flatMap(({ name }) => [
      { side: name, value: spread(rate(name)), unit: "events/s" as const },
      ...(measured.has(name, "CPU s")
        ? [{ side: name, value: spread(measured.of(name, "CPU s")), unit: "CPU s" as const }]
        : []),
      ...(measured.has(name, "peak MB")
        ? [{ side: name, value: spread(measured.of(name, "peak MB")), unit: "MB" as const }]
        : []),
    ]),
    goals: [
      goal("of the straightforward bridge", pairedRatio(rate("signalbox"), rate("straightforward")), 4),
      goal("of the raw ceiling", pairedRatio(rate("signalbox"), rate("raw")), 0.35),
    ],
  };
}

async function sustained(
  context: Context,
  daemon: EventDaemon,
  bridges: readonly Bridge[],
  product: Product,
  events: number,
  chunks: EmitCommand["chunks"],
): Promise<Row> {
  const command = { count: events, repeat: 5, chunks };
  const database = join(product.home, "journal.db");
  const sides: Side[] = bridges
    .filter(({ count }) => count !== "bytes")
    .map((bridge) => ({
      name: bridge.name,
      run: () => once(daemon, bridge, command, (session) => journaled(database, session, events * 5)),
    }));
  const measured = await inTurn(sides, context.rounds, context.say);
  const rate = (name: string) => measured.of(name, "events/s");
  return {
    bench: "B1",
    what: `${(events * 5).toLocaleString("en")} events, ${chunks === "large" ? "64 KB chunks" : "a chunk an event"}, until the journal has them`,
    figures: [
      { side: "signalbox", value: spread(rate("signalbox")), unit: "events/s" },
      { side: "signalbox", value: spread(measured.of("signalbox", "peak MB")), unit: "MB" },
      { side: "straightforward", value: spread(rate("straightforward")), unit: "events/s" },
    ],
    goals: [goal("of the straightforward bridge", pairedRatio(rate("signalbox"), rate("straightforward")), 2.5)],
    note: "The straightforward bridge has no journal: its time ends when the client has all of them.",
  };
}

function goal(what: string, value: ReturnType<typeof spread>, atLeast: number): Row["goals"][number] {
  return { what, value, unit: "×", bound: { atLeast } };
}

/** One session, one client, all events; the clock runs from the order to emit until the client has the last (and the journal, where asked). */
async function once(
  daemon: EventDaemon,
  bridge: Bridge,
  emission: { count: number; chunks: EmitCommand["chunks"]; repeat?: number },
  drained?: (session: string) => Promise<void>,
): Promise<Sample> {
  const session = await daemon.createSession();
  const command = emitCommand.parse({ session: session.session_id, ...emission });
  const events = command.count * command.repeat;
  const target = bridge.count === "bytes" ? bytesOf(command) : events;
  const client = await receive(bridge.url(session.session_id, session.token), bridge.count, target, bridge.headers);
  const cost = watchCost([bridge.pid]);
  const [reached, began] = await Promise.all([client.reached, daemon.emit(command)]);
  const durable = drained !== undefined && bridge.count === "entries";
  if (durable) await drained(session.session_id);
  const seconds = ((durable ? now() : reached) - began) / 1000;
  const spent = cost();
  await client.close();
  return { "events/s": events / seconds, ...(spent && { "CPU s": spent.cpu, "peak MB": spent.peak }) };
}

/** Bytes of the emission and of the comment that opens the stream. */
function bytesOf(command: EmitCommand): number {
  let bytes = ": open\n\n".length;
  for (let i = 0; i < command.count; i += 1) bytes += eventBlock(command, i).length;
  return bytes * command.repeat;
}
