/**
 * B8: from a key to the frame that shows its echo, in Chromium: the page, the gateway, the daemon, the PTY, a program that counts
 * keys, and all the way back; idle and while the same terminal is redrawn at 5 MB/s. Beside it: a page with the same xterm that
 * echoes by itself, which is what browser and terminal cost without any wire.
 */
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import type { Benchmark, Context, Row } from "./harness/benchmark.ts";
import { newContext, openBrowser, signedIn } from "./harness/browser.ts";
import { pairedRatio, spread } from "./harness/figures.ts";
import { pressKeys } from "./harness/key-latency.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";

const MODULES = join(import.meta.dirname, "..", "node_modules");
const PAINTER = join(import.meta.dirname, "programs", "painter.ts");
const LOAD_MB = 5;

export const keyToPaint: Benchmark = { id: "B8", title: "Key to paint in Chromium", run };

async function run(context: Context): Promise<Row[]> {
  const keys = context.quick ? 10 : 40;
  const folder = temporaryFolder();
  const product = await startProduct({ cli: context.cli });
  const browser = await openBrowser();
  try {
    const signed = await signedIn(browser, product);
    const sides = [
      { name: "signalbox, idle", run: () => inProduct(product, signed, folder.path, 0, keys) },
      { name: "signalbox, 5 MB/s", run: () => inProduct(product, signed, folder.path, LOAD_MB, keys) },
      { name: "local echo", run: () => localEcho(browser, keys) },
    ];
    const measured = await inTurn(sides, context.rounds, context.say);
    const p95 = (name: string) => measured.of(name, "p95");
    return [
      {
        bench: "B8",
        what: `${keys} keys in a terminal: p50 and p95 to the painted echo`,
        figures: sides.flatMap(({ name }) => [
          { side: name, value: spread(measured.of(name, "p50")), unit: "ms" as const },
          { side: name, value: spread(p95(name)), unit: "ms" as const },
        ]),
        goals: [
          { what: "p95, idle", value: spread(p95("signalbox, idle")), unit: "ms", bound: { atMost: 35 } },
          {
            what: "p95 under 5 MB/s beside idle",
            value: pairedRatio(p95("signalbox, 5 MB/s"), p95("signalbox, idle")),
            unit: "×",
            bound: { atMost: 1.5 },
          },
        ],
      },
    ];
  } finally {
    await browser.close();
    await product.stop();
    folder.remove();
  }
}

async function inProduct(
  product: Product,
  context: BrowserContext,
  cwd: string,
  load: number,
  keys: number,
): Promise<Sample> {
  const args = [PAINTER, ...(load === 0 ? [] : [String(load)])];
  const id = await product.createSession({ agent: "custom", command: process.execPath, args, cwd });
  const page = await context.newPage();
  try {
    await page.goto(`${product.url}/session/${id}`);
    await page.locator(".xterm-rows").getByText("keys").first().waitFor();
    await page.locator(".xterm-helper-textarea").first().focus();
    return percentiles(await pressKeys(page, keys));
  } finally {
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
    return percentiles(await pressKeys(page, keys));
  } finally {
    await context.close();
  }
}

function percentiles(taken: readonly number[]): Sample {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}
