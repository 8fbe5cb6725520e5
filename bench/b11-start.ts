/**
 * B11: from the start of the process until the gateway answers a request, with a daemon running already, beside a bare
 * `node -e 0`: no program in Node starts sooner. Then, in a signed-in Chromium with an empty cache, from navigation until
 * the page can be used, beside a page of one line from a bare `node:http` server.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { Browser, BrowserContext } from "@playwright/test";
import type { Benchmark, Context, Measurement } from "./harness/benchmark.ts";
import { newContext, openBrowser, signedIn } from "./harness/browser.ts";
import { now } from "./harness/clock.ts";
import { pairedDifference, spread } from "./harness/figures.ts";
import { launch } from "./harness/own-processes.ts";
import { type Product, startAgain, startProduct } from "./harness/product.ts";
import { inTurn, type Measured, type Sample } from "./harness/rounds.ts";

export const start: Benchmark = { id: "B11", title: "Start", run };

async function run(context: Context): Promise<void> {
  const product = await startProduct({ cli: context.cli });
  try {
    await product.daemonReady();
    await context.row("process start → gateway answers", () => measureGateway(context, product));
    const browser = await openBrowser();
    try {
      await context.row("navigation → page usable in Chromium, cache empty", () =>
        measurePage(context, browser, product),
      );
    } finally {
      await browser.close();
    }
  } finally {
    await product.stop();
  }
}

/** A start is short: one can afford more of them. */
const MORE_STARTS = 4;

async function measureGateway(context: Context, product: Product): Promise<Measurement> {
  const own = { name: "signalbox", run: () => gatewayStart(context.cli, product) };
  const measured = await inTurn([own, { name: "bare", run: bareNode }], context, { more: MORE_STARTS });
  return figuresOf(measured, 150, "over bare Node");
}

function figuresOf(measured: Measured, atMost: number, over: string): Measurement {
  const [own, bare] = [measured.of("signalbox", "ms"), measured.of("bare", "ms")];
  return {
    figures: [
      { side: "signalbox", value: spread(own), unit: "ms" },
      { side: "bare", value: spread(bare), unit: "ms" },
    ],
    goals: [{ what: over, value: pairedDifference(own, bare), unit: "ms", bound: { atMost } }],
  };
}

/** A second gateway in the same home would be refused, so the first one is stopped for it; the daemon goes on. */
async function gatewayStart(cli: string, product: Product): Promise<Sample> {
  await product.gateway.end();
  const began = now();
  const again = await startAgain(product, cli);
  const response = await fetch(`${again.url}/api/v1/health`);
  if (!response.ok) throw new Error(`the gateway answered ${response.status}`);
  const ms = now() - began;
  await response.body?.cancel();
  return { ms };
}

async function bareNode(): Promise<Sample> {
  const began = now();
  const { child } = await launch(process.execPath, ["-e", "0"], { stdio: "ignore" });
  if (child.exitCode === null) await once(child, "exit");
  return { ms: now() - began };
}

async function measurePage(context: Context, browser: Browser, product: Product): Promise<Measurement> {
  const server = createServer((_, response) => {
    response
      .writeHead(200, { "content-type": "text/html" })
      .end("<!doctype html><title>bare</title><button>Daemon</button>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const bare = address !== null && typeof address === "object" ? `http://127.0.0.1:${address.port}/` : "";
  const signed = await signedIn(browser, product);
  const state = await signed.storageState({ indexedDB: true });
  await signed.close();
  try {
    const measured = await inTurn(
      [
        {
          name: "signalbox",
          run: async () => usable(await browser.newContext({ storageState: state }), `${product.url}/`),
        },
        { name: "bare", run: async () => usable(await newContext(browser), bare) },
      ],
      context,
      { more: MORE_STARTS },
    );
    return figuresOf(measured, 800, "over a bare page");
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function usable(context: BrowserContext, url: string): Promise<Sample> {
  const page = await context.newPage();
  const began = now();
  await page.goto(url, { waitUntil: "commit" });
  await page.getByRole("button", { name: /^Daemon/ }).waitFor();
  const ms = now() - began;
  await context.close();
  return { ms };
}
