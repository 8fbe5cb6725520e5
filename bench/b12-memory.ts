/**
 * B12: memory that nobody else shares, by the kernel's account (smaps_rollup): gateway and daemon together, idle; then for each
 * further session (a program in a terminal, its own memory not counted) and for each further client that watches events.
 * Beside it: two bare Node processes.
 */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { SUBPROTOCOL } from "../shared/protocol/wire.ts";
import type { Benchmark, Context, Figure } from "./harness/benchmark.ts";
import { spread } from "./harness/figures.ts";
import { launch, temporaryFolder } from "./harness/own-processes.ts";
import { privateMegabytes } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";

const SESSIONS = 20;
const WATCHERS = 100;
/** Until what the start or the last step threw away has been collected; a bare Node throws nothing away. */
const SETTLE_MS = 1500;
const BARE_SETTLE_MS = 500;

export const memory: Benchmark = { id: "B12", title: "Private memory", run };

async function run(context: Context): Promise<void> {
  const sides = [
    { name: "signalbox", run: () => ofProduct(context.cli) },
    { name: "bare Node ×2", run: ofBareNode },
  ];
  const measured = await inTurn(sides, context, { warmUps: 0 });
  const figure = (side: string, name: string, unit: "MB" | "KB") => ({
    side,
    value: spread(measured.of(side, name)),
    unit,
  });
  const row = (what: string, name: string, unit: "MB" | "KB", atMost: number, beside: Figure[] = []) =>
    context.row(what, async () => {
      const own = figure("signalbox", name, unit);
      return { figures: [own, ...beside], goals: [{ what, value: own.value, unit, bound: { atMost } }] };
    });
  await row("gateway and daemon, idle", "idle MB", "MB", 100, [figure("bare Node ×2", "idle MB", "MB")]);
  await row("a further session", "session MB", "MB", 5);
  await row("a further watcher", "watcher KB", "KB", 100);
}

async function ofProduct(cli: string): Promise<Sample> {
  const folder = temporaryFolder();
  const product = await startProduct({ cli });
  try {
    const daemon = await product.daemonReady();
    const total = async () => {
      await delay(SETTLE_MS);
      const [own, its] = [privateMegabytes(product.gateway.pid), privateMegabytes(daemon)];
      if (own === undefined || its === undefined) throw new Error("this system does not tell private memory");
      return own + its;
    };
    const idle = await total();
    const first = await addSession(product, folder.path);
    const one = await total();
    for (let i = 0; i < SESSIONS; i += 1) await addSession(product, folder.path);
    const many = await total();
    const sockets: WebSocket[] = [];
    for (let i = 0; i < WATCHERS; i += 1) sockets.push(await watch(product, first));
    const watched = await total();
    for (const socket of sockets) socket.terminate();
    return {
      "idle MB": idle,
      "session MB": (many - one) / SESSIONS,
      "watcher KB": ((watched - many) * 1000) / WATCHERS,
    };
  } finally {
    await product.stop();
    folder.remove();
  }
}

const addSession = (product: Product, cwd: string) =>
  product.createSession({ agent: "custom", command: "/bin/sh", args: ["-c", "echo ready; exec sleep 1000"], cwd });

async function watch(product: Product, session: string): Promise<WebSocket> {
  const url = product.socket(`/ws/mcp/events?session_id=${session}`);
  const socket = new WebSocket(url, [SUBPROTOCOL], { headers: product.headers, perMessageDeflate: false });
  await once(socket, "open");
  return socket;
}

async function ofBareNode(): Promise<Sample> {
  const bare = await Promise.all([1, 2].map(() => launch(process.execPath, ["-e", "setInterval(() => {}, 1e6)"])));
  await delay(BARE_SETTLE_MS);
  const sum = bare.reduce((total, { pid }) => total + (privateMegabytes(pid) ?? Number.NaN), 0);
  await Promise.all(bare.map(({ end }) => end()));
  return { "idle MB": sum };
}
