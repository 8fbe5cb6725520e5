/**
 * B9: the UI in Chromium while 5,000 events/s move 200 live calls for 30 s: frames a second, tasks that block the page, heap.
 * Beside it: the same page with the same 200 calls and no events. The page gets its events as any does, conflated as it asked.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import type { Benchmark, Context, Row } from "./harness/benchmark.ts";
import { openBrowser, signedIn, watchFrames } from "./harness/browser.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import { spread } from "./harness/figures.ts";
import { bringGuest } from "./harness/guest-page.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";

const RATE = 5000;
const CALLS = 200;
/** Where traces are left, for those who want to look; git does not see it. */
const TRACES = join(import.meta.dirname, "..", "artifacts", "bench");

export const uiUnderEvents: Benchmark = { id: "B9", title: "UI under 5,000 events/s", run };

async function run(context: Context): Promise<Row[]> {
  const seconds = context.quick ? 5 : 30;
  const folder = temporaryFolder();
  const daemon = await startEventDaemon();
  const product = await startProduct({ cli: context.cli, discovery: daemon.announce(folder.path) });
  const browser = await openBrowser();
  try {
    const signed = await signedIn(browser, product);
    const side = (name: string, rate: number) => ({
      name,
      run: () => watchPage({ product, daemon, browser, context: signed }, seconds, rate),
    });
    const sides = [side("5,000 events/s", RATE), side("idle page", 0)];
    // Half a minute a side: the rounds are their own warm-up.
    const measured = await inTurn(sides, { ...context.rounds, warmUps: 0 }, context.say);
    await trace({ product, daemon, browser, context: signed });
    const of = (figure: string) => spread(measured.of("5,000 events/s", figure));
    return [
      {
        bench: "B9",
        what: `${CALLS} live calls for ${seconds} s: frames, longest task, heap`,
        figures: sides.flatMap(({ name }) => [
          { side: name, value: spread(measured.of(name, "fps")), unit: "fps" as const },
          { side: name, value: spread(measured.of(name, "longest ms")), unit: "ms" as const },
          { side: name, value: spread(measured.of(name, "heap MB")), unit: "MB" as const },
        ]),
        goals: [
          { what: "frames a second", value: of("fps"), unit: "fps", bound: { atLeast: 55 } },
          { what: "longest task", value: of("longest ms"), unit: "ms", bound: { atMost: 50 } },
        ],
        note: "Tasks under 50 ms are not reported by the browser and show as 0. A trace is left in artifacts/bench/.",
      },
    ];
  } finally {
    await browser.close();
    await product.stop();
    await daemon.end();
    folder.remove();
  }
}

interface Stage {
  product: Product;
  daemon: EventDaemon;
  browser: Browser;
  context: BrowserContext;
}

async function watchPage(stage: Stage, seconds: number, rate: number): Promise<Sample> {
  const { page, session, close } = await showCalls(stage);
  const emitted =
    rate === 0
      ? undefined
      : stage.daemon.emit({ session, count: rate * (seconds + 1), rate, calls: CALLS, readers: 1 });
  await delay(500);
  const watch = await watchFrames(page);
  // An idle page is soon known.
  await delay((rate === 0 ? seconds / 3 : seconds) * 1000);
  const { fps, longest } = await watch();
  const heap = await heapMegabytes(page);
  await emitted;
  await close();
  return { fps, "longest ms": longest, "heap MB": heap };
}

/** A page that shows a session with 200 calls. */
async function showCalls({
  product,
  daemon,
  context,
}: Stage): Promise<{ page: Page; session: string; close: () => Promise<void> }> {
  const guest = await bringGuest(product, daemon, CALLS);
  await Promise.all([guest.client.reached, daemon.emit({ session: guest.id, count: CALLS, calls: CALLS })]);
  const page = await context.newPage();
  await page.goto(product.url + guest.path);
  await page
    .getByRole("grid", { name: "Activity" })
    .getByText(/tool_\d/)
    .first()
    .waitFor();
  return {
    page,
    session: guest.id,
    async close() {
      await page.close();
      await guest.client.close();
      await product.request("DELETE", `/api/v1/sessions/${guest.id}`);
    },
  };
}

/** Five seconds of the same, with the browser's own trace: it costs frames, so its figures are not used. */
async function trace(stage: Stage): Promise<void> {
  mkdirSync(TRACES, { recursive: true });
  const { page, session, close } = await showCalls(stage);
  await stage.browser.startTracing(page, { path: join(TRACES, "B9-trace.json") });
  await stage.daemon.emit({ session, count: RATE * 5, rate: RATE, calls: CALLS });
  await stage.browser.stopTracing();
  await close();
}

async function heapMegabytes(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  await devtools.send("Performance.enable");
  const { metrics } = await devtools.send("Performance.getMetrics");
  await devtools.detach();
  return (metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN) / 1e6;
}
