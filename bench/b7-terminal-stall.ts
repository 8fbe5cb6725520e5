/**
 * B7: a client that stalls for 10 s while its terminal prints `yes` as fast as it can. What is asked: the memory of gateway
 * and daemon together rises by less than 16 MB, and Ctrl+C, typed by the stalled client, ends the program within 200 ms.
 * There is nothing beside it: the bound is absolute.
 */
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark, Context, Measurement } from "./harness/benchmark.ts";
import { now } from "./harness/clock.ts";
import { spread } from "./harness/figures.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { watchCost } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";
import { openTerminal } from "./harness/terminal-client.ts";

export const terminalStall: Benchmark = { id: "B7", title: "Terminal with a stalled client", run };

async function run(context: Context): Promise<void> {
  const folder = temporaryFolder();
  const product = await startProduct({ cli: context.cli });
  try {
    const stallMs = context.quick ? 3000 : 10_000;
    const what = `yes, client stalled for ${stallMs / 1000} s: growth of memory, Ctrl+C to the program's end`;
    await context.row(what, () => measure(context, product, folder.path, stallMs));
  } finally {
    await product.stop();
    folder.remove();
  }
}

async function measure(context: Context, product: Product, cwd: string, stallMs: number): Promise<Measurement> {
  const side = { name: "signalbox", run: (warmUp: boolean) => stall(product, cwd, warmUp ? 1000 : stallMs) };
  const measured = await inTurn([side], context);
  const of = (figure: string) => spread(measured.of("signalbox", figure));
  return {
    figures: [
      { side: "signalbox", name: "grown", value: of("grown MB"), unit: "MB" },
      { side: "signalbox", name: "Ctrl+C to end", value: of("Ctrl+C ms"), unit: "ms" },
    ],
    goals: [
      { what: "more memory", value: of("grown MB"), unit: "MB", bound: { atMost: 16 } },
      { what: "from Ctrl+C to the end", value: of("Ctrl+C ms"), unit: "ms", bound: { atMost: 200 } },
    ],
  };
}

async function stall(product: Product, cwd: string, stallMs: number): Promise<Sample> {
  const args = ["-c", "echo pid=$$=; read _; exec yes"];
  const id = await product.createSession({ agent: "custom", command: "/bin/sh", args, cwd, cols: 80, rows: 24 });
  const client = await openTerminal(product.socket(`/ws/terminal?session_id=${id}`), product.headers);
  try {
    const [, pid] = await client.shows(/pid=(\d+)=/);
    client.type("\r");
    // A second of flowing output: what memory the flow itself needs belongs to neither stall nor client.
    await delay(1000);
    const cost = watchCost([product.gateway.pid, product.daemonPid() ?? 0]);
    client.stall();
    await delay(stallMs);
    const spent = cost();
    const began = now();
    client.type("\u0003");
    while (existsSync(`/proc/${pid}/fd/0`) && now() - began < 5000) await delay(1);
    return { "grown MB": spent === undefined ? 0 : spent.peak - spent.start, "Ctrl+C ms": now() - began };
  } finally {
    client.close();
    await product.request("DELETE", `/api/v1/sessions/${id}`);
  }
}
