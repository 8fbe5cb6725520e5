/** Owns the Chromium that UI figures are taken in: found like the tests' one, signed in like a person's. */
import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";
import { z } from "../../shared/protocol/schema.ts";
import { findBrowser } from "../../test/support/find-browser.ts";
import type { Product } from "./product.ts";
import { parse } from "./program.ts";

/** No sandbox for root; nothing that calls home; timers and frames as in a window that somebody looks at. */
const ARGUMENTS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
];
const VIEWPORT = { width: 1440, height: 900 };

/** Throws when there is no browser: the benchmark then says so in its place. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error("no Chromium was found; SIGNALBOX_TEST_BROWSER can name one");
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

export const newContext = (browser: Browser): Promise<BrowserContext> => browser.newContext({ viewport: VIEWPORT });

/** A context whose pages are signed in, by a one-time link as the printed one. */
export async function signedIn(browser: Browser, product: Product): Promise<BrowserContext> {
  const context = await newContext(browser);
  const page = await context.newPage();
  const response = await product.request("POST", "/api/v1/pairing", {});
  const { link_code } = parse(z.object({ link_code: z.string() }), await response.text());
  await page.goto(`${product.url}/#pair=${link_code}`);
  await page.getByRole("button", { name: /^Daemon/ }).waitFor();
  await page.close();
  return context;
}

export interface Frames {
  fps: number;
  /** Longest main-thread task, and how many were longer than 50 ms. */
  longest: number;
  long: number;
}

/** Watches frames and long tasks of a page from now on; the result ends the watch. */
export async function watchFrames(page: Page): Promise<() => Promise<Frames>> {
  await page.evaluate(() => {
    const watch = { frames: 0, began: performance.now(), running: true, tasks: [] as number[] };
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) watch.tasks.push(entry.duration);
    });
    observer.observe({ entryTypes: ["longtask"] });
    const frame = () => {
      watch.frames += 1;
      if (watch.running) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Reflect.set(window, "benchFrames", () => {
      watch.running = false;
      for (const entry of observer.takeRecords()) watch.tasks.push(entry.duration);
      observer.disconnect();
      const fps = (watch.frames * 1000) / (performance.now() - watch.began);
      return { fps, longest: Math.max(0, ...watch.tasks), long: watch.tasks.length };
    });
  });
  return async () => {
    const seen: unknown = await page.evaluate(() => Reflect.get(window, "benchFrames")());
    return parse(z.object({ fps: z.number(), longest: z.number(), long: z.number() }), JSON.stringify(seen));
  };
}
