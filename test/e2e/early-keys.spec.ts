/** Proves that keys which come before a dialog is drawn, has the focus or has followed mean what the person meant by them. */
import { expect, test } from "@playwright/test";
import { openMain, startMainScene } from "../support/scripted-gateway/main-page.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";

let gateway: ScriptedGateway;
test.beforeEach(async () => {
  gateway = await startMainScene();
});
test.afterEach(() => gateway.dispose());

test("what is typed into the palette and entered at once is what runs, not what stood first before", async ({
  page,
}) => {
  await openMain(page, gateway);
  await page.keyboard.press("F1");
  await expect(page.getByRole("option").first()).toBeVisible();
  await expect(page.getByRole("combobox")).toBeFocused();
  await page.evaluate(async () => {
    const field = document.activeElement;
    if (!(field instanceof HTMLInputElement)) throw new Error("the palette's field has no focus");
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, "keyboard shortcuts");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    // The field has its text, and the list, which is drawn in a task of its own, has not followed yet.
    await Promise.resolve();
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  });
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
});

test("what is pressed while a dialog is on its way is meant for it: text for its field, Escape for going back", async ({
  page,
}) => {
  const code = Promise.withResolvers<void>();
  await page.route("**/assets/overlays-*.js", async (route) => {
    await code.promise;
    await route.continue();
  });
  await openMain(page, gateway);
  await page.keyboard.press("F1");
  await page.keyboard.type("never");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+,");
  await page.keyboard.type("cursor");
  code.resolve();
  const settings = page.getByRole("dialog", { name: "Settings" });
  await expect(settings.getByRole("searchbox", { name: "Search settings" })).toHaveValue("cursor");
  await expect(settings.getByRole("searchbox", { name: "Search settings" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(settings).toHaveCount(0);
  await page.keyboard.press("F1");
  await expect(page.getByRole("combobox")).toBeFocused();
  await expect(page.getByRole("combobox")).toHaveValue("");
  expect(gateway.typed).toEqual([]);
});
