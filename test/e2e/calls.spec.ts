/** Proves that a refused call leads to the rule that refused it, and that a kept write and its call lead to each other. */
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { startHttpUpstream, status } from "../support/daemon/http-upstream.ts";
import { Product } from "../support/product.ts";
import { seriousFindings } from "../support/serious-findings.ts";

const AGENT = resolve("test/fixtures/agents/call-tool.ts");
const SERVER = resolve("test/fixtures/upstream/scripted-server.ts");
const STARTED = { timeout: 45_000 };

let product: Product;
test.afterEach(() => product.stop());

const settings = (body: object) =>
  expect
    .poll(
      async () => (await product.fetch("/api/v1/tool-settings", { method: "PUT", body: JSON.stringify(body) })).ok,
      STARTED,
    )
    .toBe(true);

/** An agent that makes one call. */
const callOnce = (tool: string) =>
  product.createSession({
    agent: "custom",
    cwd: product.workFolder(),
    command: process.execPath,
    args: [AGENT, tool, '{"title":"one"}'],
  });

async function openRefused(page: Page, id: string, tool: string): Promise<void> {
  await product.open(page, `/session/${id}`);
  const row = page.getByRole("row", { name: new RegExp(tool) });
  await expect(row).toContainText("Refused:", STARTED);
  await row.click();
}

test("a call that a rule refuses has a row with its reason, and a button to the switch that refused it", async ({
  page,
}) => {
  product = await Product.start({
    servers: { notes: { command: process.execPath, args: [SERVER, "--bare", "--tools", "read,write"] } },
  });
  await settings({ hide: [{ server: "notes", tool: "write" }] });
  await openRefused(page, await callOnce("write"), "write");
  const drawer = page.getByRole("complementary", { name: "Call write" });
  await expect(drawer).toContainText("Tool write is not available: a rule hides it.");
  await expect(drawer).toContainText("Signalbox refused the call (hidden by a rule); no server saw it.");
  await expect(drawer).not.toContainText("refused-hidden");
  expect(await seriousFindings(page)).toEqual([]);
  await drawer.getByRole("button", { name: "Show the tool's switch" }).click();
  const tool = page.getByRole("dialog", { name: "MCP servers" }).getByRole("switch", { name: /Offer write to agents/ });
  await expect(tool).toBeFocused();
  await expect(tool).not.toBeChecked();
  await page.screenshot({ path: "artifacts/refused-rule.png" });
});

test("a call that read-only mode refuses leads to that switch, one of an unknown tool to the servers", async ({
  page,
}) => {
  product = await Product.start({
    servers: { notes: { command: process.execPath, args: [SERVER, "--bare", "--tools", "read,write"] } },
  });
  await settings({ read_only: true });
  await openRefused(page, await callOnce("write"), "write");
  await page.getByRole("button", { name: "Show read-only mode" }).click();
  const dialog = page.getByRole("dialog", { name: "MCP servers" });
  await expect(dialog.getByRole("switch", { name: "Read-only mode" })).toBeFocused();
  await page.keyboard.press("Escape");

  const id = await callOnce("no_such_tool");
  await page.goto(`${product.url}/session/${id}`);
  await page.getByRole("row", { name: /no_such_tool/ }).click(STARTED);
  await page.getByRole("button", { name: "Show MCP servers" }).click();
  await expect(dialog.getByText("notes", { exact: true })).toBeVisible();
});

test("a kept write leads to its call and back, also after the daemon was killed and started again", async ({
  page,
}) => {
  const wiki = await startHttpUpstream([{ name: "create_page", inputSchema: { type: "object" } }]);
  try {
    wiki.behave(status(503));
    product = await Product.start({ servers: { wiki: { url: wiki.url } } });
    await settings({ buffer: [{ server: "wiki", tool: "create_page" }] });
    const id = await callOnce("create_page");
    await product.open(page, "/");
    const bar = page.locator("footer");
    const toCallAndBack = async () => {
      await bar.getByRole("button", { name: /1 in the outbox/ }).click(STARTED);
      await page.getByRole("link", { name: "Show call of create_page" }).click();
      await expect(page).toHaveURL(new RegExp(`/session/${id}/call/c1-[0-9a-f]{12}$`));
      const drawer = page.getByRole("complementary", { name: "Call create_page" });
      await expect(drawer).toContainText("Waiting for its server");
      await drawer.getByRole("button", { name: "Show in the outbox" }).click();
      const entry = page.getByRole("list", { name: "Outbox" }).getByRole("listitem");
      await expect(entry.getByRole("button").first()).toBeFocused();
      await expect(entry).toContainText("create_page · wiki");
      await page.keyboard.press("Escape");
    };
    await toCallAndBack();
    const before = product.daemonPid();
    process.kill(before, "SIGKILL");
    await expect
      .poll(() => product.daemonPid() !== before, STARTED)
      .toBe(true)
      .catch(() => undefined);
    await toCallAndBack();
  } finally {
    await wiki.down();
  }
});
