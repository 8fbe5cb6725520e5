/**
 * B13: whether cost stays flat as things grow. CPU of the gateway for each event, SSE in and one client out: with one session
 * and with 200 at once, and with a journal of few and of ten million events; and a search over the journal once it has a
 * million calls. Nothing is beside it but the product itself when it was small.
 */
import { join } from "node:path";
import type { Benchmark, Context, Row } from "./harness/benchmark.ts";
import { now } from "./harness/clock.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import type { EmitCommand } from "./harness/event-script.ts";
import { pairedRatio, spread } from "./harness/figures.ts";
import { journaled } from "./harness/journal.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { watchCost } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { receive } from "./harness/receiver.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";

export const growth: Benchmark = { id: "B13", title: "Growth", run };

/** Calls in one session; the million is spread over several, as it would be. */
const CALLS_A_SESSION = 50_000;

async function run(context: Context): Promise<Row[]> {
  const folder = temporaryFolder();
  const daemon = await startEventDaemon();
  const product = await startProduct({ cli: context.cli, discovery: daemon.announce(folder.path) });
  const bench = { context, daemon, product, database: join(product.home, "journal.db") };
  try {
    return [await overSessions(bench), await overJournal(bench), await search(bench)];
  } finally {
    await product.stop();
    await daemon.end();
    folder.remove();
  }
}

interface Bench {
  context: Context;
  daemon: EventDaemon;
  product: Product;
  database: string;
}

async function overSessions(bench: Bench): Promise<Row> {
  const { context } = bench;
  const events = context.quick ? 40_000 : 200_000;
  const side = (sessions: number) => ({
    name: sessions === 1 ? "1 session" : `${sessions} sessions`,
    run: () => stream(bench, sessions, { count: events / sessions }),
  });
  const sides = [side(200), side(1)];
  const measured = await inTurn(sides, context.rounds, context.say);
  const cost = (name: string) => measured.of(name, "µs");
  return {
    bench: "B13",
    what: `${events.toLocaleString("en")} events over 1 and over 200 sessions: CPU an event`,
    figures: sides.map(({ name }) => ({ side: name, value: spread(cost(name)), unit: "µs" as const })),
    goals: [
      {
        what: "of one session",
        value: pairedRatio(cost("200 sessions"), cost("1 session")),
        unit: "×",
        bound: { atMost: 1.3 },
      },
    ],
  };
}

async function overJournal(bench: Bench): Promise<Row> {
  const { context } = bench;
  const fill = context.quick ? 5 : 50;
  const measure = async () => {
    const samples: number[] = [];
    for (let i = 0; i < context.rounds.count; i += 1) {
      const sample = await stream(bench, 1, { count: 100_000 });
      samples.push(sample.µs ?? Number.NaN);
    }
    return samples;
  };
  const before = await measure();
  context.say(`filling the journal with ${fill * 200_000} events`);
  for (let i = 0; i < fill; i += 1) await stream(bench, 1, { count: 200_000 });
  const after = await measure();
  return {
    bench: "B13",
    what: `100,000 events before and after ${(fill * 200_000).toLocaleString("en")} others: CPU an event`,
    figures: [
      { side: "large journal", value: spread(after), unit: "µs" },
      { side: "small journal", value: spread(before), unit: "µs" },
    ],
    goals: [{ what: "of the small journal", value: pairedRatio(after, before), unit: "×", bound: { atMost: 1.3 } }],
  };
}

async function search(bench: Bench): Promise<Row> {
  const { context, product } = bench;
  const calls = context.quick ? 100_000 : 1_000_000;
  context.say(`recording ${calls} calls`);
  for (let i = 0; i < calls / CALLS_A_SESSION; i += 1) {
    await stream(bench, 1, { count: 2 * CALLS_A_SESSION, shape: "calls" });
  }
  const side = {
    name: "signalbox",
    async run(): Promise<Sample> {
      const part = 10_000 + Math.floor(Math.random() * 40_000);
      const began = now();
      const response = await product.request("GET", `/api/v1/search?q=${encodeURIComponent(`part-${part}`)}`);
      const text = await response.text();
      if (!response.ok || !text.includes(`"id":"call-${part}"`))
        throw new Error(`search answered ${response.status} ${text.slice(0, 200)}`);
      return { ms: now() - began };
    },
  };
  const measured = await inTurn([side], { count: 4 * context.rounds.count, warmUps: 3 }, () => {});
  const took = spread(measured.of("signalbox", "ms"));
  return {
    bench: "B13",
    what: `search over ${calls.toLocaleString("en")} calls`,
    figures: [{ side: "signalbox", value: took, unit: "ms" }],
    goals: [{ what: "a search", value: took, unit: "ms", bound: { atMost: 200 } }],
  };
}

/** Streams through `sessions` sessions at once, a client each; ends when all clients and the journal have everything. */
async function stream(
  bench: Bench,
  sessions: number,
  emission: { count: number; shape?: EmitCommand["shape"] },
): Promise<Sample> {
  const { daemon, product, database } = bench;
  const open = await Promise.all(Array.from({ length: sessions }, () => daemon.createSession()));
  const clients = [];
  for (const { session_id, token } of open) {
    const url = product.socket(`/ws/mcp/events?session_id=${session_id}&mcp_token=${token}`);
    clients.push(await receive(url, "entries", emission.count, product.headers));
  }
  const cost = watchCost([product.gateway.pid]);
  await Promise.all([
    ...clients.map(({ reached }) => reached),
    ...open.map(({ session_id }) => daemon.emit({ session: session_id, ...emission })),
  ]);
  for (const { session_id } of open) await journaled(database, session_id, emission.count);
  const spent = cost();
  await Promise.all(clients.map((client) => client.close()));
  return { µs: ((spent?.cpu ?? Number.NaN) * 1e6) / (emission.count * sessions) };
}
