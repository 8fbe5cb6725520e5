/** Proves that writes which wait are counted where a person looks, live, and that the person decides what becomes of them. */
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { type HttpUpstream, startHttpUpstream, status, succeed } from "../support/daemon/http-upstream.ts";
import { Product } from "../support/product.ts";

const AGENT = resolve("test/fixtures/agents/call-tool.ts");

let product: Product;
let wiki: HttpUpstream;
test.beforeEach(async () => {
  wiki = await startHttpUpstream([{ name: "create_page", inputSchema: { type: "object" } }]);
  product = await Product.start({ servers: { wiki: { url: wiki.url } } });
  const buffer = [{ server: "wiki", tool: "create_page" }];
  // As soon as there is a daemon.
  const change = () => product.fetch("/api/v1/tool-settings", { method: "PUT", body: JSON.stringify({ buffer }) });
  await expect.poll(async () => (await change()).ok, { timeout: 45_000 }).toBe(true);
});
test.afterEach(async () => {
  await product.stop();
  await wiki.down();
});

/** An agent that makes one write. */
const write = () =>
  product.createSession({
    agent: "custom",
    cwd: product.workFolder(),
    command: process.execPath,
    args: [AGENT, "create_page", '{"title":"one"}'],
  });

/** By its place: behind a dialog it has no role. */
const bar = (page: Page) => page.locator("footer");

test("a write that waits is counted, goes to the person when its server refuses it, and is delivered once it is sent again", async ({
  page,
}) => {
  wiki.behave(status(503));
  const id = await write();
  await product.open(page, `/session/${id}`);
  await expect(bar(page)).toContainText("1 in the outbox", { timeout: 45_000 });
  await page.keyboard.press("F1");
  await page.keyboard.type("outbox");
  await page.getByRole("option", { name: /^Outbox/ }).click();
  const entry = page.getByRole("list", { name: "Outbox" }).getByRole("listitem");
  await expect(entry).toContainText("create_page · wiki");
  await expect(entry).toContainText("Waiting");

  // Whether its own next attempt or the person's comes first makes no difference.
  wiki.behave(status(400));
  const sendNow = entry.getByRole("button", { name: "Send now" });
  await expect(async () => {
    if (!(await entry.textContent())?.includes("refused")) await sendNow.click({ timeout: 5_000 });
    await expect(entry).toContainText("The server refused it", { timeout: 5_000 });
  }).toPass();
  await expect(bar(page)).toContainText("1 write needs your decision");

  wiki.behave(succeed);
  // An attempt of before may still be on its way, and be the one that succeeds.
  await expect(async () => {
    if (await sendNow.isVisible()) await sendNow.click({ timeout: 5_000 });
    await expect(page.getByText("Nothing waits.")).toBeVisible({ timeout: 10_000 });
  }).toPass();
  await expect(bar(page)).toContainText("Outbox empty");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("row", { name: /create_page/ })).toContainText("Delivered");
});

test("a write that waits is shown and asked about before it is discarded for good, and its call says so", async ({
  page,
}) => {
  wiki.behave(status(503));
  const id = await write();
  await product.open(page, `/session/${id}`);
  await bar(page)
    .getByRole("button", { name: /1 in the outbox/ })
    .click();
  await expect(page.getByRole("list", { name: "Outbox" })).toContainText("create_page · wiki");
  const discard = page.getByRole("list", { name: "Outbox" }).getByRole("button", { name: "Discard create_page" });
  // One that is being sent at that moment cannot be discarded, and stays.
  await expect(async () => {
    if (await discard.isVisible()) {
      await discard.click({ timeout: 5_000 });
      const question = page.getByRole("dialog", { name: "Discard this write to wiki?" });
      await expect(question).toContainText('"title": "one"');
      await page.keyboard.press("Escape");
      await expect(question).toBeHidden();
      await expect(page.getByRole("list", { name: "Outbox" })).toContainText("create_page · wiki");
      await discard.click({ timeout: 5_000 });
      await question.getByRole("button", { name: "Discard write" }).click({ timeout: 5_000 });
    }
    await expect(page.getByText("Nothing waits.")).toBeVisible({ timeout: 10_000 });
  }).toPass();
  await expect(bar(page)).toContainText("Outbox empty");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("row", { name: /create_page/ })).toContainText("Discarded");
});
