/** Proves that a person can look at several sessions at once, give one a window of its own, and write to several. */
import { expect, type Page, test } from "@playwright/test";
import { openMain, scene, session, startMainScene, terminal } from "../support/scripted-gateway/main-page.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";
import { seriousFindings } from "../support/serious-findings.ts";

let gateway: ScriptedGateway;
test.beforeEach(async () => {
  gateway = await startMainScene();
});
test.afterEach(() => gateway.dispose());

async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press("F1");
  await page.getByRole("combobox").fill(words);
  await expect(page.getByRole("option").first()).toBeVisible();
  await page.keyboard.press("Enter");
}

async function beside(page: Page): Promise<void> {
  await command(page, "another session side by side");
  await page.getByRole("dialog", { name: "Show side by side" }).getByRole("button").nth(1).click();
}

const places = async (page: Page) => {
  const boxes = await Promise.all((await terminal(page).all()).map((each) => each.boundingBox()));
  return boxes.map((box) => ({ x: Math.round(box?.x ?? 0), y: Math.round(box?.y ?? 0) }));
};
const count = (values: number[]) => new Set(values).size;

test("up to four sessions stand in columns, rows or a grid; a closed pane gives its room to the others", async ({
  page,
}) => {
  await openMain(page, gateway);
  for (let at = 2; at <= 4; at += 1) {
    await beside(page);
    await expect(terminal(page)).toHaveCount(at);
  }
  await expect.poll(async () => count((await places(page)).map(({ x }) => x))).toBe(4);
  await command(page, "arrange panes");
  await expect.poll(async () => count((await places(page)).map(({ y }) => y))).toBe(4);
  await command(page, "arrange panes");
  await expect
    .poll(async () => {
      const all = await places(page);
      return [count(all.map(({ x }) => x)), count(all.map(({ y }) => y))];
    })
    .toEqual([2, 2]);
  expect(await seriousFindings(page)).toEqual([]);
  const before = await page.title();
  await command(page, "go to the next pane");
  await expect.poll(() => page.title()).not.toBe(before);
  await page
    .getByRole("button", { name: /^Close the pane of/ })
    .first()
    .click();
  await expect(terminal(page)).toHaveCount(3);
  await command(page, "show one session");
  await expect(terminal(page)).toHaveCount(1);
});

test("a session has a window of its own with its terminal alone, and stays in it after a reload", async ({ page }) => {
  await openMain(page, gateway);
  const opening = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Session actions" }).click();
  await page.getByRole("menuitem", { name: "Open in its own window" }).click();
  const own = await opening;
  for (const _ of ["opened", "reloaded"]) {
    await expect(terminal(own)).toContainText("Refactoring");
    await expect(own.getByRole("listbox", { name: "Sessions" })).toHaveCount(0);
    await expect(own.getByRole("grid", { name: "Activity" })).toHaveCount(0);
    await own.reload();
  }
  expect(await seriousFindings(own)).toEqual([]);
});

test("one text goes to the prompts of the chosen sessions, and who could not be reached stays chosen", async ({
  page,
}) => {
  await openMain(page, gateway);
  await command(page, "send text to several");
  const dialog = page.getByRole("dialog", { name: "Send text to several sessions" });
  await expect(dialog.getByRole("textbox", { name: "Text" })).toBeFocused();
  await page.keyboard.type("git status");
  const boxes = dialog.getByRole("group", { name: "To" }).getByRole("checkbox");
  const all = await boxes.count();
  expect(all).toBeGreaterThan(1);
  for (let at = 0; at < all; at += 1) await boxes.nth(at).check();
  expect(await seriousFindings(page)).toEqual([]);
  await dialog.getByRole("button", { name: `Send to ${all} sessions` }).click();
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => gateway.typed.filter((text) => text === "git status\r").length).toBe(all);
});

test("a text of several lines is one line to a program that takes line breaks for Enter, and pasted text to one that asks for it", async ({
  page,
}) => {
  const main = scene("main");
  const other =
    main.app.sessions.find(({ id, terminal: { state } }) => state === "running" && id !== session)?.id ?? "";
  const terminals = {
    ...main.terminals,
    [session]: { screen: () => "Refactoring\u001b[?2004h" },
    [other]: { screen: () => "plain" },
  };
  gateway.setScene({ ...main, terminals });
  await openMain(page, gateway);
  await command(page, "send text to several");
  const dialog = page.getByRole("dialog", { name: "Send text to several sessions" });
  await dialog.getByRole("textbox", { name: "Text" }).fill("one\ntwo");
  await dialog.getByRole("checkbox", { name: "Press Enter after it" }).uncheck();
  const boxes = dialog.getByRole("group", { name: "To" }).getByRole("checkbox");
  for (let at = 0; at < (await boxes.count()); at += 1) await boxes.nth(at).check();
  await dialog.getByRole("button", { name: /^Send to/ }).click();
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => gateway.typed).toContain("\u001b[200~one\rtwo\u001b[201~");
  await expect.poll(() => gateway.typed).toContain("one two");
});
