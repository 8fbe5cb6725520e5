/**
 * B10: a session with 100,000 calls in the UI, beside one with 100: from navigation to the first row and until all calls are
 * there, then frames while the list is scrolled by the wheel, and from a typed filter to the filtered list. Scrolling and
 * filtering must not know how long the list is. Then going from session to session by a key.
 */
import type { BrowserContext, Page } from "@playwright/test";
import { z } from "../shared/protocol/schema.ts";
import { measureSwitching } from "./b10-switching.ts";
import type { Benchmark, Context, Measurement } from "./harness/benchmark.ts";
import { openBrowser, signedIn } from "./harness/browser.ts";
import { now } from "./harness/clock.ts";
import { type EventDaemon, startEventDaemon } from "./harness/event-daemon.ts";
import { pairedRatio, spread } from "./harness/figures.ts";
import { bringGuest } from "./harness/guest-page.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { heapMegabytes, TASKS_NOTE, type Trace, traced, watchFrames } from "./harness/page-cost.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { parseValue } from "./harness/program.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";

const SMALL = 100;

export const uiHistory: Benchmark = { id: "B10", title: "UI with a long history", run };

interface Visited {
  name: string;
  url: string;
  calls: number;
}

async function run(context: Context): Promise<void> {
  const many = context.quick ? 10_000 : 100_000;
  const folder = temporaryFolder();
  const daemon = await startEventDaemon();
  const product = await startProduct({ cli: context.cli, discovery: daemon.announce(folder.path) });
  const browser = await openBrowser();
  try {
    const signed = await signedIn(browser, product);
    const name = `${many.toLocaleString("en")} calls`;
    const large = { name, url: product.url + (await recordCalls(product, daemon, many)), calls: many };
    const small = { name: "100 calls", url: product.url + (await recordCalls(product, daemon, SMALL)), calls: SMALL };
    await context.row(`${name}: to the first row, scrolling, filtering`, () => measure(context, signed, large, small));
    await context.row("from one of 4 sessions to another, by a key", () =>
      measureSwitching(context, (own) => signedIn(browser, own)),
    );
    await traced(browser, "B10", (trace) => visit(signed, large, trace));
  } finally {
    await browser.close();
    await product.stop();
    await daemon.end();
    folder.remove();
  }
}

async function measure(context: Context, signed: BrowserContext, large: Visited, small: Visited): Promise<Measurement> {
  const sides = [large, small].map((visited) => ({ name: visited.name, run: () => visit(signed, visited) }));
  const measured = await inTurn(sides, context);
  const of = (figure: string) => spread(measured.of(large.name, figure));
  const paint = pairedRatio(measured.of(large.name, "first ms"), measured.of(small.name, "first ms"));
  return {
    figures: sides.flatMap(({ name }) => [
      { side: name, name: "first row", value: spread(measured.of(name, "first ms")), unit: "ms" as const },
      { side: name, name: "all of them", value: spread(measured.of(name, "all ms")), unit: "ms" as const },
      {
        side: name,
        name: "longest task meanwhile",
        value: spread(measured.of(name, "loading ms")),
        unit: "ms" as const,
      },
      { side: name, name: "scrolling", value: spread(measured.of(name, "fps")), unit: "fps" as const },
      { side: name, name: "frame p99", value: spread(measured.of(name, "frame p99 ms")), unit: "ms" as const },
      { side: name, name: "longest task", value: spread(measured.of(name, "longest ms")), unit: "ms" as const },
      { side: name, name: "filter", value: spread(measured.of(name, "filter ms")), unit: "ms" as const },
      { side: name, name: "heap", value: spread(measured.of(name, "heap MB")), unit: "MB" as const },
    ]),
    goals: [
      { what: "while scrolling", value: of("fps"), unit: "fps", bound: { atLeast: 55 } },
      { what: "to filter", value: of("filter ms"), unit: "ms", bound: { atMost: 100 } },
      { what: "to the first row, beside 100 calls", value: paint, unit: "×", bound: { atMost: 1.5 } },
    ],
    note: `The other frames and tasks are those while scrolling. ${TASKS_NOTE}`,
  };
}

async function recordCalls(product: Product, daemon: EventDaemon, calls: number): Promise<string> {
  const guest = await bringGuest(product, daemon, 2 * calls);
  await Promise.all([guest.client.reached, daemon.emit({ session: guest.id, count: 2 * calls, shape: "calls" })]);
  await guest.client.close();
  return guest.path;
}

async function visit(context: BrowserContext, { url, calls }: Visited, trace?: Trace): Promise<Sample> {
  const page = await context.newPage();
  try {
    await trace?.begin(page);
    const began = now();
    await page.goto(url, { waitUntil: "commit" });
    const list = page.getByRole("grid", { name: "Activity" });
    await list
      .getByText(/tool_\d/)
      .first()
      .waitFor();
    const first = now() - began;
    const loading = await watchFrames(page);
    // The newest calls are shown first, the others come behind them.
    await page.waitForFunction(
      (count) =>
        Number(document.querySelector('[role="grid"][aria-label="Activity"]')?.getAttribute("aria-rowcount")) >= count,
      calls,
    );
    const all = now() - began;
    const { longest: whileLoading } = await loading();
    await list.hover();
    const watch = await watchFrames(page);
    for (let i = 0; i < 60; i += 1) {
      await page.mouse.wheel(0, i < 40 ? 600 : -600);
      await page.waitForTimeout(30);
    }
    const { fps, p99, longest } = await watch();
    const filtered = await filter(page);
    await trace?.end();
    const heap = await heapMegabytes(page);
    return {
      "first ms": first,
      "all ms": all,
      "loading ms": whileLoading,
      fps,
      "frame p99 ms": p99,
      "longest ms": longest,
      "filter ms": filtered,
      "heap MB": heap,
    };
  } finally {
    await trace?.end();
    await page.close();
  }
}

/** From the input event to just after the frame in which the list shows nothing but the filtered tool. */
async function filter(page: Page): Promise<number> {
  await page.evaluate(() => {
    const done = Promise.withResolvers<number>();
    let typed: number | undefined;
    window.addEventListener(
      "input",
      (event) => {
        typed = event.timeStamp;
      },
      { capture: true },
    );
    const painted = new MessageChannel();
    painted.port1.onmessage = () => done.resolve(performance.now() - (typed ?? Number.NaN));
    const rows = () => [...document.querySelectorAll('[role="grid"][aria-label="Activity"] [role="row"]')];
    const look = () => {
      const calls = rows().filter((row) => /tool_\d/.test(row.textContent ?? ""));
      if (typed === undefined || calls.length === 0 || !calls.every((row) => row.textContent?.includes("tool_3")))
        return;
      painted.port2.postMessage(null);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    Reflect.set(window, "benchFilter", done.promise);
  });
  await page.getByLabel("Filter calls").fill("tool_3");
  return parseValue(z.number(), await page.evaluate(() => Reflect.get(window, "benchFilter")));
}
