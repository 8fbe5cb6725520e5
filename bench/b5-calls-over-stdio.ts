/**
 * B5: `tools/call` through the daemon to a stdio upstream, events published and read. Beside it: `mcp-proxy` and `supergateway`
 * in front of the same program. They do less: neither checks a bearer, records a call or publishes progress. `mcp-proxy` runs as
 * it comes, with its store of recent messages; `supergateway` with sessions, without which it starts a process for each request.
 * The ceiling (programs/bare-relay.ts) hands bodies to the same program as lines and its lines back, and knows nothing else.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark, Context, Goal } from "./harness/benchmark.ts";
import { type CallSide, type ClientKind, callRows } from "./harness/call-rows.ts";
import { pairedRatio } from "./harness/figures.ts";
import { startOwnDaemon } from "./harness/own-daemon.ts";
import { type Launched, launch } from "./harness/own-processes.ts";
import { findPeer, freePort, type PeerName } from "./harness/peers.ts";
import { startProgram } from "./harness/program.ts";
import type { Measured } from "./harness/rounds.ts";

const UPSTREAM = join(import.meta.dirname, "programs", "stdio-upstream.ts");
const PEERS = ["mcp-proxy", "supergateway"] as const;

export const callsOverStdio: Benchmark = { id: "B5", title: "MCP calls, stdio upstream", run };

interface RunningPeer {
  side: CallSide;
  process: Launched;
}

async function run(context: Context): Promise<void> {
  const servers = { bench: { command: process.execPath, args: [UPSTREAM] } };
  const daemon = await startOwnDaemon({ cli: context.cli, servers });
  const through = await daemon.openEndpoint();
  const bare = await startProgram("bare-relay", ["stdio", process.execPath, UPSTREAM]);
  const running: RunningPeer[] = [];
  const skipped: string[] = [];
  try {
    for (const name of PEERS) {
      const peer = await startPeer(name);
      if (typeof peer === "string") skipped.push(peer);
      else running.push(peer);
    }
    for (const reason of skipped) context.say(`skipped: ${reason}`);
    const own = { name: "signalbox", endpoint: through, pids: [daemon.pid] };
    await callRows(context, {
      sides: [
        own,
        { name: "bare relay", endpoint: { url: `${bare.url}/mcp`, headers: {} }, pids: [bare.pid] },
        ...running.map(({ side }) => side),
      ],
      goals: (measured, client) => goals(measured, client, running),
      note: skipped.length > 0 ? `Skipped: ${skipped.join("; ")}` : "The peers record nothing and ask for no bearer.",
    });
  } finally {
    through.close();
    await Promise.all([daemon.end(), bare.end(), ...running.map(({ process }) => process.end())]);
  }
}

const BOUNDS = {
  "SDK client": { "mcp-proxy": 1.8, supergateway: 1.5 },
  "thin client": { "mcp-proxy": 3, supergateway: 2 },
} as const;

function goals(measured: Measured, client: ClientKind, running: readonly RunningPeer[]): Goal[] {
  return PEERS.filter((name) => running.some(({ side }) => side.name === name)).map((name) => ({
    what: `of ${name}`,
    value: pairedRatio(measured.of("signalbox", "calls/s"), measured.of(name, "calls/s")),
    unit: "×" as const,
    bound: { atLeast: BOUNDS[client][name] },
  }));
}

/** A running peer, or why there is none. */
async function startPeer(name: Exclude<PeerName, "wetty">): Promise<RunningPeer | string> {
  const peer = await findPeer(name);
  if (!peer.ok) return peer.reason;
  const port = String(await freePort());
  const at = (...path: string[]) => join(peer.folder, "node_modules", name, ...path);
  const args =
    name === "mcp-proxy"
      ? [
          at("dist", "bin", "mcp-proxy.mjs"),
          "--host",
          "127.0.0.1",
          "--port",
          port,
          "--server",
          "stream",
          "--",
          process.execPath,
          UPSTREAM,
        ]
      : [
          at("dist", "index.js"),
          "--stdio",
          `${process.execPath} ${UPSTREAM}`,
          "--outputTransport",
          "streamableHttp",
          "--stateful",
          "--port",
          port,
          "--logLevel",
          "none",
        ];
  const started = await launch(process.execPath, args, { stdio: ["ignore", "ignore", "ignore"] });
  const url = `http://127.0.0.1:${port}/mcp`;
  if (!(await answers(url))) {
    await started.end();
    return `${name} ${peer.version} did not answer`;
  }
  return { side: { name, endpoint: { url, headers: {} }, pids: [started.pid] }, process: started };
}

async function answers(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response !== undefined) return true;
    await delay(50);
  }
  return false;
}
