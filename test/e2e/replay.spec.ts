/** Proves that an exported replay is a file that needs nothing else: opened from the disk, it moves the terminal and its calls together. */

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { cleanEnvironment, Product, signalbox } from "../support/product.ts";

const EVERYTHING = {
  command: process.execPath,
  args: [resolve("node_modules/@modelcontextprotocol/server-everything/dist/index.js")],
};
const AGENT = resolve("test/fixtures/agents/call-tool.ts");
const HOSTILE = "</script><script>document.title='taken'</script>";

let product: Product;
test.afterEach(() => product.stop());

const scrub = (page: Page, share: number) =>
  page.getByRole("slider", { name: "Position" }).evaluate((slider, to) => {
    if (!(slider instanceof HTMLInputElement)) throw new Error("no slider");
    slider.value = String(Number(slider.max) * to);
    slider.dispatchEvent(new Event("input"));
  }, share);

test("a replay opened from the disk scrubs the terminal and its calls, loads nothing, and tells no secret", async ({
  page,
}) => {
  product = await Product.start({ servers: { everything: EVERYTHING } });
  const steps = `echo FIRST-LINE "$1"; echo token $SIGNALBOX_MCP_TOKEN; "$2" "$3" trigger-long-running-operation '{"duration":3,"steps":6}'; echo LAST-LINE; exec sleep 600`;
  const id = await product.createSession({
    agent: "custom",
    label: HOSTILE,
    cwd: product.workFolder(),
    command: "sh",
    args: ["-c", steps, "sh", HOSTILE, process.execPath, AGENT],
  });
  const exported = async (format: string) =>
    (await signalbox(["export", id, "--format", format, "--home", product.home], cleanEnvironment())).stdout;
  // The first line of a cast names the command, in which it stands as well.
  await expect.poll(() => exported("cast"), { timeout: 30_000, intervals: [1_000] }).toMatch(/"o","[^\n]*LAST-LINE/);

  const html = await exported("html");
  expect(html).toContain("trigger-long-running-operation");
  expect(html).toMatch(/token \*{8}/);
  expect(html).not.toContain(product.token);
  const file = join(product.folder, "replay.html");
  writeFileSync(file, html);

  const asked: string[] = [];
  const wrong: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  const address = pathToFileURL(file).href;
  await page.goto(address);
  const terminal = page.getByRole("main", { name: "Terminal" });
  const calls = page.getByRole("list", { name: "Calls" }).getByRole("listitem");
  await expect(page).toHaveTitle(HOSTILE);
  await expect(calls).toHaveCount(0);

  await scrub(page, 1);
  await expect(terminal).toContainText("LAST-LINE");
  await expect(terminal).toContainText("FIRST-LINE");
  await expect(calls).toHaveText(/trigger-long-running-operation.*finished/);
  await page.screenshot({ path: "artifacts/replay.png" });

  // In the middle of the call: its bar is part of the way, and the terminal is as it was.
  await calls.getByRole("button").click();
  await expect(calls).toHaveText(/running/);
  await expect(terminal).not.toContainText("LAST-LINE");
  await expect(terminal).toContainText("FIRST-LINE");
  const share = () =>
    calls.getByRole("progressbar").evaluate((bar) => (bar instanceof HTMLProgressElement ? bar.position : -1));
  await page.getByRole("slider", { name: "Position" }).evaluate((slider) => {
    if (!(slider instanceof HTMLInputElement)) throw new Error("no slider");
    slider.value = String(Number(slider.value) + 1_800);
    slider.dispatchEvent(new Event("input"));
  });
  await expect.poll(share).toBeGreaterThan(0.1);
  expect(await share()).toBeLessThan(0.9);

  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect(calls).toHaveText(/finished/, { timeout: 15_000 });
  await expect(terminal).toContainText("LAST-LINE");
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();

  await scrub(page, 0);
  await expect(terminal).not.toContainText("LAST-LINE");
  await expect(calls).toHaveCount(0);
  expect(asked).toEqual([address]);
  expect(wrong).toEqual([]);
});
