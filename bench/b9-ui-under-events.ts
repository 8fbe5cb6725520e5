/**
 * B9: the UI in Chromium while 5,000 events/s move 200 live calls for 30 s: frames a second, tasks that block the page, heap.
 * Beside it: the same page with the same 200 calls and no events. The page gets its events as any does, conflated as it asked.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { BrowserContext, Page } from "@playwright/test";
import type { Benchmark, Context, Measurement } from "./harness/benchmark.ts";
import { openBrowser, signedIn } from "./harness/browser.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import { spread } from "./harness/figures.ts";
import { bringGuest } from "./harness/guest-page.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { heapMegabytes, TASKS_NOTE, type Trace, traced, watchFrames } from "./harness/page-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";

const RATE = 5000;
const CALLS = 200;
/** An idle page is soon known, and so is what a trace shows. */
const IDLE_S = 3;
const WARM_UP_S = 2;
const TRACE_S = 3;

export const uiUnderEvents: Benchmark = { id: "B9", title: "UI under 5,000 events/s", run };

interface Stage {
  product: Product;
  daemon: EventDaemon;
  context: BrowserContext;
}

async function run(context: Context): Promise<void> {
  const seconds = context.quick ? 3 : 30;
  const folder = temporaryFolder();
  const daemon = await startEventDaemon();
  const product = await startProduct({ cli: context.cli, discovery: daemon.announce(folder.path) });
  const browser = await openBrowser();
  try {
    const stage = { product, daemon, context: await signedIn(browser, product) };
    await context.row(`${CALLS} live calls for ${seconds} s`, () => measure(context, stage, seconds));
    await traced(browser, "B9", (trace) => watchPage(stage, context.quick ? 1 : TRACE_S, RATE, trace));
  } finally {
    await browser.close();
    await product.stop();
    await daemon.end();
    folder.remove();
  }
}

async function measure(context: Context, stage: Stage, seconds: number): Promise<Measurement> {
  const sides = [
    { name: "5,000 events/s", run: (warmUp: boolean) => watchPage(stage, warmUp ? WARM_UP_S : seconds, RATE) },
    { name: "idle page", run: (warmUp: boolean) => watchPage(stage, warmUp ? 1 : IDLE_S, 0) },
  ];
  const measured = await inTurn(sides, context);
  const of = (figure: string) => spread(measured.of("5,000 events/s", figure));
  return {
    figures: sides.flatMap(({ name }) => [
      { side: name, value: spread(measured.of(name, "fps")), unit: "fps" as const },
      { side: name, name: "frame p99", value: spread(measured.of(name, "frame p99 ms")), unit: "ms" as const },
      { side: name, name: "longest task", value: spread(measured.of(name, "longest ms")), unit: "ms" as const },
      { side: name, name: "heap", value: spread(measured.of(name, "heap MB")), unit: "MB" as const },
    ]),
    goals: [
      { what: "frames a second", value: of("fps"), unit: "fps", bound: { atLeast: 55 } },
      { what: "longest task", value: of("longest ms"), unit: "ms", bound: { atMost: 50 } },
    ],
    note: TASKS_NOTE,
  };
}

async function watchPage(stage: Stage, seconds: number, rate: number, trace?: Trace): Promise<Sample> {
  const { page, session, close } = await showCalls(stage);
  await trace?.begin(page);
  const emitted =
    rate === 0
      ? undefined
      : stage.daemon.emit({ session, count: rate * (seconds + 1), rate, calls: CALLS, readers: 1 });
  await delay(500);
  const watch = await watchFrames(page);
  await delay(seconds * 1000);
  const { fps, p99, longest } = await watch();
  await trace?.end();
  const heap = await heapMegabytes(page);
  await emitted;
  await close();
  return { fps, "frame p99 ms": p99, "longest ms": longest, "heap MB": heap };
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
