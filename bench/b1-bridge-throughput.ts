/**
 * B1: events a second through the bridge. Work: 200,000 events of 200 B, one `signalbox.v1` client out, journal on; as our own
 * daemon sends them to its gateway, and as a foreign daemon's server-sent events; once as 64 KB chunks and once with every event as its own HTTP chunk; then 1,000,000 until the journal has them all.
 * Beside it, on the same daemon's server-sent events: (a) the straightforward bridge (fetch, parser, one `send` an event, no journal) and (b) the raw ceiling,
 * the same chunks forwarded unread: no bridge in Node can move the same bytes for less than one read and one write a chunk.
 */
import { join } from "node:path";
import type { Benchmark, Context, Goal, Measurement } from "./harness/benchmark.ts";
import { bridgeShares } from "./harness/bridge-shares.ts";
import { now } from "./harness/clock.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import { type EmitCommand, emitCommand, wireOf } from "./harness/event-script.ts";
import { pairedRatio, spread } from "./harness/figures.ts";
import { journaled } from "./harness/journal.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { watchCost } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { type Program, startProgram } from "./harness/program.ts";
import { type Count, receive } from "./harness/receiver.ts";
import { inTurn, type Measured, type Sample, type Side } from "./harness/rounds.ts";

export const bridgeThroughput: Benchmark = { id: "B1", title: "Bridge throughput", run };

interface Bridge {
  name: string;
  pid: number;
  count: Count;
  /** Address for a session, and what the request must carry. */
  url(session: string, token: string): string;
  headers: Record<string, string>;
  /** Returns when it has nothing more to do for a session; undefined when it never has once the client has all. */
  drained?(session: string, events: number): Promise<void>;
  forget?(session: string): Promise<void>;
}

/** Short rounds scatter, so there are more of them; and V8 has compiled what they run only after some 100,000 events. */
const BURSTS = { more: 2, warmUps: 2 };

async function run(context: Context): Promise<void> {
  for (const whose of ["own", "foreign"] as const) await measureWay(context, whose);
  await bridgeShares(context);
}

const GOALS = {
  own: { burst: [8, 0.5], sustained: 5, cpu: 1 },
  foreign: { burst: [3, undefined], sustained: undefined, cpu: undefined },
} as const;
type Whose = keyof typeof GOALS;

async function measureWay(context: Context, whose: Whose): Promise<void> {
  const events = context.quick ? 50_000 : 200_000;
  const folder = temporaryFolder();
  const daemon = await startEventDaemon(whose);
  const raw = await startProgram("raw-forwarder", [daemon.url]);
  const naive = await startProgram("naive-bridge", [daemon.url]);
  const product = await startProduct({
    cli: context.cli,
    ...(whose === "own" ? { prepare: daemon.takeHome } : { discovery: daemon.announce(folder.path) }),
  });
  try {
    const own = productBridge(product);
    const straightforward = programBridge("straightforward", naive, "frames");
    const ceiling = programBridge("raw", raw, "bytes");
    for (const chunks of ["large", "event"] as const) {
      const how = chunks === "large" ? "burst, 64 KB chunks" : "burst, a chunk an event";
      await context.row(`${whose} daemon: ${events.toLocaleString("en")} events of 200 B, ${how}`, () =>
        burst(context, daemon, [own, straightforward, ceiling], { count: events, repeat: 1, chunks, whose }),
      );
    }
    for (const chunks of ["large", "event"] as const) {
      const how = chunks === "large" ? "64 KB chunks" : "a chunk an event";
      await context.row(
        `${whose} daemon: ${(events * 5).toLocaleString("en")} events, ${how}, until the journal has them`,
        () => sustained(context, daemon, [own, straightforward], { count: events, repeat: 5, chunks, whose }),
      );
    }
  } finally {
    await product.stop();
    await Promise.all([daemon.end(), raw.end(), naive.end()]);
    folder.remove();
  }
}

function productBridge(product: Product): Bridge {
  const database = join(product.home, "journal.db");
  return {
    name: "signalbox",
    pid: product.gateway.pid,
    count: "entries",
    url: (session, token) => product.socket(`/ws/mcp/events?session_id=${session}&mcp_token=${token}`),
    headers: product.headers,
    drained: (session, events) => journaled(database, session, events),
    async forget(session) {
      const response = await product.request("DELETE", `/api/v1/sessions/${session}`);
      await response.body?.cancel();
    },
  };
}

function programBridge(name: string, program: Program, count: Count): Bridge {
  const base = program.url.replace("http", "ws");
  const url = (session: string, token: string) => `${base}/?session_id=${session}&token=${token}`;
  return { name, pid: program.pid, count, url, headers: {} };
}

interface Emission {
  count: number;
  repeat: number;
  chunks: EmitCommand["chunks"];
  whose: Whose;
}

