/**
 * B14: what a session's program serves, reached through its preview: gateway, daemon and program are three processes. Beside
 * it: the program directly, and the nginx of this system as a plain reverse proxy, which asks nobody who they are.
 */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser } from "@playwright/test";
import { WebSocket } from "ws";
import { z } from "../shared/protocol/schema.ts";
import { freePort } from "../test/support/listen.ts";
import type { Benchmark, Context, Figure, Goal, Unit } from "./harness/benchmark.ts";
import { newContext, openBrowser } from "./harness/browser.ts";
import { pairedDifference, pairedRatio, spread } from "./harness/figures.ts";
import { startNginx } from "./harness/nginx.ts";
import { launch, temporaryFolder } from "./harness/own-processes.ts";
import { watchCost } from "./harness/process-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { parse, startProgram } from "./harness/program.ts";
import { inTurn, type Measured, type Sample } from "./harness/rounds.ts";

export const previews: Benchmark = { id: "B14", title: "Previews", run };

const MODULES = 500;
const IDLE_MS = 20_000;
const QUIET_SHARE = 0.2;

/** Where the requests of a side go. */
interface Target {
  name: string;
  port: number;
  headers: Record<string, string>;
  pids: number[];
}

async function run(context: Context): Promise<void> {
  const folder = temporaryFolder();
  const program = await startProgram("preview-target");
  const product = await startProduct({ cli: context.cli });
  try {
    const daemon = await product.daemonReady();
    const own = await preview(product, program.port, folder.path);
    const nginx = await startNginx(program.port);
    const sides: Target[] = [
      { name: "signalbox", port: own.port, headers: own.headers, pids: [product.gateway.pid, daemon] },
      ...(nginx === undefined ? [] : [{ name: "nginx", port: nginx.port, headers: {}, pids: [nginx.pid] }]),
      { name: "direct", port: program.port, headers: {}, pids: [] },
    ];
    const note = nginx === undefined ? { note: "nginx: not run, there is none on the PATH." } : {};
    await smallAnswers(context, sides, 1, note);
    await smallAnswers(context, sides, 50, note);
    await largeAnswer(context, sides, note);
    await echoes(context, sides, note);
    await nginx?.end();
    await vitePage(context, product, folder.path);
    await idle(context, product);
  } finally {
    await product.stop();
    await program.end();
    folder.remove();
  }
}

/** A quiet session that exposes the port, and the cookie that a browser has. */
async function preview(
  product: Product,
  port: number,
  cwd: string,
): Promise<{ port: number; headers: Target["headers"] }> {
  const id = await product.createSession({
    agent: "custom",
    command: process.execPath,
    args: ["-e", "setInterval(() => {}, 1e6)"],
    cwd,
    expose: [{ port }],
  });
  const { url } = await grant(product, id, port);
  const entered = await new Promise<string>((done, failed) => {
    const { host, port: own, pathname, search } = new URL(url);
    httpRequest(
      { host: "127.0.0.1", port: own, path: pathname + search, headers: { host }, agent: false },
      (answer) => {
        answer.resume();
        done(answer.headers["set-cookie"]?.[0] ?? "");
      },
    )
      .on("error", failed)
      .end();
  });
  const headers = { host: new URL(url).host, cookie: entered.split(";", 1)[0] ?? "" };
  return { port: Number(new URL(product.url).port), headers };
}

async function grant(product: Product, id: string, port: number, path = "/"): Promise<{ url: string }> {
  const answer = await product.request("POST", `/api/v1/sessions/${id}/previews/${port}/grant`, { path });
  return parse(z.object({ url: z.string() }), await answer.text());
}

/** Bytes of the body. */
function get({ port, headers }: Target, path: string, agent: Agent): Promise<number> {
  return new Promise((done, failed) => {
    const sent = httpRequest({ host: "127.0.0.1", port, path, headers, agent }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on("error", failed);
      answer.on("end", () => (answer.statusCode === 200 ? done(bytes) : failed(new Error(`${answer.statusCode}`))));
    });
    sent.on("error", failed);
    sent.end();
  });
}

