/** Proves what a person can do with a call and its result: read Markdown that can do nothing, copy as curl, pin; and with a session's tools. */
import { expect, type Page, test } from "@playwright/test";
import { keepNotes } from "../support/keep-notes.ts";
import { openMain, session, startMainScene } from "../support/scripted-gateway/main-page.ts";
import { scenes } from "../support/scripted-gateway/scenes.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";
import { seriousFindings } from "../support/serious-findings.ts";

let gateway: ScriptedGateway;
// Several looks of axe in one test take their time on a busy machine.
test.setTimeout(240_000);
test.beforeAll(async () => {
  gateway = await startMainScene();
});
test.afterAll(() => gateway.dispose());

const REPORT = `# Two pages found

- **Setup** and \`config.toml\`
- [your bank](https://elsewhere.example/login)

| page | size |
|---|---|
| a | 1 |

<img src="https://elsewhere.example/x.png"> ![chart](https://elsewhere.example/chart.png)
`;

async function open(page: Page): Promise<void> {
  await keepNotes(page);
  await openMain(page, gateway);
}

async function openReport(page: Page): Promise<void> {
  const base = { tool: "find_pages", server: "vercel", call: "report", timestamp: new Date().toISOString() };
  const at = base.timestamp;
  gateway.sendEvents(session, {
    events: [
      { seq: 900_001, at, event: { ...base, kind: "started", args: { query: "it's" } } },
      {
        seq: 900_002,
        at,
        event: { ...base, kind: "finished", duration_ms: 12, result: { content: [{ type: "text", text: REPORT }] } },
      },
    ],
  });
  await page.getByRole("row", { name: /find_pages/ }).click();
}

test("a report of a tool is shown formatted, asks nothing of other hosts, and shows where its links lead", async ({
  page,
}) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await open(page);
  await openReport(page);
  await page.getByRole("tab", { name: "Response" }).click();
  const panel = page.getByRole("tabpanel", { name: "Response" });
  await expect(
    panel
      .getByRole("cell", { name: "page", exact: true })
      .or(panel.getByText("page", { exact: true }))
      .first(),
  ).toBeVisible();
  await expect(panel.getByRole("listitem").first()).toContainText("Setup");
  await expect(panel.getByRole("link")).toHaveCount(0);
  await expect(panel.locator("img")).toHaveCount(0);
  const asks = page.waitForEvent("dialog");
  // A click ends only with the question that it raises.
  const click = panel.getByRole("button", { name: "https://elsewhere.example/login" }).click();
  const question = await asks;
  expect(question.message()).toContain("https://elsewhere.example/login");
  await question.dismiss();
  await click;
  expect(asked.filter((url) => url.includes("elsewhere"))).toEqual([]);
  expect(await seriousFindings(page)).toEqual([]);
  await page.screenshot({ path: "artifacts/response-markdown.png" });
  await panel.getByRole("button", { name: "Show as plain text" }).click();
  await expect(panel.locator("pre").first()).toContainText("# Two pages found");
});

test("a large result shows its beginning with its size, and the whole when it is asked for", async ({ page }) => {
  await open(page);
  const base = { tool: "dump_table", server: "vercel", call: "dump", timestamp: new Date().toISOString() };
  const at = base.timestamp;
  const rows = Array.from({ length: 30_000 }, (_, row) => ({ row, value: `value of row ${row} in the table` }));
  gateway.sendEvents(session, {
    events: [
      { seq: 900_011, at, event: { ...base, kind: "started", args: {} } },
      { seq: 900_012, at, event: { ...base, kind: "finished", duration_ms: 12, result: { rows } } },
    ],
  });
  await page.getByRole("row", { name: /dump_table/ }).click();
  await page.getByRole("tab", { name: "Response" }).click();
  const panel = page.getByRole("tabpanel", { name: "Response" });
  await expect(panel.getByText(/^The beginning of [\d.]+ MB\.$/)).toBeVisible();
  await expect(panel.getByRole("button", { name: "Copy all" })).toBeVisible();
  await page.screenshot({ path: "artifacts/response-preview.png" });
  await panel.getByRole("button", { name: "Show all" }).click();
  await expect(panel.getByRole("tree", { name: "Response" })).toBeVisible();
});

