/** Proves that a person sees what a session's program serves beside its terminal, and that it stays right when things change. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, type FrameLocator, type Page, test } from "@playwright/test";
import { freePort } from "../support/listen.ts";
import { Product, signalbox } from "../support/product.ts";
import { seriousFindings } from "../support/serious-findings.ts";
import { typeInTerminal } from "../support/type-in-terminal.ts";

let product: Product;
let folder: string;
let session: string;
let port: number;
test.beforeEach(async () => {
  product = await Product.start();
  folder = product.workFolder({ "page.txt": "first version" });
  port = await freePort();
  // A shell that reads no file of the machine's own.
  session = await product.createSession({ agent: "custom", command: "/bin/sh", label: "Shop", cwd: folder });
});
test.afterEach(() => product.stop());

const pane = (page: Page) => page.getByRole("region", { name: "Preview" });
const shown = (page: Page): FrameLocator => pane(page).frameLocator("iframe");
const chip = (page: Page) => page.getByRole("button", { name: /Open preview/ });
/** Once the shell asks: it throws away what was typed before. */
async function startServer(page: Page): Promise<void> {
  await expect(page.locator(".xterm-rows")).toContainText(/[#$] /);
  await typeInTerminal(page, `node ${resolve("test/fixtures/programs/dev-server.mjs")} ${port}\n`);
}

test("a program that begins to listen is one click away, stays right through edits, its end and its return, and a reload", async ({
  page,
}) => {
  await product.open(page, `/session/${session}`);
  await startServer(page);
  await expect(chip(page)).toContainText(String(port));
  await chip(page).click();
  await expect(shown(page).getByRole("heading", { name: "first version" })).toBeVisible();
  await expect(page).toHaveURL(`${product.url}/session/${session}/preview/${port}`);
  expect(await seriousFindings(page)).toEqual([]);

  const opened = await shown(page).locator("#opened").textContent();
  writeFileSync(join(folder, "page.txt"), "second version");
  await expect(shown(page).getByRole("heading", { name: "second version" })).toBeVisible();
  expect(await shown(page).locator("#opened").textContent()).toBe(opened);

  const path = pane(page).getByRole("textbox", { name: /^Path at localhost/ });
  await path.fill("/shop?x=1");
  await path.press("Enter");
  await expect(shown(page).locator("#where")).toHaveText("/shop?x=1");
  await page.reload();
  await expect(shown(page).locator("#where")).toHaveText("/shop?x=1");

  await path.fill("https://example.org/");
  await path.press("Enter");
  await expect(pane(page).getByRole("alert")).toHaveText("Not a path of this port");
  await path.fill("/unframed");
  await path.press("Enter");
  await expect(pane(page).getByText("This page refuses to be framed.")).toBeVisible();
  await expect(pane(page).getByRole("button", { name: "Open in the browser" })).toBeVisible();
  await path.fill("/");
  await path.press("Enter");
  await expect(shown(page).getByRole("heading", { name: "second version" })).toBeVisible();

  await typeInTerminal(page, "\u0003");
  await page.keyboard.press("Control+c");
  await expect(
    pane(page)
      .getByRole("paragraph")
      .filter({ hasText: `Nothing listens on port ${port}.` }),
  ).toBeVisible();
  expect(await seriousFindings(page)).toEqual([]);
  await startServer(page);
  await expect(shown(page).getByRole("heading", { name: "second version" })).toBeVisible();
});

test("a preview comes back by itself after the gateway has restarted", async ({ page }) => {
  await product.open(page, `/session/${session}`);
  await startServer(page);
  await chip(page).click();
  await expect(shown(page).getByRole("heading", { name: "first version" })).toBeVisible();
  const opened = await shown(page).locator("#opened").textContent();
  await product.stopGateway();
  writeFileSync(join(folder, "page.txt"), "while it was away");
  await product.startGateway();
  await expect(shown(page).getByRole("heading", { name: "while it was away" })).toBeVisible();
  expect(await shown(page).locator("#opened").textContent()).not.toBe(opened);
});

test("everything about a preview can be done with the keyboard alone, also where there is room for one pane", async ({
  page,
}) => {
  await page.setViewportSize({ width: 400, height: 800 });
  await product.open(page, `/session/${session}`);
  await startServer(page);
  await expect(chip(page)).toBeVisible();
  await page.keyboard.press("Control+Shift+E");
  await expect(shown(page).getByRole("heading", { name: "first version" })).toBeVisible();
  expect(await seriousFindings(page)).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(400);

  const command = async (name: string) => {
    await page.keyboard.press("F1");
    await page.keyboard.type(name);
    await expect(page.getByRole("option").first()).toContainText(name);
    await page.keyboard.press("Enter");
  };
  await command("Go to the preview's address bar");
  await expect(pane(page).getByRole("textbox", { name: /^Path at/ })).toBeFocused();
  await page.keyboard.type("/by-keys");
  await page.keyboard.press("Enter");
  await expect(shown(page).locator("#where")).toHaveText("/by-keys");

  await command("Ports of the session");
  const ports = page.getByRole("dialog", { name: /^Ports of/ });
  await expect(ports.getByRole("button", { name: /^Withdraw/ })).toBeVisible();
  expect(await seriousFindings(page)).toEqual([]);
  const free = await freePort();
  await ports.getByRole("textbox", { name: "Port", exact: true }).fill("70000");
  await page.keyboard.press("Enter");
  await expect(ports.getByRole("alert")).toContainText("from 1 to 65535");
  await ports.getByRole("textbox", { name: "Port", exact: true }).fill(String(free));
  await ports.getByRole("textbox", { name: "Label (optional)" }).fill("api");
  await page.keyboard.press("Enter");
  await expect(ports.getByText(`api · ${free}`)).toBeVisible();
  await page.keyboard.press("Escape");

  await command("Share the preview");
  const share = page.getByRole("dialog", { name: /^Share/ });
  await share.getByRole("button", { name: "Make a link" }).press("Enter");
  await expect(share.getByText(/^Digits: \d{6}$/)).toBeVisible();
  expect(await seriousFindings(page)).toEqual([]);
  await share.getByRole("button", { name: /^Revoke/ }).press("Enter");
  await expect(share.getByText(/^Digits/)).toBeHidden();
  await page.keyboard.press("Escape");

  await page.keyboard.press("Control+Shift+E");
  await expect(pane(page)).toBeHidden();
  await expect(page.getByRole("region", { name: "Terminal" })).toBeVisible();
});

test("a device that may only watch sees the chip, and is refused in words", async ({ page }) => {
  const watching = await product.fetch("/api/v1/pairing", {
    method: "POST",
    body: JSON.stringify({ scope: "read-only" }),
  });
  const { link_code } = (await watching.json()) as { link_code: string };
  const owner = await page.context().newPage();
  await product.open(owner, `/session/${session}`);
  await startServer(owner);
  await expect(chip(owner)).toBeVisible();
  await owner.evaluate(() => localStorage.clear());
  await owner.close();
  await page.goto(`${product.url}/session/${session}#pair=${link_code}`);
  await chip(page).click();
  await expect(pane(page).getByText("This device may only watch, and using a page is acting.")).toBeVisible();
  expect(await seriousFindings(page)).toEqual([]);
});

test("`signalbox preview` prints an address that lets one browser in, once", async ({ page, browser }) => {
  await product.open(page, `/session/${session}`);
  await startServer(page);
  await expect(chip(page)).toBeVisible();
  const run = (...args: string[]) => signalbox(["preview", ...args, "--home", product.home]);
  const closed = await run("Shop", String(port));
  expect(closed.code).toBe(1);
  expect(closed.stderr).toContain("not exposed");
  const printed = await run("Shop", String(port), "--expose", "--path", "/cli", "--json");
  const said = JSON.parse(printed.stdout) as { url: string; preview: string; port: number };
  expect(said.port).toBe(port);
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(said.url);
  await expect(stranger.locator("#where")).toHaveText("/cli");
  const late = await (await browser.newContext()).newPage();
  await late.goto(said.url);
  await expect(late.getByRole("heading", { name: "This preview is closed." })).toBeVisible();
  expect((await run("nobody")).code).toBe(1);
});

test("A64: an agent offers its page by open_preview: nothing opens by itself, and a person's click exposes it and shows the place", async ({
  page,
}) => {
  const on = await product.fetch("/api/v1/daemon/settings", {
    method: "PUT",
    body: JSON.stringify({ person_tools: true }),
  });
  expect(on.ok).toBe(true);
  const node = process.execPath;
  const serve = `${node} ${resolve("test/fixtures/programs/dev-server.mjs")} ${port}`;
  const isUp = `${node} -e 'fetch("http://127.0.0.1:${port}/").catch(() => process.exit(1))'`;
  const offer = `${node} ${resolve("test/fixtures/agents/call-tool.ts")} open_preview '{"port": ${port}, "path": "/shop?x=1"}'`;
  const agent = await product.createSession({
    agent: "custom",
    command: "/bin/sh",
    args: ["-c", `${serve} & until ${isUp}; do sleep 0.2; done; ${offer}; wait`],
    label: "Agent",
    cwd: folder,
  });
  await product.open(page, `/session/${agent}`);
  const strip = page.getByRole("region", { name: "Waits for you" });
  await expect(strip).toContainText(`localhost:${port}/shop?x=1`, { timeout: 45_000 });
  await expect(pane(page)).toHaveCount(0);
  await strip.getByRole("button", { name: `Expose port ${port} and open` }).click();
  await expect(shown(page).locator("#where")).toHaveText("/shop?x=1");
  await expect(strip).toHaveCount(0);
});
