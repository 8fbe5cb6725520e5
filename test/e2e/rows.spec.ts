/** Proves that rows of calls say what about, in the list and in the waterfall: the end of a path, a command, the server where it tells. */
import { expect, type Page, test } from "@playwright/test";
import { list, openMain, send, startMainScene } from "../support/scripted-gateway/main-page.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";

let gateway: ScriptedGateway;
test.beforeEach(async () => {
  gateway = await startMainScene();
});
test.afterEach(() => gateway.dispose());

const rowOf = (page: Page, call: string) => list(page).locator(`[data-call="${call}"]`);
/** Whether the last characters of a text are inside of the box that cuts it. */
const showsEnd = (page: Page, call: string, text: string) =>
  rowOf(page, call)
    .getByText(text)
    .evaluate((element) => {
      const box = (element.parentElement ?? element).getBoundingClientRect();
      const { lastChild } = element;
      const range = document.createRange();
      range.setStart(lastChild ?? element, (lastChild?.textContent?.length ?? 1) - 1);
      range.setEnd(lastChild ?? element, lastChild?.textContent?.length ?? 1);
      const end = range.getBoundingClientRect();
      return end.width > 0 && end.left >= box.left - 1 && end.right <= box.right + 1;
    });

test("a call says its path within the session's folder, and a long one keeps its end, in list and waterfall", async ({
  page,
}) => {
  await openMain(page, gateway);
  const folder = "/home/me/src/api";
  const deep = "packages/router/src/internal/matching/trie/compile-segment.test.ts";
  send(gateway, { tool: "read_file", call: "p1", kind: "started", args: { path: "/home/me/notes/plan.md" } });
  send(gateway, { tool: "read_file", call: "p2", kind: "started", args: { path: `${folder}/${deep}` } });
  await expect(rowOf(page, "p1")).toContainText("~/notes/plan.md");
  await expect(rowOf(page, "p2")).toContainText(deep);
  await expect.poll(() => showsEnd(page, "p2", deep)).toBe(true);
  await page.getByRole("button", { name: "Waterfall" }).click();
  await expect(rowOf(page, "p2")).toContainText(deep);
  await expect.poll(() => showsEnd(page, "p2", deep)).toBe(true);
});

test("a long name is cut in its middle, and the summary beside it keeps room", async ({ page }) => {
  await openMain(page, gateway);
  const tool = "browser_accessibility_snapshot_of_the_whole_page_start";
  send(gateway, { tool, call: "n1", kind: "started", args: { selector: "#main" } });
  const row = rowOf(page, "n1");
  await expect(row).toContainText("#main");
  await expect(row.getByText("age_start", { exact: true })).toBeInViewport();
  await expect.poll(async () => (await row.getByText("#main").boundingBox())?.width).toBeGreaterThan(30);
});

test("the time of day stands in the row under the pointer, and nothing in it moves", async ({ page }) => {
  await openMain(page, gateway);
  const row = rowOf(page, "t4-1");
  await expect(row.getByText("deploy_preview")).toBeVisible();
  const before = await row.getByText("deploy_preview").boundingBox();
  const time = row.getByText(/^\d\d:\d\d:\d\d$/);
  await expect(time).toBeHidden();
  await row.hover();
  await expect(time).toBeVisible();
  expect(await row.getByText("deploy_preview").boundingBox()).toEqual(before);
});

test("what an agent writes into its arguments neither hides nor reorders anything in the row", async ({ page }) => {
  await openMain(page, gateway);
  const args = { command: "rm -rf \u202e/tmp\u0007 \u200bx\n<img src=x onerror=alert(1)>" };
  send(gateway, { tool: "shell", call: "h1", kind: "started", args });
  await expect(rowOf(page, "h1")).toContainText("rm -rf \uFFFD/tmp␇ \uFFFDx <img src=x onerror=alert(1)>");
  await expect(page.locator("#root img")).toHaveCount(0);
});

test("a device is revoked only after a question, which says when it is the browser that one uses", async ({ page }) => {
  await openMain(page, gateway);
  await page.goto(`${gateway.url}/settings/devices`);
  const devices = page.getByRole("list", { name: "Devices" });
  await devices
    .getByRole("button", { name: /^Revoke / })
    .first()
    .click();
  const question = page.getByRole("dialog", { name: /^(Revoke .*|Sign this browser out)\?$/ });
  await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(devices).toBeVisible();
});

test("in a browser a copied link is one that a browser opens", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openMain(page, gateway);
  await rowOf(page, "t4-1").click();
  await page.getByRole("button", { name: "Copy link to this call" }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/session\/[^/]+\/call\/t4-1$/);
  await page.goto(await copied());
  await expect(page.getByRole("complementary", { name: "Call deploy_preview" })).toBeVisible();
});