test("a call is copied as curl without a key, and stays in reach when it is pinned", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.route("**/api/v1/servers", (route) =>
    route.fulfill({
      json: {
        mcpServers: { vercel: { url: "https://mcp.example/mcp?key=abc", headers: { Authorization: "Bearer sk-1" } } },
      },
    }),
  );
  await open(page);
  await openReport(page);
  await page.getByRole("button", { name: "Copy as curl" }).click();
  await expect(page.getByText("curl command copied")).toBeVisible();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toContain("https://mcp.example/mcp?key=$");
  expect(command).not.toMatch(/abc|sk-1/);
  await page.getByRole("button", { name: "Pin call" }).click();
  const pins = page.getByRole("list", { name: "Pinned calls" });
  await expect(pins.getByRole("button", { name: /^find_pages/ })).toBeVisible();
  await page.keyboard.press("Escape");
  expect(await seriousFindings(page)).toEqual([]);
  await page.screenshot({ path: "artifacts/pinned.png" });
  await pins.getByRole("button", { name: "Unpin find_pages" }).click();
  await expect(pins).toHaveCount(0);
});

test("a session's tools are narrowed from its menu, and what is off for all stays off", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Session actions" }).first().click();
  await page.getByRole("menuitem", { name: "Tools…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Off for all sessions.").first()).toBeVisible();
  await dialog.locator("[role=switch]:not([aria-disabled=true]):not([data-disabled])").nth(1).click();
  const put = () => gateway.requests.filter(({ method, path }) => method === "PUT" && path.includes(session)).at(-1);
  await expect.poll(() => put()?.path).toBe(`/api/v1/sessions/${session}/tool-settings`);
  expect(put()?.body).toContain('"hide":[{"server":');
  expect(await seriousFindings(page)).toEqual([]);
  await page.screenshot({ path: "artifacts/session-tools.png" });
});

test("colours of another terminal are brought along and history's limits are set", async ({ page }) => {
  const names = "black red green yellow blue purple cyan white".split(" ");
  const bright = names.map((name) => `bright${name[0]?.toUpperCase()}${name.slice(1)}`);
  const colours = Object.fromEntries([...names, ...bright].map((name) => [name, "#8899aa"]));
  await open(page);
  await page.keyboard.press("Control+,");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Appearance", exact: true }).click();
  await dialog.getByRole("button", { name: "Import…" }).click();
  await dialog
    .getByRole("textbox", { name: "Colour theme" })
    .fill(JSON.stringify({ name: "Slate", background: "#123456", foreground: "#ffffff", ...colours }));
  await page.screenshot({ path: "artifacts/theme-import.png" });
  await dialog.getByRole("button", { name: "Add theme" }).click();
  await expect(dialog.getByRole("combobox", { name: "Terminal colours" })).toHaveValue("Slate");
  expect(await seriousFindings(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Privacy and data" }).click();
  await dialog.getByRole("spinbutton", { name: "Keep history for" }).fill("30");
  await dialog.getByRole("button", { name: "Save limits" }).click();
  await expect
    .poll(() => gateway.requests.find(({ method, path }) => method === "PUT" && path.endsWith("/history-limits"))?.body)
    .toBe('{"days":30,"megabytes":2048}');
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Save limits" })).toHaveCount(0);
  expect(await seriousFindings(page)).toEqual([]);
  await page.screenshot({ path: "artifacts/privacy.png" });
  await page.keyboard.press("Escape");
  await expect(page.getByRole("region", { name: "Terminal" }).locator("> div").last()).toHaveCSS(
    "background-color",
    "rgb(18, 52, 86)",
  );
  await page.screenshot({ path: "artifacts/theme.png" });
});

test("deleting all history asks first, and spares every session whose program runs", async ({ page }) => {
  await open(page);
  const running = scenes(Date.now())
    .find(({ name }) => name === "main")
    ?.app.sessions.filter(({ terminal }) => terminal.state === "running" || terminal.state === "starting")
    .map(({ id }) => id);
  const deleted = () =>
    gateway.requests.filter(({ method }) => method === "DELETE").map(({ path }) => path.split("/").at(-1) ?? "");
  await page.keyboard.press("Control+,");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Privacy and data" }).click();
  await dialog.getByRole("button", { name: "Delete…" }).click();
  await expect(dialog.getByText(/are removed for good/)).toBeVisible();
  expect(deleted()).toEqual([]);
  await dialog.getByRole("button", { name: /^Delete \d+ session/ }).click();
  await expect(page.getByText(/^Deleted the history of \d+ session/).first()).toBeVisible();
  expect(running?.length).toBeGreaterThan(0);
  expect(deleted().length).toBeGreaterThan(0);
  for (const id of running ?? []) expect(deleted()).not.toContain(id);
});
