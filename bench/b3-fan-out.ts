/**
 * B3: one session, 100 clients, 2,000 events/s, one client of which never reads. Beside it: the same with 100 clients that all
 * read. Every tenth client times each event from its due moment; the others read as often as every 10 ms, because a hundred
 * that time everything cost more than the gateway, and what they queue for is then the machine. Percentiles are those of each
 * second, and a round's figure is their median: one pause of the machine would decide the p99 of a whole round. What is asked is
 * not speed but that the stalled client costs the others nothing: neither time nor the gateway's memory.
 */
import type { Benchmark, Context, Measurement } from "./harness/benchmark.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import { pairedDifference, pairedRatio, spread } from "./harness/figures.ts";
import type { Percentiles } from "./harness/latency.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { watchCost } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";
import { startWatchers, type Watchers } from "./harness/watchers.ts";

const CLIENTS = 100;
const TIMED = 10;
const RATE = 2000;
const SECONDS = 3;
/** A tail scatters more than a median. */
const MORE_ROUNDS = 2;

export const fanOut: Benchmark = { id: "B3", title: "Fan-out to 100 clients, one stalled", run };

interface Stage {
  daemon: EventDaemon;
  product: Product;
  watchers: Watchers;
}

async function run(context: Context): Promise<void> {
  const seconds = context.quick ? 1 : SECONDS;
  const folder = temporaryFolder();
  const daemon = await startEventDaemon();
  const product = await startProduct({ cli: context.cli, discovery: daemon.announce(folder.path) });
  const watchers = await startWatchers();
  try {
    const events = (RATE * seconds).toLocaleString("en");
    await context.row(
      `${events} events at 2,000/s to 100 clients: from due to received, growth of the gateway's memory`,
      () => measure(context, { daemon, product, watchers }, seconds),
    );
  } finally {
    await watchers.end();
    await product.stop();
    await daemon.end();
    folder.remove();
  }
}

async function measure(context: Context, stage: Stage, seconds: number): Promise<Measurement> {
  const side = (name: string, stalled: number) => ({
    name,
    run: (warmUp: boolean) => fanOutOnce(stage, warmUp ? 1 : seconds, stalled),
  });
  const sides = [side("one stalled", 1), side("none stalled", 0)];
  const measured = await inTurn(sides, context, { more: MORE_ROUNDS });
  const of = (figure: string) => [measured.of("one stalled", figure), measured.of("none stalled", figure)] as const;
  return {
    figures: sides.flatMap(({ name }) => [
      { side: name, name: "p50", value: spread(measured.of(name, "p50")), unit: "ms" as const },
      { side: name, name: "p99", value: spread(measured.of(name, "p99")), unit: "ms" as const },
      { side: name, name: "worst second's p99", value: spread(measured.of(name, "worst p99")), unit: "ms" as const },
      { side: name, name: "grown", value: spread(measured.of(name, "grown MB")), unit: "MB" as const },
      { side: name, name: "CPU an event and client", value: spread(measured.of(name, "µs")), unit: "µs" as const },
    ]),
    goals: [
      { what: "p99 beside none stalled", value: pairedRatio(...of("p99")), unit: "×", bound: { atMost: 1.2 } },
      {
        what: "memory for the stalled one",
        value: pairedDifference(...of("grown MB")),
        unit: "MB",
        bound: { atMost: 16 },
      },
    ],
  };
}

async function fanOutOnce({ daemon, product, watchers }: Stage, seconds: number, stalled: number): Promise<Sample> {
  const session = await daemon.createSession();
  const url = product.socket(`/ws/mcp/events?session_id=${session.session_id}&mcp_token=${session.token}`);
  await watchers.open(url, product.headers, { clients: CLIENTS, stalled, timed: TIMED });
  const cost = watchCost([product.gateway.pid]);
  const latencies: Percentiles[] = [];
  for (let second = 1; second <= seconds; second += 1) {
    const [latency] = await Promise.all([
      watchers.received(RATE * second),
      daemon.emit({ session: session.session_id, count: RATE, rate: RATE }),
    ]);
    latencies.push(latency);
  }
  const spent = cost();
  await watchers.close();
  const forgotten = await product.request("DELETE", `/api/v1/sessions/${session.session_id}`);
  await forgotten.body?.cancel();
  return {
    p50: spread(latencies.map(({ p50 }) => p50)).median,
    p99: spread(latencies.map(({ p99 }) => p99)).median,
    "worst p99": spread(latencies.map(({ p99 }) => p99)).high,
    "grown MB": spent === undefined ? 0 : spent.peak - spent.start,
    µs: ((spent?.cpu ?? Number.NaN) * 1e6) / (RATE * seconds * CLIENTS),
  };
}
