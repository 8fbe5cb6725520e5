/** The Chromium that UI figures are taken in: found like the tests' one, signed in like a person's. */
import { type Browser, type BrowserContext, chromium } from "@playwright/test";
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
  // The run's own handlers end it, and everything else with it.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  return chromium.launch({ executablePath, args: ARGUMENTS, ...signals });
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
