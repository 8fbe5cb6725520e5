/** Proves that the page can be used by everybody: keys alone, touch alone, at twice the size, and the focus is never lost. */
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { keepNotes } from "../support/keep-notes.ts";
import { actOut } from "../support/scripted-gateway/act-out.ts";
import type { Scene } from "../support/scripted-gateway/scene.ts";
import { scenes } from "../support/scripted-gateway/scenes.ts";
import { type ScriptedGateway, startScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";

let gateway: ScriptedGateway;

function scene(name: string): Scene {
  const found = scenes(Date.now()).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no scene ${name}`);
  return found;
}

test.beforeEach(async () => {
  gateway = await startScriptedGateway(resolve("out/renderer"), scene("main"));
});
test.afterEach(() => gateway.dispose());

async function open(page: Page, name: string): Promise<void> {
  gateway.setScene(scene(name));
  await actOut(page, gateway.url, scene(name));
}

const focusedTag = (page: Page) => page.evaluate(() => document.activeElement?.tagName ?? "BODY");
/** Whether something of this role has the focus, or surrounds what has it. */
const inside = (page: Page, role: string) =>
  page.evaluate((name) => (document.activeElement?.closest(`[role=${name}]`) ?? null) !== null, role);
const keepsFocus = (page: Page) => expect.poll(() => focusedTag(page)).not.toBe("BODY");

test("a command gets another key, which lasts; a key that means something else, or that the terminal needs, is refused", async ({
  page,
}) => {
  await open(page, "main");
  await page.keyboard.press("Control+,");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("searchbox", { name: "Search settings" }).fill("find in terminal");
  await dialog.getByRole("button", { name: "Change the keys of Find in terminal" }).click();
  await expect(dialog.getByPlaceholder("Press keys…")).toBeFocused();
  await page.keyboard.press("Control+Shift+B");
  await expect(dialog.getByText("It already means “Show or hide sessions”.")).toBeVisible();
  await page.keyboard.press("Control+r");
  await expect(dialog.getByText(/belongs to the terminal/)).toBeVisible();
  await page.keyboard.press("Control+Shift+Y");
  await expect(dialog.getByText("Ctrl ⇧ Y")).toBeVisible();
  await keepsFocus(page);
  const kept = () => page.evaluate(() => localStorage.getItem("signalbox.settings"));
  await expect.poll(async () => JSON.parse((await kept()) ?? "{}").keys).toEqual({ find: "ctrl+shift+y" });
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await page.keyboard.press("Control+Shift+Y");
  await expect(page.getByRole("textbox", { name: /Find/ })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("textbox", { name: /Find/ })).toHaveCount(0);
  await page.keyboard.press("Control+Shift+F");
  await expect(page.getByRole("textbox", { name: /Find/ })).toHaveCount(0);
});

test("every command is in the palette", async ({ page }) => {
  await open(page, "palette");
  const options = page.getByRole("dialog").getByRole("option");
  await expect(options.filter({ hasText: "Use system theme" })).toHaveCount(1);
  await expect(options.filter({ hasText: /^Outbox/ })).toHaveCount(1);
  await page.keyboard.type("devices");
  await expect(options.filter({ hasText: "Settings: Devices" })).toHaveCount(1);
});

test("the focus is never lost: not when a dialog closes, an entry is removed, a session deleted, a form put away", async ({
  page,
}) => {
  await keepNotes(page);
  await open(page, "main");
  for (const keys of ["F1", "Control+,", "Control+Shift+Enter"]) {
    await page.keyboard.press(keys);
    await expect(page.getByRole("dialog")).toBeVisible();
    await expect.poll(() => inside(page, "dialog")).toBe(true);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    await keepsFocus(page);
  }
  await page.getByRole("listbox", { name: "Sessions" }).getByRole("option").filter({ hasText: "changelog" }).click();
  await expect(page).toHaveTitle(/changelog/);
  await page.getByRole("button", { name: "Session actions" }).click();
  await expect.poll(() => inside(page, "menu")).toBe(true);
  await page.keyboard.press("End");
  await expect(page.getByRole("menuitem", { name: /Delete/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Deleted “changelog”").first()).toBeVisible();
  await keepsFocus(page);

  await open(page, "agents-own");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).press("Enter");
  await expect(page.getByRole("form", { name: "An agent of your own" })).toHaveCount(0);
  await keepsFocus(page);
  await page.getByRole("dialog").getByRole("button", { name: "Remove Aider" }).press("Enter");
  await expect(page.getByRole("button", { name: "Remove Aider" })).toHaveCount(0);
  await keepsFocus(page);
  await page.keyboard.press("Tab");
  await expect.poll(() => inside(page, "dialog")).toBe(true);
});

test("each page of the settings is reached, read and left with the keyboard alone", async ({ page }) => {
  await open(page, "settings-general");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("searchbox")).toBeFocused();
  const names = await dialog.getByRole("navigation").getByRole("button").allTextContents();
  expect(names).toContain("About");
  for (const name of names) {
    await page.keyboard.press("Tab");
    await expect(dialog.getByRole("navigation").getByRole("button", { name, exact: true })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(dialog.getByRole("heading", { level: 3, name, exact: true })).toBeVisible();
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("at twice the size everything is there: nothing is cut off at the side, and the main job is done with keys", async ({
  page,
}) => {
  await page.setViewportSize({ width: 720, height: 450 });
  for (const name of ["main", "settings-privacy", "server-edit", "agents-own", "new-session", "detail", "palette"]) {
    await open(page, name);
    const cut = () =>
      page.evaluate(() => {
        const wide = [...document.querySelectorAll<HTMLElement>("#root, [role=dialog]")];
        return wide
          .filter((element) => element.scrollWidth > element.clientWidth + 1)
          .map((element) => element.className);
      });
    await expect.poll(cut, name).toEqual([]);
  }
  await open(page, "main");
  await page.keyboard.press("Control+Shift+J");
  const list = page.getByRole("grid", { name: "Activity" });
  await expect(list.getByText("deploy_preview")).toBeVisible();
  const focused = () => list.evaluate((element) => element === document.activeElement);
  await expect(async () => {
    if (!(await focused())) await page.keyboard.press("F6");
    expect(await focused()).toBe(true);
  }).toPass();
  await page.keyboard.press("e");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary", { name: "Call deploy_preview" })).toContainText("Request timed out");
});

test.describe("by touch", () => {
  test.use({ viewport: { width: 400, height: 800 }, hasTouch: true, isMobile: true });
  test("a phone has the keys that its keyboard lacks, the activity as a sheet, and what can be done with a session", async ({
    page,
  }) => {
    await open(page, "main");
    const keys = page.getByRole("toolbar", { name: "Terminal keys" });
    await keys.getByRole("button", { name: "Escape" }).tap();
    await keys.getByRole("button", { name: "Tab", exact: true }).tap();
    await keys.getByRole("button", { name: "Up" }).tap();
    await keys.getByRole("button", { name: "Ctrl" }).tap();
    await expect(keys.getByRole("button", { name: "Ctrl" })).toHaveAttribute("aria-pressed", "true");
    await page.keyboard.type("c");
    await expect(keys.getByRole("button", { name: "Ctrl" })).toHaveAttribute("aria-pressed", "false");
    await page.keyboard.type("c");
    await expect.poll(() => gateway.typed.join("")).toBe("\u001b\t\u001b[A\u0003c");

    await page.getByRole("button", { name: "Activity sheet" }).tap();
    const list = page.getByRole("grid", { name: "Activity" });
    await list.getByText("deploy_preview").tap();
    await expect(page.getByRole("complementary", { name: "Call deploy_preview" })).toBeVisible();
    await page.getByRole("button", { name: "Close", exact: true }).tap();
    await page.getByRole("button", { name: "Session actions" }).tap();
    await expect(page.getByRole("menuitem", { name: "Rename…" })).toBeVisible();
  });
});
