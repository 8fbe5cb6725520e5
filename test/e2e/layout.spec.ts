/** Proves what stays in view: the list beside a call's detail, and 80 columns of terminal beside the activity and the waterfall. */
import { expect, type Page, test } from "@playwright/test";
import { list, openMain, send, startMainScene } from "../support/scripted-gateway/main-page.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";

let gateway: ScriptedGateway;
test.beforeEach(async () => {
  gateway = await startMainScene();
});
test.afterEach(() => gateway.dispose());

const detail = (page: Page) => page.getByRole("complementary", { name: /^Call / });
/** As the status bar says it. */
const columns = async (page: Page) => {
  const text = await page.getByText(/^\d+ × \d+$/).textContent();
  return Number(text?.split(" ")[0]);
};

for (const width of [1440, 1100]) {
  test(`at ${width} px a terminal keeps 80 columns, beside the waterfall too`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await openMain(page, gateway);
    await expect.poll(() => columns(page)).toBeGreaterThanOrEqual(80);
    await expect.poll(async () => (await list(page).boundingBox())?.width ?? 0).toBeGreaterThan(350);
    await page.getByRole("button", { name: "Waterfall" }).click();
    await expect(page.getByRole("button", { name: "Waterfall", pressed: true })).toBeVisible();
    await expect.poll(() => columns(page)).toBeGreaterThanOrEqual(80);
  });

  test(`at ${width} px a call's detail stands beside the list, and the list leads through the calls`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 900 });
    await openMain(page, gateway);
    for (const call of ["b1", "b2"]) {
      send(gateway, { tool: `tool_${call}`, call, kind: "started" });
      send(gateway, { tool: `tool_${call}`, call, kind: "finished", result: { content: [] } });
    }
    await list(page).locator('[data-call="b2"]').click();
    await expect(detail(page)).toBeFocused();
    const left = (await list(page).boundingBox())?.x ?? 0;
    const right = async () => {
      const box = await detail(page).boundingBox();
      return (box?.x ?? 0) + (box?.width ?? 0);
    };
    await expect.poll(right).toBeLessThanOrEqual(left + 1);
    await expect.poll(async () => (await detail(page).boundingBox())?.width).toBeGreaterThan(400);
    await list(page).focus();
    await page.keyboard.press("ArrowDown");
    await expect(detail(page).getByRole("heading", { name: "tool_b1" })).toBeVisible();
    await expect(list(page)).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(detail(page)).toHaveCount(0);
    await expect(list(page)).toBeFocused();
  });
}

test("below 1100 px the detail lies over the list, and a closed activity leaves it no gap", async ({ page }) => {
  await page.setViewportSize({ width: 1000, height: 800 });
  await openMain(page, gateway);
  await list(page).locator('[data-call="t4-1"]').click();
  const right = async () => {
    const box = await detail(page).boundingBox();
    return Math.round((box?.x ?? 0) + (box?.width ?? 0));
  };
  await expect.poll(right).toBe(1000);
  await page.setViewportSize({ width: 1440, height: 800 });
  await expect.poll(right).toBeLessThan(1100);
  await page.keyboard.press("Control+Shift+J");
  await expect(list(page)).toHaveCount(0);
  await expect.poll(right).toBe(1440);
});

test("a terminal that was narrow once has its usual letters when it is wide again", async ({ page }) => {
  await openMain(page, gateway);
  const rows = () => page.getByText(/^\d+ × \d+$/).textContent();
  const before = await rows();
  await page.setViewportSize({ width: 600, height: 900 });
  await expect(page.getByRole("button", { name: "Activity sheet" })).toBeVisible();
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect.poll(rows).toBe(before);
});
