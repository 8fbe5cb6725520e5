/**
 * B15: what it costs that a session is on another machine, through Redis, beside the same on the own machine; both machines and
 * Redis share this computer, so no network is in these figures. Event latency and keys are measured at the gateway's sockets.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { WebSocket } from "ws";
import { SUBPROTOCOL } from "../shared/protocol/wire.ts";
import { hasRedisServer } from "../test/support/find-redis.ts";
import type { Benchmark, Context, Measurement } from "./harness/benchmark.ts";
import { now } from "./harness/clock.ts";
import { pairedDifference, pairedRatio, spread } from "./harness/figures.ts";
import { createLatencies, eachDue } from "./harness/latency.ts";
import { type McpClient, openSdkClient } from "./harness/mcp-client.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { type Redis, startRedis } from "./harness/redis.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";
import { openTerminal } from "./harness/terminal-client.ts";
import { READY, type TerminalLoad, writeTerminalLoad } from "./harness/terminal-load.ts";

export const machines: Benchmark = { id: "B15", title: "Another machine, through Redis", run };

const RATE = 1_000;
const BOX = "box";

interface Machines {
  redis: Redis;
  /** Whose gateway is asked. */
  laptop: Product;
  box: Product;
}

async function run(context: Context): Promise<void> {
  if (!hasRedisServer()) throw new Error("no redis-server 7 or newer on the PATH");
  const folder = temporaryFolder();
  const redis = await startRedis();
  const key = `${"5b".repeat(32)}\n`;
  const server = { command: process.execPath, args: [join(import.meta.dirname, "programs", "due-upstream.ts")] };
  const machine = (name: string) =>
    startProduct({
      cli: context.cli,
      servers: { due: server },
      prepare(home) {
        writeFileSync(join(home, "cluster.key"), key, { mode: 0o600 });
        const settings = { cluster: { url: redis.url, name } };
        writeFileSync(join(home, "settings.json"), JSON.stringify(settings), { mode: 0o600 });
      },
    });
  const box = await machine(BOX);
  const laptop = await machine("laptop");
  const both: Machines = { redis, laptop, box };
  try {
    await connected(laptop);
    const load = writeTerminalLoad(folder.path, context.quick ? 5 : 50);
    await context.row("Events at 1,000/s: from due to received", () => eventRow(context, both, folder.path));
    await context.row(`${Math.round(load.bytes / 1e6)} MB of terminal output to an acknowledging client`, () =>
      outputRow(context, both, folder.path, load),
    );
    await context.row("A key to its echo", () => keyRow(context, both, folder.path));
    await context.row("`tools/call` through the daemon that does not have the session", () =>
      callRow(context, both, folder.path),
    );
  } finally {
    await laptop.stop();
    await box.stop();
    await redis.end();
    folder.remove();
  }
}

async function connected(laptop: Product): Promise<void> {
  for (const end = now() + 30_000; now() < end; ) {
    const answer = (await (await laptop.request("GET", "/api/v1/machines")).json()) as {
      machines: { name: string; state: string }[];
    };
    if (answer.machines.some(({ name, state }) => name === BOX && state === "connected")) return;
    await delay(100);
  }
  throw new Error("the machines did not find each other");
}

/** A session of the laptop's gateway, on another machine or here, and the endpoint for its agent. */
async function agentSession(laptop: Product, folder: string, machine: string | undefined) {
  const told = join(folder, `told-${machine ?? "here"}-${Math.round(now())}`);
  const script = `echo "$SIGNALBOX_MCP_URL $SIGNALBOX_MCP_TOKEN" > '${told}.part'; mv '${told}.part' '${told}'; exec cat`;
  const id = await laptop.createSession({
    agent: "custom",
    command: "/bin/sh",
    args: ["-c", script],
    cwd: folder,
    ...(machine !== undefined && { machine }),
  });
  for (const end = now() + 15_000; !existsSync(told); await delay(20))
    if (now() > end) throw new Error("the session's program did not start");
  const [url = "", token = ""] = readFileSync(told, "utf8").trim().split(" ");
  return { id, url, headers: { authorization: `Bearer ${token}` } };
}

