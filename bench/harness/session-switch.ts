/** Measures, inside a page, the time from the key that switches to a session to the frame that shows it whole. */
import type { Page } from "@playwright/test";
import { z } from "../../shared/protocol/schema.ts";
import { parseValue } from "./program.ts";
import { within } from "./within.ts";

/** A session that the page has shown before. */
export interface Visit {
  /** Playwright's name of the key that switches to it. */
  key: string;
  /** The first word of its terminal. */
  name: string;
  /** The id of the call in the first row of its activity list. */
  newest: string;
}

const PATIENCE_MS = 5000;

/** Of the list that is shown now. */
export async function newestCall(page: Page): Promise<string> {
  const row = page.getByRole("grid", { name: "Activity" }).locator("[data-call]").first();
  return (await row.getAttribute("data-call")) ?? "";
}

/**
 * Switches to each session in turn, `rounds` times, and gives the milliseconds from each key's own timestamp to just after
 * the frame in which its terminal, its newest calls, and its name in the title bar are all in the document. The keys come
 * at uneven intervals, so that none is in step with the frames.
 */
export async function switchInTurn(page: Page, visits: readonly Visit[], rounds: number): Promise<number[]> {
  await page.evaluate(watchSwitches);
  const taken: number[] = [];
  for (let i = 0; i < rounds * visits.length; i += 1) {
    const { key, ...wanted } = visits[i % visits.length] ?? { key: "", name: "", newest: "" };
    await page.evaluate((visit) => Reflect.get(window, "benchExpect")(visit), wanted);
    await page.keyboard.press(key);
    const shown = page.evaluate(() => Reflect.get(window, "benchShown"));
    taken.push(parseValue(z.number(), await within(PATIENCE_MS, shown)));
    await page.waitForTimeout(150 + ((i * 37) % 41));
  }
  return taken;
}

/** Runs in the page. */
function watchSwitches(): void {
  let wanted: { name: string; newest: string } | undefined;
  let pressed = 0;
  let told = (_ms: number) => {};
  window.addEventListener("keydown", (event) => (pressed = event.timeStamp), { capture: true });
  const isShown = ({ name, newest }: { name: string; newest: string }) =>
    document.querySelector(".xterm-rows")?.textContent?.startsWith(`${name} `) === true &&
    document.querySelector('[role="grid"][aria-label="Activity"] [data-call]')?.getAttribute("data-call") === newest &&
    document.querySelector("header strong")?.textContent === name;
  // A message that is posted while a frame is being made arrives after it has been painted.
  const painted = new MessageChannel();
  painted.port1.onmessage = () => {
    if (wanted === undefined || !isShown(wanted)) return;
    wanted = undefined;
    told(performance.now() - pressed);
  };
  const frame = () => {
    painted.port2.postMessage(null);
    if (wanted !== undefined) requestAnimationFrame(frame);
  };
  Reflect.set(window, "benchExpect", (visit: { name: string; newest: string }) => {
    wanted = visit;
    Reflect.set(window, "benchShown", new Promise<number>((resolve) => (told = resolve)));
    requestAnimationFrame(frame);
  });
}
