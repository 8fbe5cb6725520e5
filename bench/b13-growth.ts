/**
 * B13: whether cost stays flat as things grow. CPU of the gateway for each event, SSE in, one client out, journal written: with
 * one session and with 200 at once; with few and with many running calls; with a journal of ten thousand and with one of ten
 * million events, side by side; and a search over the journal once it has a million calls. Nothing is beside it but the product
 * itself when it is small.
 */
import { join } from "node:path";
import type { z } from "../shared/protocol/schema.ts";
import type { Benchmark, Context, Goal, Measurement } from "./harness/benchmark.ts";
import { now } from "./harness/clock.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import type { emitCommand } from "./harness/event-script.ts";
import { pairedRatio, spread } from "./harness/figures.ts";
import { journalBytes, journaled } from "./harness/journal.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { watchCost } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { receive } from "./harness/receiver.ts";
import { inTurn, type Measured, type Sample } from "./harness/rounds.ts";

export const growth: Benchmark = { id: "B13", title: "Growth", run };

const SESSIONS = 200;
const MANY_CALLS = 10_000;
/** Events of a session of the large journal, and of the small journal as a whole. */
const PASS = 200_000;
const SMALL = 10_000;
/** Calls in one session; the million is spread over several, as it would be. */
const CALLS_A_SESSION = 50_000;
/** Searches are short. */
const MORE_SEARCHES = 15;

interface Bench {
  context: Context;
  daemon: EventDaemon;
  /** Journals: one that stays small, one that grows. */
  small: Product;
  large: Product;
}

async function run(context: Context): Promise<void> {
  const folder = temporaryFolder();
  const daemon = await startEventDaemon();
  const discovery = daemon.announce(folder.path);
  const small = await startProduct({ cli: context.cli, discovery });
  const large = await startProduct({ cli: context.cli, discovery });
  const bench = { context, daemon, small, large };
  const [events, journal, calls] = context.quick ? [40_000, 600_000, 100_000] : [400_000, 10_000_000, 1_000_000];
  const written = (count: number) => count.toLocaleString("en");
  try {
    await context.row(`${written(events)} events over 1 and over ${SESSIONS} sessions`, () =>
      overSessions(bench, events),
    );
    await context.row(`100,000 events of 50 and of ${written(MANY_CALLS)} calls that run at once`, () =>
      overCalls(bench),
    );
    await context.row(`100,000 events into a journal of ${written(SMALL)} and of ${written(journal)}`, () =>
      overJournal(bench, journal),
    );
    await context.row(`search over ${written(calls)} calls`, () => search(bench, calls));
  } finally {
    await Promise.all([small.stop(), large.stop()]);
    await daemon.end();
    folder.remove();
  }
}

async function overSessions(bench: Bench, events: number): Promise<Measurement> {
  const { context, small } = bench;
  const side = (name: string, sessions: number) => ({
    name,
    // As many running calls on both sides: what a call costs is another row's.
    run: () => stream(bench, small, sessions, { count: events / sessions, calls: SESSIONS / sessions }),
  });
  const sides = [side(`${SESSIONS} sessions`, SESSIONS), side("1 session", 1)];
  return costs(await inTurn(sides, context), `${SESSIONS} sessions`, "1 session", "of one session");
}

/** There is no goal for it: so many calls at once are a flood, which is worth knowing all the same. */
async function overCalls(bench: Bench): Promise<Measurement> {
  const { context, small } = bench;
  const side = (name: string, calls: number) => ({
    name,
    run: () => stream(bench, small, 1, { count: 100_000, calls }),
  });
  const measured = await inTurn([side("many", MANY_CALLS), side("50 calls", 50)], context);
  return { ...costs(measured, "many", "50 calls", "of 50 calls"), goals: [] };
}

async function overJournal(bench: Bench, events: number): Promise<Measurement> {
  const { context, small, large } = bench;
  context.say(`filling a journal with ${events} events`);
  await stream(bench, small, 1, { count: SMALL }, "keep");
  for (let i = 0; i < events / PASS; i += 1) await stream(bench, large, 1, { count: PASS }, "keep");
  const side = (name: string, product: Product) => ({
    name,
    run: () => stream(bench, product, 1, { count: 100_000 }),
  });
  const measured = await inTurn([side("large journal", large), side("small journal", small)], context);
  const megabytes = (journalBytes(large.home) / 1e6).toFixed(0);
  return {
    ...costs(measured, "large journal", "small journal", "of the small journal"),
    note: `The large journal takes ${megabytes} MB on the disk.`,
  };
}

function costs(measured: Measured, grown: string, small: string, what: string): Measurement {
  const cost = (name: string) => measured.of(name, "µs");
  const goal: Goal = { what, value: pairedRatio(cost(grown), cost(small)), unit: "×", bound: { atMost: 1.3 } };
  const figures = [grown, small].map((side) => ({
    side,
    name: "CPU an event",
    value: spread(cost(side)),
    unit: "µs" as const,
  }));
  return { figures, goals: [goal] };
}

async function search(bench: Bench, calls: number): Promise<Measurement> {
  const { context, large } = bench;
  context.say(`recording ${calls} calls`);
  for (let i = 0; i < calls / CALLS_A_SESSION; i += 1) {
    await stream(bench, large, 1, { count: 2 * CALLS_A_SESSION, shape: "calls" }, "keep");
  }
  let part = 10_000;
  const side = {
    name: "signalbox",
    async run(): Promise<Sample> {
      // A word that was not looked for before, and that one call in each session has.
      part += 997;
      const began = now();
      const response = await large.request("GET", `/api/v1/search?q=${encodeURIComponent(`part-${part}`)}`);
      const text = await response.text();
      if (!response.ok || !text.includes(`"id":"call-${part}"`))
        throw new Error(`search answered ${response.status} ${text.slice(0, 200)}`);
      return { ms: now() - began };
    },
  };
  const measured = await inTurn([side], context, { more: MORE_SEARCHES });
  const took = spread(measured.of("signalbox", "ms"));
  return {
    figures: [{ side: "signalbox", value: took, unit: "ms" }],
    goals: [{ what: "a search", value: took, unit: "ms", bound: { atMost: 200 } }],
  };
}

type Emission = Pick<z.input<typeof emitCommand>, "shape" | "calls"> & { count: number };

/** Streams through `sessions` sessions at once, a client each; ends when all clients and the journal have everything. */
async function stream(
  { daemon }: Bench,
  product: Product,
  sessions: number,
  emission: Emission,
  afterwards: "keep" | "delete" = "delete",
): Promise<Sample> {
  const database = join(product.home, "journal.db");
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
  if (afterwards === "delete") {
    for (const { session_id } of open) {
      const response = await product.request("DELETE", `/api/v1/sessions/${session_id}`);
      await response.body?.cancel();
    }
  }
  return { µs: ((spent?.cpu ?? Number.NaN) * 1e6) / (emission.count * sessions) };
}