async function eventRow(context: Context, { redis, laptop }: Machines, folder: string): Promise<Measurement> {
  const count = context.quick ? RATE : 3 * RATE;
  const side = async (machine: string | undefined, name: string) => {
    const session = await agentSession(laptop, folder, machine);
    const client = new Client({ name: "bench", version: "1.0.0" });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(session.url), { requestInit: { headers: session.headers } }),
    );
    const latencies = createLatencies();
    const socket = await events(laptop, session.id, (bytes) => {
      const arrived = now();
      eachDue(bytes, (due) => latencies.record(arrived - due));
    });
    const sample = async (): Promise<Sample> => {
      const before = redis.commands();
      await client.callTool({ name: "emit", arguments: { count, rate: RATE } }, undefined, {
        onprogress() {},
        timeout: 60_000,
      });
      for (const end = now() + 5_000; latencies.count() < count && now() < end; ) await delay(10);
      const commands = (redis.commands() - before) / count;
      const { p50, p99 } = latencies.take();
      return { p50, p99, commands };
    };
    return {
      name,
      run: sample,
      async close() {
        socket.terminate();
        await client.close();
      },
    };
  };
  const sides = [await side(BOX, "signalbox"), await side(undefined, "own machine")];
  try {
    const measured = await inTurn(sides, context);
    const added = (figure: string) =>
      pairedDifference(measured.of("signalbox", figure), measured.of("own machine", figure));
    return {
      figures: sides.flatMap(({ name }) =>
        ["p50", "p99"].map((figure) => ({
          side: name,
          name: figure,
          value: spread(measured.of(name, figure)),
          unit: "ms" as const,
        })),
      ),
      goals: [{ what: "added at p50", value: added("p50"), unit: "ms", bound: { atMost: 1 } }],
      note: `Redis carried ${spread(measured.of("signalbox", "commands")).median.toFixed(2)} commands an event.`,
    };
  } finally {
    for (const { close } of sides) await close();
  }
}

/** A client of a session's events, once it is live. */
async function events(laptop: Product, session: string, take: (bytes: Buffer) => void): Promise<WebSocket> {
  const url = laptop.socket(`/ws/mcp/events?session_id=${session}`);
  for (const end = now() + 15_000; ; await delay(100)) {
    const socket = new WebSocket(url, [SUBPROTOCOL], { headers: laptop.headers, perMessageDeflate: false });
    const live = await new Promise<boolean>((resolve) => {
      socket.once("error", () => resolve(false));
      socket.once("close", () => resolve(false));
      socket.on("message", (data) => {
        if (String(data).includes('"live"')) resolve(true);
      });
    });
    if (live) {
      socket.on("message", take);
      return socket;
    }
    socket.terminate();
    if (now() > end) throw new Error("the session's events did not come");
  }
}

async function outputRow(
  context: Context,
  { laptop }: Machines,
  cwd: string,
  load: TerminalLoad,
): Promise<Measurement> {
  const rate = async (machine: string | undefined): Promise<Sample> => {
    const id = await laptop.createSession({
      agent: "custom",
      command: load.command,
      cwd,
      cols: 80,
      rows: 24,
      ...(machine !== undefined && { machine }),
    });
    const client = await openTerminal(laptop.socket(`/ws/terminal?session_id=${id}`), laptop.headers);
    try {
      await client.shows(new RegExp(READY));
      const before = client.bytes();
      const began = now();
      let last = began;
      client.onOutput(() => {
        last = now();
      });
      client.type("\r");
      await client.exited;
      const bytes = client.bytes() - before;
      if (bytes !== load.bytes) throw new Error(`${bytes} of ${load.bytes} bytes came`);
      return { "MB/s": bytes / 1000 / (last - began) };
    } finally {
      client.close();
      await laptop.request("DELETE", `/api/v1/sessions/${id}`);
    }
  };
  const measured = await inTurn(
    [
      { name: "signalbox", run: () => rate(BOX) },
      { name: "own machine", run: () => rate(undefined) },
    ],
    context,
  );
  const of = (name: string) => measured.of(name, "MB/s");
  return {
    figures: ["signalbox", "own machine"].map((side) => ({ side, value: spread(of(side)), unit: "MB/s" as const })),
    goals: [
      {
        what: "of the own machine",
        value: pairedRatio(of("signalbox"), of("own machine")),
        unit: "×",
        bound: { atLeast: 0.35 },
      },
    ],
  };
}

