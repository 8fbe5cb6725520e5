/**
 * Proves that an agent that draws everything anew, 95 KB of it, twenty times a second, is seen without flicker: no frame of the
 * page shows an empty screen or half a picture.
 */
import { resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { Product } from "../support/product.ts";
import { typeInTerminal } from "../support/type-in-terminal.ts";

const PICTURES = 40;

/** What the frames of a page showed since the first picture. */
interface Frames {
  /** The picture that was shown last. */
  last: number;
  pictures: number;
  empty: number;
  /** Those that showed something else than one whole picture. */
  torn: string[];
  /** The same, but so long after the last picture that xterm no longer waits for the next one's end, nor the daemon for the page. */
  late: string[];
}

declare global {
  var redrawFrames: Frames | undefined;
}

let product: Product;
test.afterEach(() => product.stop());

/** Runs in the page: reads what each frame has drawn, before the next one draws. */
function lookAtFrames(): void {
  const frames: Frames = { last: 0, pictures: 0, empty: 0, torn: [], late: [] };
  globalThis.redrawFrames = frames;
  let newAt = 0;
  const look = (now: number) => {
    if (globalThis.redrawFrames === frames) requestAnimationFrame(look);
    const rows = [...document.querySelectorAll(".xterm-rows > div")].map((row) => row.textContent ?? "");
    const tags = rows.map((row) => /^<(\d+) (-\d+)>/.exec(row));
    const picture = Number(tags.at(-1)?.[1] ?? 0);
    const whole = tags.every((tag, row) => Number(tag?.[1]) === picture && Number(tag?.[2]) === row - rows.length);
    const empty = rows.filter((row) => row.trim() === "").length > rows.length / 2;
    if (whole && picture !== frames.last) {
      frames.pictures += 1;
      frames.last = picture;
      newAt = now;
    } else if (!whole && frames.last > 0) {
      const text = rows.map((row) => row.slice(0, 10).trim()).join("|");
      (now - newAt < 500 ? frames.torn : frames.late).push(text);
      if (empty) frames.empty += 1;
    }
  };
  requestAnimationFrame(look);
}

test("an agent that draws everything anew, twenty times a second, is never seen with an empty screen or half a picture", async ({
  page,
}) => {
  product = await Product.start();
  const id = await product.createSession({
    agent: "custom",
    cwd: product.workFolder(),
    command: process.execPath,
    args: [resolve("test/fixtures/programs/redraw-screen.ts")],
  });
  await product.open(page, `/session/${id}`);
  await expect(page.locator(".xterm-rows")).toContainText("ready");
  await page.evaluate(lookAtFrames);
  await typeInTerminal(page, `${PICTURES} `);
  const frames = () => page.evaluate(() => globalThis.redrawFrames);
  await expect.poll(async () => (await frames())?.last, { timeout: 90_000 }).toBe(PICTURES);
  const seen = await frames();
  expect(seen?.torn).toEqual([]);
  expect(seen?.pictures).toBeGreaterThan(1);
  // What would have been seen: the screen is emptied, and nothing is printed on it.
  await typeInTerminal(page, "empty ");
  await expect.poll(async () => (await frames())?.empty).toBeGreaterThan(seen?.empty ?? 0);
});