const figuresOf = (measured: Measured, sides: readonly Target[], name: string, unit: Unit): Figure[] =>
  sides
    .filter((side) => measured.has(side.name, name))
    .map((side) => ({ side: side.name, name, value: spread(measured.of(side.name, name)), unit }));

const besideNginx = (measured: Measured, figure: string, atLeast: number): Goal[] =>
  measured.has("nginx", figure)
    ? [
        {
          what: "of nginx",
          value: pairedRatio(measured.of("signalbox", figure), measured.of("nginx", figure)),
          unit: "×",
          bound: { atLeast },
        },
      ]
    : [];

const added = (measured: Measured, atMost: number): Goal => ({
  what: "added at p50",
  value: pairedDifference(measured.of("signalbox", "p50"), measured.of("direct", "p50")),
  unit: "ms",
  bound: { atMost },
});

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function smallAnswers(context: Context, sides: Target[], atOnce: number, note: { note?: string }): Promise<void> {
  const count = context.quick ? 400 : atOnce === 1 ? 2_000 : 8_000;
  await context.row(`${count.toLocaleString("en")} answers of 200 B, ${atOnce} at a time`, async () => {
    const measured = await inTurn(
      sides.map((side) => ({ name: side.name, run: () => requests(side, count, atOnce) })),
      context,
    );
    const goals = atOnce === 1 ? [added(measured, 0.5)] : besideNginx(measured, "calls/s", 0.5);
    const figures = [...figuresOf(measured, sides, "calls/s", "calls/s"), ...figuresOf(measured, sides, "p50", "ms")];
    return { figures, goals, ...note };
  });
}

async function requests(side: Target, count: number, atOnce: number): Promise<Sample> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const latencies: number[] = [];
  let left = count;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left > 0) {
        left -= 1;
        const asked = performance.now();
        await get(side, "/", agent);
        latencies.push(performance.now() - asked);
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  return { "calls/s": count / seconds, p50: median(latencies) };
}

async function largeAnswer(context: Context, sides: Target[], note: { note?: string }): Promise<void> {
  const bytes = context.quick ? 100_000_000 : 1_000_000_000;
  await context.row(`one answer of ${bytes / 1e6} MB`, async () => {
    const measured = await inTurn(
      sides.map((side) => ({ name: side.name, run: () => download(side, bytes) })),
      context,
    );
    const grown = spread(measured.of("signalbox", "grown"));
    const memory: Goal[] = [{ what: "more memory", value: grown, unit: "MB", bound: { atMost: 32 } }];
    return {
      figures: [
        ...figuresOf(measured, sides, "MB/s", "MB/s"),
        { side: "signalbox", name: "grown", value: grown, unit: "MB" },
      ],
      goals: [...besideNginx(measured, "MB/s", 0.6), ...memory],
      ...note,
    };
  });
}

async function download(side: Target, bytes: number): Promise<Sample> {
  const agent = new Agent();
  const cost = watchCost(side.pids);
  const began = performance.now();
  const got = await get(side, `/bytes/${bytes}`, agent);
  const seconds = (performance.now() - began) / 1000;
  if (got !== bytes) throw new Error(`${got} bytes came`);
  const spent = cost();
  agent.destroy();
  return { "MB/s": bytes / 1e6 / seconds, ...(spent === undefined ? {} : { grown: spent.peak - spent.start }) };
}

async function echoes(context: Context, sides: Target[], note: { note?: string }): Promise<void> {
  const count = context.quick ? 300 : 3_000;
  await context.row(`${count.toLocaleString("en")} echoes of 200 B over a WebSocket, one at a time`, async () => {
    const measured = await inTurn(
      sides.map((side) => ({ name: side.name, run: () => echo(side, count) })),
      context,
    );
    return { figures: figuresOf(measured, sides, "p50", "ms"), goals: [added(measured, 0.3)], ...note };
  });
}

