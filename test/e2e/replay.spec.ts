/** Proves that an exported replay is a file that needs nothing else: opened from the disk, it moves the terminal and its calls together. */

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { cleanEnvironment, Product, signalbox } from "../support/product.ts";

const PATIENT = {
  command: process.execPath,
  args: [resolve("test/fixtures/upstream/scripted-server.ts"), "--bare", "--tools", "until"],
};
const AGENT = resolve("test/fixtures/agents/call-tool.ts");
const HOSTILE = "</script><script>document.title='taken'</script>";

let product: Product;
test.afterEach(() => product.stop());

/** To a moment in milliseconds, or to the end if that is sooner. */
const scrub = (page: Page, ms: number) =>
  page.getByRole("slider", { name: "Position" }).evaluate((slider, to) => {
    if (!(slider instanceof HTMLInputElement)) throw new Error("no slider");
    slider.value = String(Math.min(to, Number(slider.max)));
    slider.dispatchEvent(new Event("input"));
  }, ms);

test("a replay opened from the disk scrubs the terminal and its calls, loads nothing, and tells no secret", async ({
  page,
}) => {
  product = await Product.start({ servers: { patient: PATIENT } });
  const cwd = product.workFolder();
  const go = join(cwd, "go");
  const steps = `echo FIRST-LINE "$1"; echo token $SIGNALBOX_MCP_TOKEN; "$2" "$3" until "$4"; echo LAST-LINE.; exec sleep 600`;
  const id = await product.createSession({
    agent: "custom",
    label: HOSTILE,
    cwd,
    command: "sh",
    args: ["-c", steps, "sh", HOSTILE, process.execPath, AGENT, JSON.stringify({ file: go })],
  });
  const exported = async (format: string) =>
    (await signalbox(["export", id, "--format", format, "--home", product.home], cleanEnvironment())).stdout;
  // The first line of a cast names the command, in which the words stand as well.
  const polled = { timeout: 120_000, intervals: [500] };
  // Not its last figure: what may be the beginning of a secret is recorded once more was printed.
  await expect.poll(() => exported("cast"), polled).toMatch(/"o","[^\n]*progress 1\//);
  writeFileSync(go, "");
  await expect.poll(() => exported("cast"), polled).toMatch(/"o","[^\n]*LAST-LINE/);

  const html = await exported("html");
  expect(html).toContain("until");
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

  await scrub(page, Number.MAX_SAFE_INTEGER);
  await expect(terminal).toContainText("LAST-LINE");
  await expect(terminal).toContainText("FIRST-LINE");
  await expect(calls).toHaveText(/until.*finished/);
  await page.screenshot({ path: "artifacts/replay.png" });

  // In the middle of the call: its bar is part of the way, and the terminal is as it was.
  await calls.getByRole("button").click();
  await expect(calls).toHaveText(/running/);
  await expect(terminal).not.toContainText("LAST-LINE");
  await expect(terminal).toContainText("FIRST-LINE");
  // Its only step stands until the file was made, which was later.
  const changes = await page.evaluate((): [ms: number, state: string, progress: number | null][] => {
    const [call] = JSON.parse(document.getElementById("calls")?.textContent ?? "[]");
    return call.changes;
  });
  const step = changes.find(([, , progress]) => progress === 1)?.[0] ?? 0;
  const end = changes.find(([, state]) => state === "finished")?.[0] ?? 0;
  expect(end - step).toBeGreaterThan(10);
  await scrub(page, Math.round((step + end) / 2));
  const bar = calls.getByRole("progressbar");
  expect(await bar.evaluate((one) => (one instanceof HTMLProgressElement ? one.position : -1))).toBe(0.5);

  await scrub(page, Math.max(step + 1, end - 500));
  const says = await page.getByRole("button", { name: "Play" }).evaluate((button) => {
    if (button instanceof HTMLElement) button.click();
    return button.textContent;
  });
  expect(says).toBe("Pause");
  await expect(calls).toHaveText(/finished/);
  await expect(terminal).toContainText("LAST-LINE");
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();

  await scrub(page, 0);
  await expect(terminal).not.toContainText("LAST-LINE");
  await expect(calls).toHaveCount(0);
  expect(asked).toEqual([address]);
  expect(wrong).toEqual([]);
});
