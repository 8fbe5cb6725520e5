/** Proves that a call's detail lets one read call after call: same page, the result at first sight, each block copied by itself. */
import { expect, type Page, test } from "@playwright/test";
import { list, openMain, send, startMainScene } from "../support/scripted-gateway/main-page.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";

let gateway: ScriptedGateway;
test.beforeEach(async () => {
  gateway = await startMainScene();
});
test.afterEach(() => gateway.dispose());

async function endedCall(page: Page, call: string, text: string): Promise<void> {
  send(gateway, { tool: `tool_${call}`, call, kind: "started", args: { path: "/a" } });
  send(gateway, { tool: `tool_${call}`, call, kind: "finished", result: { content: [{ type: "text", text }] } });
  await expect(list(page).getByText(`tool_${call}`)).toBeVisible();
}
const detail = (page: Page) => page.getByRole("complementary", { name: /^Call / });

test("previous and next, by button and by key, keep the page of the detail and the focus", async ({ page }) => {
  await openMain(page, gateway);
  await endedCall(page, "d1", "first answer");
  await endedCall(page, "d2", "second answer");
  await list(page).locator('[data-call="d2"]').click();
  await detail(page).getByRole("tab", { name: "Response" }).click();
  await expect(detail(page)).toContainText("second answer");
  const older = detail(page).getByRole("button", { name: "Older call" });
  await older.click();
  await expect(detail(page).getByRole("heading", { name: "tool_d1" })).toBeVisible();
  await expect(detail(page)).toContainText("first answer");
  await expect(older).toBeFocused();
  await page.keyboard.press("Alt+ArrowUp");
  await expect(detail(page)).toContainText("second answer");
  await expect(detail(page).getByRole("tab", { name: "Response" })).toHaveAttribute("aria-selected", "true");
});

test("the result stands on the first page, once, and is copied as it reads", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openMain(page, gateway);
  await endedCall(page, "d3", "line one\nline two");
  await list(page).locator('[data-call="d3"]').click();
  await expect(detail(page).getByText("line two")).toHaveCount(1);
  await expect(detail(page).getByRole("tree", { name: "Result" })).toHaveCount(0);
  await detail(page).getByRole("button", { name: "Copy Result" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("line one\nline two");
});
