/** Finds where the bridge's CPU goes: a profile of the gateway, from its sources, under a burst with two clients. */
import { join } from "node:path";
import type { Context, Figure, Measurement } from "./benchmark.ts";
import { cpuShares, type Parts } from "./cpu-shares.ts";
import { startEventDaemon } from "./event-daemon.ts";
import { journaled } from "./journal.ts";
import { temporaryFolder } from "./own-processes.ts";
import { startProduct } from "./product.ts";
import { receive } from "./receiver.ts";

const SOURCES = join(import.meta.dirname, "..", "..");
const EVENTS = 100_000;
const PASSES = { full: 10, quick: 2 };

const PARTS: Parts = [
  ["finding events", ["/wire/event-batch", "/link/event-intake", "/link/mark-events"]],
  ["conflation (one of two clients)", ["/bridge/conflate"]],
  ["framing and numbering", ["/bridge/chunk", "/bridge/frame-writer", "/bridge/session-log"]],
  ["cursors and sockets (two clients)", ["/bridge/cursor", "/gateway/socket/", "/node_modules/ws/"]],
  ["journal: hand-over", ["/journal/open-journal", "/journal/hand-over", "/journal/batch", "/journal/journal-thread"]],
  [
    "journal: folding into calls",
    ["/journal/fold-calls", "/journal/fold-progress", "/shared/events/", "/journal/stored-call", "/journal/call-words"],
  ],
  ["journal: packing and SQLite", ["/journal/"]],
  ["reading and parsing the stream", ["/gateway/link/", "/sessions/keep-stream"]],
];

/** Shares of all CPU time of both threads. Run from the sources, whose file names say what belongs to what. */
export async function bridgeShares(context: Context): Promise<void> {
  const passes = context.quick ? PASSES.quick : PASSES.full;
  const events = (EVENTS * passes).toLocaleString("en");
  await context.row(
    `where the gateway's CPU goes: ${events} events of our own daemon, two clients, one of them conflating`,
    () => profile(passes),
  );
}

async function profile(passes: number): Promise<Measurement> {
  const folder = temporaryFolder();
  const daemon = await startEventDaemon("own");
  const node = ["--cpu-prof", `--cpu-prof-dir=${folder.path}`];
  const cli = join(SOURCES, "main", "cli.ts");
  const product = await startProduct({ cli, prepare: daemon.takeHome, node });
  try {
    const { session_id, token } = await daemon.createSession();
    const url = product.socket(`/ws/mcp/events?session_id=${session_id}&mcp_token=${token}`);
    const client = await receive(url, "entries", EVENTS * passes, product.headers);
    const conflated = await receive(url, "frames", Number.POSITIVE_INFINITY, product.headers, ["signalbox.v1"]);
    conflated.socket.send('{"conflate":true}');
    await Promise.all([client.reached, daemon.emit({ session: session_id, count: EVENTS, repeat: passes })]);
    await journaled(join(product.home, "journal.db"), session_id, EVENTS * passes);
    await Promise.all([client.close(), conflated.close()]);
    await product.gateway.end();
    return shareRow(cpuShares(folder.path, PARTS));
  } finally {
    await product.stop();
    await daemon.end();
    folder.remove();
  }
}

function shareRow(seconds: Map<string, number>): Measurement {
  const total = [...seconds.values()].reduce((sum, value) => sum + value, 0);
  const figures = [...seconds]
    .sort(([, a], [, b]) => b - a)
    .map(([side, value]): Figure => {
      const share = (100 * value) / total;
      return { side, value: { median: share, low: share, high: share }, unit: "%" };
    });
  return {
    figures,
    goals: [],
    note: "One profile of both threads; start included. System calls belong to the part that made them.",
  };
}
