/** Measures, inside a page, the time from a key to the frame that shows its effect on the terminal's first line. */
import type { Page } from "@playwright/test";
import { z } from "../../shared/protocol/schema.ts";
import { parseValue } from "./program.ts";
import { within } from "./within.ts";

/** The rows of xterm's DOM renderer. */
const ROWS = ".xterm-rows";
const PATIENCE_MS = 5000;

/**
 * Presses `count` keys and gives the milliseconds from each key's own timestamp to just after the frame in which the first
 * line counts it. The keys come at uneven intervals, so that none is in step with the frames. The page is not looked at while
 * it works: it tells by itself.
 */
export async function pressKeys(page: Page, count: number): Promise<number[]> {
  await page.locator(ROWS).first().waitFor();
  await page.evaluate((selector) => {
    const taken: number[] = [];
    let pressed: number | undefined;
    let told = () => {};
    let shown = document.querySelector(selector)?.textContent?.slice(0, 9);
    window.addEventListener(
      "keydown",
      (event) => {
        pressed = event.timeStamp;
      },
      { capture: true },
    );
    // A message posted while a frame is being made arrives after it has been painted.
    const painted = new MessageChannel();
    painted.port1.onmessage = ({ data }) => {
      taken.push(performance.now() - Number(data));
      told();
    };
    const look = () => {
      const now = document.querySelector(selector)?.textContent?.slice(0, 9);
      if (now === shown || !now?.startsWith("keys")) return;
      shown = now;
      if (pressed !== undefined) painted.port2.postMessage(pressed);
      pressed = undefined;
    };
    const rows = document.querySelector(selector);
    if (rows !== null)
      new MutationObserver(look).observe(rows, { subtree: true, childList: true, characterData: true });
    const shownAll = (keys: number) =>
      new Promise<number[]>((resolve) => {
        told = () => {
          if (taken.length >= keys) resolve(taken);
        };
        told();
      });
    Reflect.set(window, "benchKeys", shownAll);
  }, ROWS);
  let taken: number[] = [];
  for (let i = 1; i <= count; i += 1) {
    await page.keyboard.press("a");
    const shown = page.evaluate((keys) => Reflect.get(window, "benchKeys")(keys), i);
    taken = parseValue(z.array(z.number()), await within(PATIENCE_MS, shown));
    await page.waitForTimeout(10 + ((i * 37) % 41));
  }
  return taken;
}
