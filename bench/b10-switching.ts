/** The rows of B10 about going from one session to another by a key: each with a full terminal, and with lists of all lengths. */
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import type { Context, Measurement } from "./harness/benchmark.ts";
import { spread } from "./harness/figures.ts";
import { temporaryFolder } from "./harness/own-processes.ts";
import { type Product, startProduct } from "./harness/product.ts";
import { inTurn, type Sample } from "./harness/rounds.ts";
import { newestCall, switchInTurn, type Visit } from "./harness/session-switch.ts";

const PROGRAMS = join(import.meta.dirname, "programs");
/** Calls of each session. */
const CALLS = [3, 100, 1_000, 4_000];
const TURNS = 6;

/** `open` gives a browser's context that is signed in. */
export async function measureSwitching(
  context: Context,
  open: (product: Product) => Promise<BrowserContext>,
): Promise<Measurement> {
  const folder = temporaryFolder();
  const echo = { command: process.execPath, args: [join(PROGRAMS, "stdio-upstream.ts")] };
  const product = await startProduct({ cli: context.cli, servers: { echo } });
  try {
    await product.daemonReady();
    const page = await (await open(product)).newPage();
    for (const calls of CALLS) await visitFirst(product, page, folder.path, calls);
    const visits: Visit[] = [];
    for (const number of CALLS.keys()) visits.push(await learn(page, `Alt+${number + 1}`));
    const name = "signalbox";
    const measured = await inTurn([{ name, run: () => switchAll(page, visits) }], context);
    const p95 = spread(measured.of(name, "p95"));
    return {
      figures: [
        { side: name, name: "p50", value: spread(measured.of(name, "p50")), unit: "ms" },
        { side: name, name: "p95", value: p95, unit: "ms" },
        { side: name, name: "slowest", value: spread(measured.of(name, "slowest")), unit: "ms" },
      ],
      goals: [{ what: "p95, from the key to the painted session", value: p95, unit: "ms", bound: { atMost: 50 } }],
    };
  } finally {
    await product.stop();
    folder.remove();
  }
}

/** Starts a session and looks at it until it has made all of its calls. */
async function visitFirst(product: Product, page: Page, cwd: string, calls: number): Promise<void> {
  const name = `calls-${calls}`;
  const args = [join(PROGRAMS, "calling-session.ts"), name, String(calls)];
  const id = await product.createSession({ agent: "custom", label: name, command: process.execPath, args, cwd });
  await page.goto(`${product.url}/session/${id}`);
  await page.locator(".xterm-rows").getByText("all called").waitFor({ timeout: 60_000 });
}

/** What there is to be seen of the session that a key leads to. */
async function learn(page: Page, key: string): Promise<Visit> {
  await page.keyboard.press(key);
  const name = page.locator("header strong").first();
  await page.locator(".xterm-rows").getByText("all called").waitFor();
  // Everything that comes with a first look is over: its history, its turns, its terminal's first drawing.
  await page.waitForTimeout(1_500);
  return { key, name: (await name.textContent()) ?? "", newest: await newestCall(page) };
}

async function switchAll(page: Page, visits: readonly Visit[]): Promise<Sample> {
  const sorted = (await switchInTurn(page, visits, TURNS)).toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), slowest: at(1) };
}
