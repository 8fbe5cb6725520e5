/**
 * B8: from a key to the frame that shows its echo, in Chromium: the page, the gateway, the daemon, the PTY, a program that counts
 * keys, and all the way back; idle and while the same terminal is redrawn at 5 MB/s. Beside it: a page with the same xterm that
 * echoes by itself, which is what browser and terminal cost without any wire.
 */
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import type { Benchmark, Context, Measurement } from "./harness/benchmark.ts";
import { newContext, openBrowser, signedIn } from "./harness/browser.ts";
import { pairedRatio, spread } from "./harness/figures.ts";
import { pressKeys } from "./harness/key-latency.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { heapMegabytes, TASKS_NOTE, type Trace, traced, watchFrames } from "./harness/page-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";

const MODULES = join(import.meta.dirname, "..", "node_modules");
const PAINTER = join(import.meta.dirname, "programs", "painter.ts");
const LOAD_MB = 5;
const KEYS = 40;
const WARM_UP_KEYS = 10;

export const keyToPaint: Benchmark = { id: "B8", title: "Key to paint in Chromium", run };

async function run(context: Context): Promise<void> {
  const keys = context.quick ? WARM_UP_KEYS : KEYS;
  const folder = temporaryFolder();
  const product = await startProduct({ cli: context.cli });
  const browser = await openBrowser();
  try {
    const signed = await signedIn(browser, product);
    const stage = { product, browser, context: signed, cwd: folder.path };
    await context.row(`${keys} keys in a terminal: from key to painted echo`, () => measure(context, stage, keys));
    await traced(browser, "B8", (trace) => inProduct(stage, LOAD_MB, WARM_UP_KEYS, trace));
  } finally {
    await browser.close();
    await product.stop();
    folder.remove();
  }
}

interface Stage {
  product: Product;
  browser: Browser;
  context: BrowserContext;
  cwd: string;
}

async function measure(context: Context, stage: Stage, keys: number): Promise<Measurement> {
  const count = (warmUp: boolean) => (warmUp ? WARM_UP_KEYS : keys);
  const sides = [
    { name: "signalbox, idle", run: (warmUp: boolean) => inProduct(stage, 0, count(warmUp)) },
    { name: "signalbox, 5 MB/s", run: (warmUp: boolean) => inProduct(stage, LOAD_MB, count(warmUp)) },
    { name: "local echo", run: (warmUp: boolean) => localEcho(stage.browser, count(warmUp)) },
  ];
  const measured = await inTurn(sides, context);
  const p95 = (name: string) => measured.of(name, "p95");
  const beside = pairedRatio(p95("signalbox, 5 MB/s"), p95("signalbox, idle"));
  return {
    figures: sides.flatMap(({ name }) => [
      { side: name, name: "p50", value: spread(measured.of(name, "p50")), unit: "ms" as const },
      { side: name, name: "p95", value: spread(p95(name)), unit: "ms" as const },
      { side: name, name: "longest task", value: spread(measured.of(name, "longest ms")), unit: "ms" as const },
      { side: name, name: "heap", value: spread(measured.of(name, "heap MB")), unit: "MB" as const },
    ]),
    goals: [
      { what: "p95, idle", value: spread(p95("signalbox, idle")), unit: "ms", bound: { atMost: 35 } },
      { what: "p95 under 5 MB/s beside idle", value: beside, unit: "×", bound: { atMost: 1.5 } },
    ],
    note: TASKS_NOTE,
  };
}

async function inProduct(stage: Stage, load: number, keys: number, trace?: Trace): Promise<Sample> {
  const { product, context, cwd } = stage;
  const args = [PAINTER, ...(load === 0 ? [] : [String(load)])];
  const id = await product.createSession({ agent: "custom", command: process.execPath, args, cwd });
  const page = await context.newPage();
  try {
    await page.goto(`${product.url}/session/${id}`);
    await page.locator(".xterm-rows").getByText("keys").first().waitFor();
    await page.locator(".xterm-helper-textarea").first().focus();
    await trace?.begin(page);
    return await pressed(page, keys);
  } finally {
    await trace?.end();
    await page.close();
    await product.request("DELETE", `/api/v1/sessions/${id}`);
  }
}

async function localEcho(browser: Browser, keys: number): Promise<Sample> {
  const context = await newContext(browser);
  const page: Page = await context.newPage();
  try {
    await page.setContent('<!doctype html><div id="terminal" style="width:1000px;height:600px"></div>');
    await page.addStyleTag({ path: join(MODULES, "@xterm", "xterm", "css", "xterm.css") });
    await page.addScriptTag({ path: join(MODULES, "@xterm", "xterm", "lib", "xterm.js") });
    await page.addScriptTag({
      content: `
        const terminal = new Terminal({ cols: 100, rows: 30 });
        terminal.open(document.getElementById("terminal"));
        let keys = 0;
        terminal.write("keys 0000 ");
        terminal.onData(() => terminal.write("\\x1b[1;1Hkeys " + String(++keys).padStart(4, "0") + " "));
        terminal.focus();`,
    });
    return await pressed(page, keys);
  } finally {
    await context.close();
  }
}

async function pressed(page: Page, keys: number): Promise<Sample> {
  const watch = await watchFrames(page);
  const sorted = (await pressKeys(page, keys)).toSorted((a, b) => a - b);
  const { longest } = await watch();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), "longest ms": longest, "heap MB": await heapMegabytes(page) };
}
