/**
 * B2: what the bridge adds to an event's way. Work: events at 1,000/s, each due at a fixed moment that stands in it; the latency
 * runs from that moment to the arrival in the client. Beside it: reading the daemon's SSE stream directly, with node:http, the
 * least that any reader of it can do. Within a round the two take turns second by second, percentiles are those of
 * each second, and a round's figure is their median: one pause of the machine would decide the p99 of a whole round.
 */
import { get } from "node:http";
import { WebSocket } from "ws";
import { SUBPROTOCOL } from "../shared/protocol/wire.ts";
import type { Benchmark, Context, Measurement } from "./harness/benchmark.ts";
import { now } from "./harness/clock.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import { pairedDifference, spread } from "./harness/figures.ts";
import { createLatencies, eachDue, type Percentiles } from "./harness/latency.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { watchCost } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";

const RATE = 1000;
const SECONDS = 3;

export const bridgeLatency: Benchmark = { id: "B2", title: "Bridge latency at 1,000 events/s", run };

async function run(context: Context): Promise<void> {
  const seconds = context.quick ? 1 : SECONDS;
  const folder = temporaryFolder();
  const daemon = await startEventDaemon();
  const product = await startProduct({ cli: context.cli, discovery: daemon.announce(folder.path) });
  try {
    const events = (RATE * seconds).toLocaleString("en");
    await context.row(`${events} events at 1,000/s: from due to received`, () =>
      measure(context, daemon, product, seconds),
    );
  } finally {
    await product.stop();
    await daemon.end();
    folder.remove();
  }
}

async function measure(context: Context, daemon: EventDaemon, product: Product, seconds: number): Promise<Measurement> {
  const both = { name: "both", run: (warmUp: boolean) => secondBySecond(daemon, product, warmUp ? 1 : seconds) };
  const measured = await inTurn([both], context);
  const of = (figure: string) => measured.of("both", figure);
  const figures = ["signalbox", "direct"].flatMap((side) =>
    (["p50", "p99"] as const).map((name) => ({
      side,
      name,
      value: spread(of(`${side} ${name}`)),
      unit: "ms" as const,
    })),
  );
  const added = (name: string) => pairedDifference(of(`signalbox ${name}`), of(`direct ${name}`));
  return {
    figures: [...figures, { side: "signalbox", name: "CPU an event", value: spread(of("µs")), unit: "µs" }],
    goals: [
      { what: "added at p50", value: added("p50"), unit: "ms", bound: { atMost: 0.15 } },
      { what: "added at p99", value: added("p99"), unit: "ms", bound: { atMost: 1 } },
    ],
  };
}

interface Session {
  session_id: string;
  token: string;
}
type Take = (bytes: Buffer) => void;
/** Opens the stream; the result closes it. */
type Open = (session: Session, take: Take) => Promise<() => void> | (() => void);

async function secondBySecond(daemon: EventDaemon, product: Product, seconds: number): Promise<Sample> {
  const own = await openReader(daemon, (session, take) => throughGateway(product, session, take));
  const bare = await openReader(daemon, (session, take) => directly(daemon, session, take));
  const seen = { signalbox: [] as Percentiles[], direct: [] as Percentiles[] };
  const cost = watchCost([product.gateway.pid]);
  for (let second = 0; second < seconds; second += 1) {
    const first = second % 2 === 0;
    if (first) seen.signalbox.push(await own.second());
    seen.direct.push(await bare.second());
    if (!first) seen.signalbox.push(await own.second());
  }
  const spent = cost();
  own.close();
  bare.close();
  const median = (side: "signalbox" | "direct", of: "p50" | "p99") =>
    spread(seen[side].map((percentiles) => percentiles[of])).median;
  return {
    "signalbox p50": median("signalbox", "p50"),
    "signalbox p99": median("signalbox", "p99"),
    "direct p50": median("direct", "p50"),
    "direct p99": median("direct", "p99"),
    ...(spent && { µs: (spent.cpu * 1e6) / (seconds * RATE) }),
  };
}

interface Reader {
  /** Lets a second's events come, and returns when all of them have. */
  second(): Promise<Percentiles>;
  close(): void;
}

async function openReader(daemon: EventDaemon, open: Open): Promise<Reader> {
  const session = await daemon.createSession();
  const latencies = createLatencies();
  let arrivedAll = () => {};
  const close = await open(session, (bytes) => {
    const arrived = now();
    eachDue(bytes, (due) => latencies.record(arrived - due));
    arrivedAll();
  });
  return {
    close,
    async second() {
      const all = new Promise<void>((resolve) => {
        arrivedAll = () => {
          if (latencies.count() >= RATE) resolve();
        };
      });
      await Promise.all([all, daemon.emit({ session: session.session_id, count: RATE, rate: RATE })]);
      return latencies.take();
    },
  };
}

async function throughGateway(product: Product, session: Session, take: Take): Promise<() => void> {
  const url = product.socket(`/ws/mcp/events?session_id=${session.session_id}&mcp_token=${session.token}`);
  const options = { headers: product.headers, perMessageDeflate: false, skipUTF8Validation: true };
  const socket = new WebSocket(url, [SUBPROTOCOL], options);
  socket.on("message", take);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return () => socket.terminate();
}

function directly(daemon: EventDaemon, session: Session, take: Take): () => void {
  const headers = { authorization: `Bearer ${session.token}` };
  const request = get(`${daemon.url}/session/${session.session_id}/events`, { headers }, (response) => {
    response.on("data", take);
  });
  return () => request.destroy();
}