async function burst(
  context: Context,
  daemon: EventDaemon,
  bridges: readonly Bridge[],
  emission: Emission,
): Promise<Measurement> {
  const sides: Side[] = bridges.map((bridge) => ({
    name: bridge.name,
    run: async () => (await once(daemon, bridge, emission)).counted,
  }));
  const measured = await inTurn(sides, context, BURSTS);
  return {
    figures: sides.flatMap(({ name }) => figuresOf(measured, name)),
    goals: [
      ...goal(measured, "straightforward", "of the straightforward bridge", GOALS[emission.whose].burst[0]),
      ...goal(measured, "raw", "of the raw ceiling", GOALS[emission.whose].burst[1]),
      ...cpuGoal(measured, GOALS[emission.whose].cpu),
    ],
    note: "CPU an event is the whole process's, of ours until the journal has the events; source and client share its cores.",
  };
}

async function sustained(
  context: Context,
  daemon: EventDaemon,
  bridges: readonly Bridge[],
  emission: Emission,
): Promise<Measurement> {
  const sides: Side[] = bridges.map((bridge) => ({
    name: bridge.name,
    run: async (warmUp) => (await once(daemon, bridge, { ...emission, repeat: warmUp ? 1 : emission.repeat })).drained,
  }));
  const measured = await inTurn(sides, context);
  return {
    figures: sides.flatMap(({ name }) => figuresOf(measured, name)),
    goals: goal(measured, "straightforward", "of the straightforward bridge", GOALS[emission.whose].sustained),
    note: "The straightforward bridge has no journal: its time ends when the client has all of them.",
  };
}

function figuresOf(measured: Measured, side: string): Measurement["figures"] {
  const figures = [{ side, value: spread(measured.of(side, "events/s")), unit: "events/s" as const }];
  if (!measured.has(side, "µs")) return figures;
  return [
    ...figures,
    { side, name: "CPU an event", value: spread(measured.of(side, "µs")), unit: "µs" },
    { side, name: "of source and client", value: spread(measured.of(side, "harness µs")), unit: "µs" },
    { side, name: "peak", value: spread(measured.of(side, "MB")), unit: "MB" },
  ];
}

function goal(measured: Measured, beside: string, what: string, atLeast: number | undefined): Goal[] {
  if (atLeast === undefined) return [];
  const value = pairedRatio(measured.of("signalbox", "events/s"), measured.of(beside, "events/s"));
  return [{ what, value, unit: "×", bound: { atLeast } }];
}

function cpuGoal(measured: Measured, atMost: number | undefined): Goal[] {
  if (atMost === undefined || !measured.has("signalbox", "µs")) return [];
  return [{ what: "CPU an event", value: spread(measured.of("signalbox", "µs")), unit: "µs", bound: { atMost } }];
}

/**
 * One session, one client, all events. The clock runs from the first write until the client has the last, and on until the
 * bridge is done with them. What it still does then belongs to this run: the next one begins when it is over.
 */
async function once(
  daemon: EventDaemon,
  bridge: Bridge,
  emission: Emission,
): Promise<{ counted: Sample; drained: Sample }> {
  const session = await daemon.createSession();
  const { whose, ...asked } = emission;
  const command = emitCommand.parse({ session: session.session_id, ...asked });
  const events = command.count * command.repeat;
  const target = bridge.count === "bytes" ? bytesOf(command, whose) : events;
  const client = await receive(bridge.url(session.session_id, session.token), bridge.count, target, bridge.headers);
  const cost = watchCost([bridge.pid]);
  const harness = watchCost([daemon.pid, process.pid]);
  const [reached, began] = await Promise.all([client.reached, daemon.emit(command)]);
  const beside = harness();
  await bridge.drained?.(session.session_id, events);
  const ended = bridge.drained === undefined ? reached : now();
  const spent = cost();
  await client.close();
  await bridge.forget?.(session.session_id);
  const an = (seconds: number) => (seconds * 1e6) / events;
  const costs = spent && beside && { µs: an(spent.cpu), "harness µs": an(beside.cpu), MB: spent.peak };
  const sample = (until: number) => ({ "events/s": (events * 1000) / (until - began), ...costs });
  return { counted: sample(reached), drained: sample(ended) };
}

/** Bytes of the emission and of the comment that opens the stream. Added up once: the client would collect that garbage later. */
function bytesOf(command: EmitCommand, whose: Whose): number {
  const { count, repeat } = command;
  const name = `${whose} ${count} ${repeat}`;
  const known = totalBytes.get(name);
  if (known !== undefined) return known;
  const form = whose === "own" ? "own-sse" : "foreign";
  let bytes = ": open\n\n".length;
  for (let i = 0; i < count * repeat; i += 1) bytes += wireOf(command, form, i).length;
  totalBytes.set(name, bytes);
  return bytes;
}
const totalBytes = new Map<string, number>();
