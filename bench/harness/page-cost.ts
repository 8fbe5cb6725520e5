/** What a page costs its user: frames, tasks that block it, heap; and traces of it, for those who want to look. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { z } from "../../shared/protocol/schema.ts";
import { parseValue } from "./program.ts";

/** Where traces are left; git does not see it. */
const TRACES = join(import.meta.dirname, "..", "..", "artifacts", "bench");

export const TASKS_NOTE =
  "Tasks under 50 ms are not reported by the browser and show as 0. A trace is left in artifacts/bench/.";

const frames = z.object({
  fps: z.number(),
  /** The slowest hundredth of the frames took longer than so many milliseconds. */
  p99: z.number(),
  /** Longest main-thread task in milliseconds. */
  longest: z.number(),
});
export type Frames = z.output<typeof frames>;

/** Watches frames and long tasks of a page from now on; the result ends the watch. */
export async function watchFrames(page: Page): Promise<() => Promise<Frames>> {
  await page.evaluate(() => {
    const watch = { began: performance.now(), last: performance.now(), running: true };
    const [tasks, times]: [number[], number[]] = [[], []];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    });
    observer.observe({ entryTypes: ["longtask"] });
    const frame = () => {
      const now = performance.now();
      times.push(now - watch.last);
      watch.last = now;
      if (watch.running) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Reflect.set(window, "benchFrames", () => {
      watch.running = false;
      for (const entry of observer.takeRecords()) tasks.push(entry.duration);
      observer.disconnect();
      const fps = (times.length * 1000) / (performance.now() - watch.began);
      const sorted = times.sort((a, b) => a - b);
      return { fps, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, longest: Math.max(0, ...tasks) };
    });
  });
  return async () => parseValue(frames, await page.evaluate(() => Reflect.get(window, "benchFrames")()));
}

/** Megabytes of JavaScript objects that are left after collecting what is garbage. */
export async function heapMegabytes(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  await devtools.send("Performance.enable");
  const { metrics } = await devtools.send("Performance.getMetrics");
  await devtools.detach();
  return (metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN) / 1e6;
}

export interface Trace {
  begin(page: Page): Promise<void>;
  end(): Promise<void>;
}

/** Does the work once more with the browser's own trace, which costs frames: whatever figures it gives are dropped. */
export async function traced(browser: Browser, name: string, work: (trace: Trace) => Promise<unknown>): Promise<void> {
  mkdirSync(TRACES, { recursive: true });
  let running = false;
  await work({
    async begin(page) {
      await browser.startTracing(page, { path: join(TRACES, `${name}-trace.json`) });
      running = true;
    },
    async end() {
      if (running) await browser.stopTracing();
      running = false;
    },
  });
}
