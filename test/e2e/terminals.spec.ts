/** Proves that a terminal looks the same to whoever was there, to whoever comes later, and to the screen that the daemon keeps beside it. */
import { resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { feed, openFromSnapshot, openScreen } from "../support/open-screen.ts";
import { Product } from "../support/product.ts";
import { readScreens } from "../support/screen-reader.ts";
import { screenState } from "../support/screen-state.ts";
import { FIXTURE_SIZE, fixtureOutput, TERMINAL_FIXTURES } from "../support/terminal-fixtures.ts";
import { watchTerminal } from "../support/watch-terminal.ts";

/** Loading the page takes most of the time; what it loads is what a page that was cut off is sent. */
const RELOAD_EVERY = 8;

let product: Product;
test.afterEach(() => product.stop());

test("what a program prints is the same in a page that was there, in one that comes back and on the daemon's screen", async ({
  page,
}) => {
  product = await Product.start();
  const id = await product.createSession({
    agent: "custom",
    cwd: product.workFolder(),
    // Bytes reach the terminal as they are: no line end gets a carriage return on the way.
    command: "/bin/sh",
    args: [
      "-c",
      'stty raw -echo && exec "$0" "$1"',
      process.execPath,
      resolve("test/fixtures/programs/print-fixtures.ts"),
    ],
    ...FIXTURE_SIZE,
  });
  // The one that types owns the size.
  const typist = await watchTerminal(product, id, FIXTURE_SIZE);
  const screens = await readScreens(page);
  await product.open(page, `/session/${id}`);
  const expected = openScreen(FIXTURE_SIZE.cols, FIXTURE_SIZE.rows);
  const seen = { intervals: [10, 20, 50] };
  await page.locator(".xterm-rows").waitFor();
  for (const [index, name] of Object.keys(TERMINAL_FIXTURES).entries()) {
    typist.type(`${index} `);
    await feed(expected, fixtureOutput(index));
    const state = JSON.parse(JSON.stringify(screenState(expected)));
    await expect.poll(screens.state, { ...seen, message: `${name}: the page that was there` }).toEqual(state);
    const drawn = await screens.drawn();
    const late = await watchTerminal(product, id);
    const kept = screenState(
      await openFromSnapshot({ tail: Buffer.alloc(0), ...(await late.snapshot), marks: [], prompts: [] }),
    );
    expect(kept, `${name}: the daemon's screen`).toEqual(state);
    late.close();
    for (const [how, again] of [
      ["the page that was cut off", () => screens.reattach()],
      ["the page that came later", () => page.reload()],
    ] as const) {
      if (how === "the page that came later" && index % RELOAD_EVERY !== 0) continue;
      await again();
      await expect.poll(screens.state, { ...seen, message: `${name}: ${how}` }).toEqual(state);
      await expect.poll(screens.drawn, { ...seen, message: `${name}: ${how}, as it is drawn` }).toBe(drawn);
    }
  }
  typist.close();
});
