/**
 * B3: one session, 100 clients, 2,000 events/s for five seconds, one client of which never reads. Beside it: the same with
 * 100 clients that all read. The latency is that of all reading clients together, from each event's due moment. What is asked
 * is not speed but that the stalled client costs the others nothing: neither time nor the gateway's memory.
 */
import type { Benchmark, Context, Row } from "./harness/benchmark.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import { pairedDifference, pairedRatio, spread } from "./harness/figures.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { watchCost } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";
import { startWatchers, type Watchers } from "./harness/watchers.ts";

const CLIENTS = 100;
const RATE = 2000;

export const fanOut: Benchmark = { id: "B3", title: "Fan-out to 100 clients, one stalled", run };

async function run(context: Context): Promise<Row[]> {
  const events = context.quick ? 2000 : 10_000;
  const folder = temporaryFolder();
  const daemon = await startEventDaemon();
  const product = await startProduct({ cli: context.cli, discovery: daemon.announce(folder.path) });
  const watchers = await startWatchers();
  try {
    const side = (name: string, stalled: number) => ({
      name,
      run: () => measure(daemon, product, watchers, events, stalled),
    });
    const sides = [side("one stalled", 1), side("none stalled", 0)];
    const measured = await inTurn(sides, context.rounds, context.say);
    const of = (figure: string) => [measured.of("one stalled", figure), measured.of("none stalled", figure)] as const;
    return [
      {
        bench: "B3",
        what: `${events.toLocaleString("en")} events at 2,000/s to 100 clients: p50, p99, growth of the gateway's memory`,
        figures: sides.flatMap(({ name }) => [
          { side: name, value: spread(measured.of(name, "p50")), unit: "ms" as const },
          { side: name, value: spread(measured.of(name, "p99")), unit: "ms" as const },
          { side: name, value: spread(measured.of(name, "grown MB")), unit: "MB" as const },
          { side: name, value: spread(measured.of(name, "CPU s")), unit: "CPU s" as const },
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
      },
    ];
  } finally {
    await watchers.end();
    await product.stop();
    await daemon.end();
    folder.remove();
  }
}

async function measure(
  daemon: EventDaemon,
  product: Product,
  watchers: Watchers,
  events: number,
  stalled: number,
): Promise<Sample> {
  const session = await daemon.createSession();
  const url = product.socket(`/ws/mcp/events?session_id=${session.session_id}&mcp_token=${session.token}`);
  await watchers.open(url, product.headers, CLIENTS, stalled);
  const cost = watchCost([product.gateway.pid]);
  const [latency] = await Promise.all([
    watchers.received(events),
    daemon.emit({ session: session.session_id, count: events, rate: RATE }),
  ]);
  const spent = cost();
  await watchers.close();
  return {
    p50: latency.p50,
    p99: latency.p99,
    "grown MB": spent === undefined ? 0 : spent.peak - spent.start,
    "CPU s": spent?.cpu ?? 0,
  };
}
