/**
 * B2: what the bridge adds to an event's way. Work: 10,000 events at 1,000/s, each due at a fixed moment that stands in it;
 * the latency runs from that moment to the arrival in the client. Beside it: reading the daemon's SSE stream directly,
 * with node:http, the least that any reader of it can do.
 */
import { get } from "node:http";
import { WebSocket } from "ws";
import { SUBPROTOCOL } from "../shared/protocol/wire.ts";
import type { Benchmark, Context, Row } from "./harness/benchmark.ts";
import { now } from "./harness/clock.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import { pairedDifference, spread } from "./harness/figures.ts";
import { createLatencies, eachDue } from "./harness/latency.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";

const RATE = 1000;

export const bridgeLatency: Benchmark = { id: "B2", title: "Bridge latency at 1,000 events/s", run };

async function run(context: Context): Promise<Row[]> {
  const events = context.quick ? 2000 : 10_000;
  const folder = temporaryFolder();
  const daemon = await startEventDaemon();
  const product = await startProduct({ cli: context.cli, discovery: daemon.announce(folder.path) });
  try {
    const sides = [
      {
        name: "signalbox",
        run: () => measure(daemon, events, (session, take) => throughGateway(product, session, take)),
      },
      { name: "direct", run: () => measure(daemon, events, (session, take) => directly(daemon, session, take)) },
    ];
    const measured = await inTurn(sides, context.rounds, context.say);
    const added = (figure: string) => pairedDifference(measured.of("signalbox", figure), measured.of("direct", figure));
    return [
      {
        bench: "B2",
        what: `${events.toLocaleString("en")} events at 1,000/s: p50 and p99`,
        figures: sides.flatMap(({ name }) =>
          (["p50", "p99"] as const).map((figure) => ({
            side: name,
            value: spread(measured.of(name, figure)),
            unit: "ms" as const,
          })),
        ),
        goals: [
          { what: "added at p50", value: added("p50"), unit: "ms", bound: { atMost: 0.15 } },
          { what: "added at p99", value: added("p99"), unit: "ms", bound: { atMost: 1 } },
        ],
      },
    ];
  } finally {
    await product.stop();
    await daemon.end();
    folder.remove();
  }
}

interface Session {
  session_id: string;
  token: string;
}
type Take = (bytes: Buffer) => void;
/** Opens the stream; the result closes it. */
type Open = (session: Session, take: Take) => Promise<() => void> | (() => void);

async function measure(daemon: EventDaemon, events: number, open: Open): Promise<Sample> {
  const session = await daemon.createSession();
  const latencies = createLatencies();
  const all = Promise.withResolvers<void>();
  const close = await open(session, (bytes) => {
    const arrived = now();
    eachDue(bytes, (due) => latencies.record(arrived - due));
    if (latencies.count() >= events) all.resolve();
  });
  await Promise.all([all.promise, daemon.emit({ session: session.session_id, count: events, rate: RATE })]);
  close();
  return { ...latencies.percentiles() };
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
