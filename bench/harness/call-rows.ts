/** Measures `tools/call` at several endpoints with both clients, 1 and 50 calls at a time, and the rows that come of it. */
import type { Context, Goal, Measurement } from "./benchmark.ts";
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
  sides: readonly CallSide[];
  goals(measured: Measured, client: ClientKind, atOnce: number): Goal[];
  note?: string;
}

/** About half a second of each. */
const CALLS = { 1: 400, 50: 1200 };

export async function callRows(context: Context, options: CallRowOptions): Promise<void> {
  for (const client of ["SDK client", "thin client"] as const) {
    for (const atOnce of [1, 50] as const) {
      const calls = context.quick ? CALLS[atOnce] / 4 : CALLS[atOnce];
      const what = `${calls.toLocaleString("en")} calls, ${client}, ${atOnce} at a time`;
      await context.row(what, () => callRow(context, options, client, calls, atOnce));
    }
  }
}

async function callRow(
  context: Context,
  options: CallRowOptions,
  kind: ClientKind,
  calls: number,
  atOnce: number,
): Promise<Measurement> {
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
        return spent === undefined ? sample : { ...sample, µs: (spent.cpu / calls) * 1e6, MB: spent.peak };
      },
    }));
    const measured = await inTurn(sides, context);
    return {
      figures: options.sides.flatMap(({ name, pids }) => [
        { side: name, value: spread(measured.of(name, "calls/s")), unit: "calls/s" as const },
        { side: name, name: "p50", value: spread(measured.of(name, "p50")), unit: "ms" as const },
        ...(pids.length === 0 || !measured.has(name, "µs")
          ? []
          : [
              { side: name, name: "CPU a call", value: spread(measured.of(name, "µs")), unit: "µs" as const },
              { side: name, name: "peak", value: spread(measured.of(name, "MB")), unit: "MB" as const },
            ]),
      ]),
      goals: options.goals(measured, kind, atOnce),
      ...(options.note === undefined ? {} : { note: options.note }),
    };
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}
