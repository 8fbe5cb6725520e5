/**
 * B4: `tools/call` through the daemon to an HTTP upstream, events published and read. Beside it: the same client straight at
 * the same upstream (the SDK's server, answering over SSE), which is all that a client without Signalbox would pay. Between
 * them the ceilings (programs/bare-relay.ts): a process that copies bytes, and one that repeats each request unread.
 */
import type { Benchmark, Context, Goal } from "./harness/benchmark.ts";
import { type ClientKind, callRows } from "./harness/call-rows.ts";
import { pairedDifference, pairedRatio } from "./harness/figures.ts";
import { startOwnDaemon } from "./harness/own-daemon.ts";
import { startProgram } from "./harness/program.ts";
import type { Measured } from "./harness/rounds.ts";

export const callsOverHttp: Benchmark = { id: "B4", title: "MCP calls, HTTP upstream", run };

async function run(context: Context): Promise<void> {
  const upstream = await startProgram("http-upstream");
  const url = `${upstream.url}/mcp`;
  const daemon = await startOwnDaemon({ cli: context.cli, servers: { bench: { url } } });
  const relays = await Promise.all(
    ["http", "bytes"].map((kind) => startProgram("bare-relay", [kind, `${upstream.port}`])),
  );
  const through = await daemon.openEndpoint();
  try {
    await callRows(context, {
      sides: [
        { name: "signalbox", endpoint: through, pids: [daemon.pid] },
        ...relays.map((relay, i) => ({
          name: i === 0 ? "bare HTTP relay" : "bare byte relay",
          endpoint: { url: `${relay.url}/mcp`, headers: {} },
          pids: [relay.pid],
        })),
        { name: "direct", endpoint: { url, headers: {} }, pids: [] },
      ],
      goals,
    });
  } finally {
    through.close();
    await Promise.all([daemon.end(), ...relays.map((relay) => relay.end())]);
    await upstream.end();
  }
}

/** The goals speak of what agents use, the SDK's client; the thin one shows the same cost without a client to hide it. */
function goals(measured: Measured, client: ClientKind, atOnce: number): Goal[] {
  if (client === "thin client") return [];
  const of = (figure: string) => [measured.of("signalbox", figure), measured.of("direct", figure)] as const;
  const added = pairedDifference(...of("p50"));
  return [
    { what: "of direct", value: pairedRatio(...of("calls/s")), unit: "×", bound: { atLeast: 0.75 } },
    ...(atOnce === 1 ? [{ what: "added at p50", value: added, unit: "ms" as const, bound: { atMost: 0.3 } }] : []),
  ];
}