async function keyRow(context: Context, { laptop }: Machines, cwd: string): Promise<Measurement> {
  const keys = context.quick ? 50 : 300;
  const open = async (machine: string | undefined) => {
    const id = await laptop.createSession({
      agent: "custom",
      command: "/bin/cat",
      cwd,
      cols: 80,
      rows: 24,
      ...(machine !== undefined && { machine }),
    });
    const client = await openTerminal(laptop.socket(`/ws/terminal?session_id=${id}`), laptop.headers);
    let came = () => {};
    client.onOutput(() => came());
    return {
      async sample(): Promise<Sample> {
        const latencies = createLatencies();
        for (let n = 0; n < keys; n += 1) {
          const echoed = new Promise<void>((resolve) => {
            came = resolve;
          });
          const began = now();
          client.type("a");
          await echoed;
          latencies.record(now() - began);
          // A line is kept short: what a terminal does with a long one is its own.
          if (n % 60 === 59) client.type("\r");
          await delay(4);
        }
        return { ...latencies.take() };
      },
      async close() {
        client.close();
        await laptop.request("DELETE", `/api/v1/sessions/${id}`);
      },
    };
  };
  const [far, near] = [await open(BOX), await open(undefined)];
  try {
    const measured = await inTurn(
      [
        { name: "signalbox", run: () => far.sample() },
        { name: "own machine", run: () => near.sample() },
      ],
      context,
    );
    return latencyRow((side, figure) => measured.of(side, figure), ["signalbox", "own machine"]);
  } finally {
    await far.close();
    await near.close();
  }
}

async function callRow(context: Context, { laptop }: Machines, folder: string): Promise<Measurement> {
  const calls = context.quick ? 50 : 500;
  const session = await agentSession(laptop, folder, BOX);
  await laptop.daemonReady();
  const { url } = JSON.parse(readFileSync(join(laptop.home, "mcp.json"), "utf8")) as { url: string };
  const routed = await openSdkClient({ url, headers: session.headers });
  const direct = await openSdkClient({ url: session.url, headers: session.headers });
  const sample = async (client: McpClient): Promise<Sample> => {
    const latencies = createLatencies();
    for (let n = 0; n < calls; n += 1) {
      const began = now();
      await client.call(`call ${n}`);
      latencies.record(now() - began);
    }
    return { ...latencies.take() };
  };
  try {
    const measured = await inTurn(
      [
        { name: "signalbox", run: () => sample(routed) },
        { name: "its own daemon", run: () => sample(direct) },
      ],
      context,
    );
    return latencyRow((side, figure) => measured.of(side, figure), ["signalbox", "its own daemon"]);
  } finally {
    await routed.close();
    await direct.close();
  }
}

/** Figures of both sides, and what the first adds at p50, at most 1.5 ms. */
function latencyRow(of: (side: string, figure: string) => number[], sides: [string, string]): Measurement {
  return {
    figures: sides.flatMap((side) =>
      ["p50", "p99"].map((name) => ({ side, name, value: spread(of(side, name)), unit: "ms" as const })),
    ),
    goals: [
      {
        what: "added at p50",
        value: pairedDifference(of(sides[0], "p50"), of(sides[1], "p50")),
        unit: "ms",
        bound: { atMost: 1.5 },
      },
    ],
  };
}