async function echo({ port, headers }: Target, count: number): Promise<Sample> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers, perMessageDeflate: false });
  await once(socket, "open");
  const message = Buffer.alloc(200, "x");
  const latencies: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const sent = performance.now();
    socket.send(message);
    await once(socket, "message");
    latencies.push(performance.now() - sent);
  }
  socket.close();
  await once(socket, "close");
  return { p50: median(latencies) };
}

async function vitePage(context: Context, product: Product, folder: string): Promise<void> {
  await context.row(`first load of a Vite page with ${MODULES} modules, cache empty`, async () => {
    const cwd = join(folder, "vite");
    writeModules(cwd);
    const port = await freePort();
    const vite = resolve(import.meta.dirname, "..", "node_modules", "vite", "bin", "vite.js");
    const args = [vite, "--port", `${port}`, "--strictPort", "--host", "127.0.0.1"];
    const server = await launch(process.execPath, args, { cwd, stdio: "ignore" });
    const id = await product.createSession({ agent: "shell", cwd, expose: [{ port }] });
    const browser = await openBrowser();
    try {
      const direct = `http://localhost:${port}/`;
      for (const end = performance.now() + 20_000; performance.now() < end; await delay(50)) {
        const answered = await fetch(direct).catch(() => undefined);
        await answered?.body?.cancel();
        if (answered?.ok === true) break;
      }
      const measured = await inTurn(
        [
          { name: "signalbox", run: async () => firstLoad(browser, (await grant(product, id, port)).url) },
          { name: "direct", run: () => firstLoad(browser, direct) },
        ],
        context,
      );
      const [own, beside] = [measured.of("signalbox", "ms"), measured.of("direct", "ms")];
      return {
        figures: [
          { side: "signalbox", value: spread(own), unit: "ms" },
          { side: "direct", value: spread(beside), unit: "ms" },
        ],
        goals: [{ what: "of direct", value: pairedRatio(own, beside), unit: "×", bound: { atMost: 1.5 } }],
      };
    } finally {
      await browser.close();
      await server.end();
    }
  });
}

/** The grant's redirect is part of it. */
async function firstLoad(browser: Browser, url: string): Promise<Sample> {
  const context = await newContext(browser);
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.locator(`#sum:text-is("${(MODULES * (MODULES - 1)) / 2}")`).waitFor();
  const ms = performance.now() - began;
  await context.close();
  return { ms };
}

function writeModules(cwd: string): void {
  mkdirSync(join(cwd, "modules"), { recursive: true });
  const all = Array.from({ length: MODULES }, (_, i) => i);
  for (const i of all) writeFileSync(join(cwd, "modules", `m${i}.js`), `export const value = ${i};\n`);
  const imports = all.map((i) => `import { value as v${i} } from "./modules/m${i}.js";`);
  const sum = `document.querySelector("#sum").textContent = [${all.map((i) => `v${i}`).join()}].reduce((a, b) => a + b);`;
  writeFileSync(join(cwd, "main.js"), `${imports.join("\n")}\n${sum}\n`);
  writeFileSync(
    join(cwd, "index.html"),
    '<!doctype html><p id="sum"></p><script type="module" src="/main.js"></script>\n',
  );
}

/** Ports are looked for while nothing happens: what the whole daemon uses then, sessions quiet. */
async function idle(context: Context, product: Product): Promise<void> {
  await context.row("the daemon's CPU while its sessions are quiet", async () => {
    const daemon = product.daemonPid();
    if (daemon === undefined) throw new Error("there is no daemon");
    const shares: number[] = [];
    for (let round = 0; round < (context.quick ? 1 : 3); round += 1) {
      await delay(2_000);
      const cost = watchCost([daemon], IDLE_MS);
      await delay(IDLE_MS);
      const spent = cost();
      if (spent === undefined) throw new Error("this system does not tell CPU time");
      shares.push((spent.cpu / (IDLE_MS / 1000)) * 100);
    }
    const value = spread(shares);
    return {
      figures: [{ side: "signalbox", value, unit: "%" }],
      goals: [{ what: "of a core", value, unit: "%", bound: { atMost: QUIET_SHARE } }],
    };
  });
}
