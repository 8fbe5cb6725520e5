/**
 * B6: 100 MB of coloured lines from a program's PTY through daemon and gateway to a client that only acknowledges; the screen
 * twin runs beside it and may lag. Beside it: the same PTY read and dropped in-process, which every viewer's byte costs at least,
 * and `wetty`, which sends strings from one process, with a window of 2 MB, and keeps neither screen nor recording.
 */

import { z } from "../shared/protocol/schema.ts";
import type { Benchmark, Context, Goal, Measurement } from "./harness/benchmark.ts";
import { now } from "./harness/clock.ts";
import { pairedRatio, spread } from "./harness/figures.ts";
import { launch, temporaryFolder } from "./harness/own-processes.ts";
import { watchCost } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { firstLine, parse } from "./harness/program.ts";
import { inTurn, type Sample, type Side } from "./harness/rounds.ts";
import { openTerminal } from "./harness/terminal-client.ts";
import { READY, type TerminalLoad, writeTerminalLoad } from "./harness/terminal-load.ts";
import { startWetty, type Wetty } from "./harness/wetty.ts";

export const terminalThroughput: Benchmark = { id: "B6", title: "Terminal throughput", run };

async function run(context: Context): Promise<void> {
  const folder = temporaryFolder();
  const load = writeTerminalLoad(folder.path, context.quick ? 20 : 100);
  const product = await startProduct({ cli: context.cli });
  const wetty = await startWetty(load.command);
  if (typeof wetty === "string") context.say(`skipped: ${wetty}`);
  try {
    await context.row(`${Math.round(load.bytes / 1e6)} MB of terminal output to an acknowledging client`, () =>
      measure(context, product, wetty, folder.path, load),
    );
  } finally {
    if (typeof wetty !== "string") await wetty.end();
    await product.stop();
    folder.remove();
  }
}

async function measure(
  context: Context,
  product: Product,
  wetty: Wetty | string,
  cwd: string,
  load: TerminalLoad,
): Promise<Measurement> {
  const sides: Side[] = [
    { name: "signalbox", run: () => throughProduct(product, cwd, load) },
    { name: "in-process", run: () => inProcess(load) },
  ];
  if (typeof wetty !== "string") {
    sides.push({ name: "wetty", run: async () => ({ "MB/s": load.bytes / 1e6 / (await wetty.time(load.bytes)) }) });
  }
  const measured = await inTurn(sides, context);
  const rate = (name: string) => measured.of(name, "MB/s");
  const goal = (beside: string, atLeast: number): Goal => ({
    what: `of ${beside}`,
    value: pairedRatio(rate("signalbox"), rate(beside)),
    unit: "×",
    bound: { atLeast },
  });
  return {
    figures: [
      ...sides.map(({ name }) => ({ side: name, value: spread(rate(name)), unit: "MB/s" as const })),
      { side: "signalbox", name: "CPU a MB", value: spread(measured.of("signalbox", "µs a MB")), unit: "µs" },
      { side: "signalbox", name: "peak", value: spread(measured.of("signalbox", "MB")), unit: "MB" },
    ],
    goals: [goal("in-process", 0.7), ...(typeof wetty === "string" ? [] : [goal("wetty", 1)])],
    note:
      typeof wetty === "string" ? `Skipped: ${wetty}` : "wetty keeps no screen, records nothing and asks for no token.",
  };
}

async function throughProduct(product: Product, cwd: string, load: TerminalLoad): Promise<Sample> {
  const id = await product.createSession({ agent: "custom", command: load.command, cwd, cols: 80, rows: 24 });
  const client = await openTerminal(product.socket(`/ws/terminal?session_id=${id}`), product.headers);
  try {
    await client.shows(new RegExp(READY));
    const before = client.bytes();
    const cost = watchCost([product.gateway.pid, product.daemonPid() ?? 0]);
    const began = now();
    let last = began;
    client.onOutput(() => {
      last = now();
    });
    client.type("\r");
    await client.exited;
    const spent = cost();
    const bytes = client.bytes() - before;
    if (bytes !== load.bytes) throw new Error(`${bytes} of ${load.bytes} bytes came`);
    return {
      "MB/s": bytes / 1000 / (last - began),
      "µs a MB": ((spent?.cpu ?? Number.NaN) * 1e12) / bytes,
      MB: spent?.peak ?? 0,
    };
  } finally {
    client.close();
    await product.request("DELETE", `/api/v1/sessions/${id}`);
  }
}

const report = z.object({ seconds: z.number(), bytes: z.number() });

async function inProcess(load: TerminalLoad): Promise<Sample> {
  const reader = await launch(process.execPath, [`${import.meta.dirname}/programs/pty-reader.ts`, load.command]);
  const { seconds, bytes } = parse(report, await firstLine(reader, "pty-reader"));
  await reader.end();
  if (bytes !== load.bytes) throw new Error(`the in-process reader got ${bytes} of ${load.bytes} bytes`);
  return { "MB/s": bytes / 1e6 / seconds };
}
