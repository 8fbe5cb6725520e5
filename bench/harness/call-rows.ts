/** Owns measuring `tools/call` at several endpoints with both clients, 1 and 50 calls at a time, and the rows that come of it. */
import type { Context, Goal, Row } from "./benchmark.ts";
import { spread } from "./figures.ts";
import { callMany, type Endpoint, openSdkClient, openThinClient } from "./mcp-client.ts";
import { watchCost } from "./process-cost.ts";
import { inTurn, type Measured } from "./rounds.ts";

export interface CallSide {
  name: string;
  endpoint: Endpoint;
  /** Processes that stand between client and upstream. */
  pids: readonly number[];
}

export type ClientKind = "SDK client" | "thin client";

export interface CallRowOptions {
  bench: string;
  sides: readonly CallSide[];
  goals(measured: Measured, client: ClientKind, atOnce: number): Goal[];
  note?: string;
}

const CALLS = { 1: 1000, 50: 3000 };

export async function callRows(context: Context, options: CallRowOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const client of ["SDK client", "thin client"] as const) {
    for (const atOnce of [1, 50] as const) {
      const calls = context.quick ? CALLS[atOnce] / 5 : CALLS[atOnce];
      context.say(`${client}, ${atOnce} at a time`);
      rows.push(await callRow(context, options, client, calls, atOnce));
    }
  }
  return rows;
}

async function callRow(
  context: Context,
  options: CallRowOptions,
  kind: ClientKind,
  calls: number,
  atOnce: number,
): Promise<Row> {
  const clients = await Promise.all(
    options.sides.map(({ endpoint }) =>
      kind === "SDK client" ? openSdkClient(endpoint) : openThinClient(endpoint, atOnce),
    ),
  );
  try {
    const sides = options.sides.map(({ name, pids }, i) => ({
      name,
      async run() {
        const client = clients[i];
        if (client === undefined) throw new Error(`${name} has no client`);
        const cost = watchCost(pids);
        const sample = await callMany(client, calls, atOnce);
        const spent = cost();
        return spent === undefined ? sample : { ...sample, "CPU µs": (spent.cpu / calls) * 1e6, MB: spent.peak };
      },
    }));
    const measured = await inTurn(sides, context.rounds, context.say);
    return {
      bench: options.bench,
      what: `${calls.toLocaleString("en")} calls, ${kind}, ${atOnce} at a time`,
      figures: options.sides.flatMap(({ name, pids }) => [
        { side: name, value: spread(measured.of(name, "calls/s")), unit: "calls/s" as const },
        { side: name, value: spread(measured.of(name, "p50")), unit: "ms" as const },
        ...(pids.length === 0 ? [] : [{ side: name, value: spread(measured.of(name, "MB")), unit: "MB" as const }]),
      ]),
      goals: options.goals(measured, kind, atOnce),
      ...(options.note === undefined ? {} : { note: options.note }),
    };
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}
