/** Proves what a person does in a terminal all day: pasting, its menu, going up and down in it, finding, and the size of its text. */
import { expect, type Page, test } from "@playwright/test";
import { openMain, scene, session, startMainScene, terminal } from "../support/scripted-gateway/main-page.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";
import { seriousFindings } from "../support/serious-findings.ts";
import { terminalInput } from "../support/type-in-terminal.ts";

let gateway: ScriptedGateway;
test.beforeEach(async ({ context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  gateway = await startMainScene();
});
test.afterEach(() => gateway.dispose());

const typed = () => gateway.typed.join("");
const print = (text: string) => gateway.sendTerminal(session, new TextEncoder().encode(text));
const show = (text: string) => print(`\u001b[2J\u001b[H${text}`);
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
const copy = (page: Page, text: string) => page.evaluate((value) => navigator.clipboard.writeText(value), text);
const withSettings = (page: Page, settings: object) =>
  page.addInitScript((text) => localStorage.setItem("signalbox.settings", text), JSON.stringify(settings));
const newest = (page: Page) => terminal(page).getByRole("button", { name: "Newest" });
const rows = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `row ${from + at}.`).join("\r\n");

async function focus(page: Page): Promise<void> {
  await terminal(page).locator(".xterm-screen").click();
  await expect(terminalInput(page)).toBeFocused();
}

async function selectWord(page: Page): Promise<void> {
  show("selected words");
  await expect(terminal(page)).toContainText("selected words");
  const box = await page.locator(".xterm-screen").boundingBox();
  await page.mouse.dblclick((box?.x ?? 0) + 20, (box?.y ?? 0) + 8);
}

test("several lines are asked about where the program would run each, with the lines, and go as they are, as one, or not", async ({
  page,
}) => {
  await openMain(page, gateway);
  print("\u001b[?2004l");
  await focus(page);
  await copy(page, "rm -rf build\nmake\n");
  const paste = () => page.keyboard.press("Control+Shift+V");
  const question = page.getByRole("dialog", { name: "Paste 2 lines?" });
  await paste();
  await expect(question).toContainText("rm -rf build");
  await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
  expect(await seriousFindings(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(question).toHaveCount(0);
  await expect(terminalInput(page)).toBeFocused();
  expect(typed()).toBe("");
  await paste();
  await question.getByRole("button", { name: "Paste as one line" }).click();
  await expect.poll(typed).toBe("rm -rf build make");
  await paste();
  await question.getByRole("button", { name: "Paste, and don't ask again" }).click();
  await expect.poll(typed).toBe("rm -rf build makerm -rf build\rmake\r");
  await paste();
  await expect.poll(typed).toBe("rm -rf build makerm -rf build\rmake\rrm -rf build\rmake\r");
});

test("nobody is asked where the program says that it knows what is pasted, nor for one line", async ({ page }) => {
  await openMain(page, gateway);
  print("\u001b[?2004l");
  await focus(page);
  await copy(page, "ls\n");
  await page.keyboard.press("Control+Shift+V");
  await expect.poll(typed).toBe("ls\r");
  print("\u001b[?2004hready");
  await expect(terminal(page)).toContainText("ready");
  await copy(page, "a\nb");
  await page.keyboard.press("Control+Shift+V");
  await expect.poll(typed).toBe("ls\r\u001b[200~a\rb\u001b[201~");
});

test("the terminal's menu copies, pastes, selects, finds and clears, by pointer and by keys", async ({ page }) => {
  await openMain(page, gateway);
  print("\u001b[?2004l");
  await selectWord(page);
  const box = await page.locator(".xterm-screen").boundingBox();
  const open = () => page.mouse.click((box?.x ?? 0) + 20, (box?.y ?? 0) + 8, { button: "right" });
  const menu = page.getByRole("menu");
  await open();
  expect(await seriousFindings(page)).toEqual([]);
  await menu.getByRole("menuitem", { name: "Copy" }).click();
  await expect.poll(() => clipboard(page)).toBe("selected");
  await expect(terminalInput(page)).toBeFocused();
  await open();
  await menu.getByRole("menuitem", { name: "Paste" }).click();
  await expect.poll(typed).toBe("selected");
  // By keys: the second of the items that can be chosen.
  await page.keyboard.press("ContextMenu");
  await expect(menu).toBeVisible();
  await page.keyboard.press("s");
  await page.keyboard.press("Enter");
  await expect(menu).toHaveCount(0);
  await page.keyboard.press("Control+Shift+C");
  await expect.poll(() => clipboard(page)).toContain("selected words");
  await open();
  await menu.getByRole("menuitem", { name: "Clear" }).click();
  await open();
  await menu.getByRole("menuitem", { name: "Find…" }).click();
  await expect(page.getByRole("textbox", { name: "Find in terminal" })).toBeFocused();
  expect(typed()).toBe("selected");
});

test("a program that follows the pointer has the right button, and Shift takes it back", async ({ page }) => {
  await openMain(page, gateway);
  show("\u001b[?1000h\u001b[?1006hmine");
  await expect(terminal(page)).toContainText("mine");
  const box = await page.locator(".xterm-screen").boundingBox();
  const at = [(box?.x ?? 0) + 20, (box?.y ?? 0) + 8] as const;
  await page.mouse.click(...at, { button: "right" });
  await expect.poll(typed).toContain("\u001b[<2;");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await page.keyboard.down("Shift");
  await page.mouse.click(...at, { button: "right" });
  await page.keyboard.up("Shift");
  await expect(page.getByRole("menu")).toBeVisible();
});

test("text is copied as soon as it is selected, where its person wants that", async ({ page }) => {
  await openMain(page, gateway);
  await copy(page, "before");
  await selectWord(page);
  expect(await clipboard(page)).toBe("before");
  await withSettings(page, { copyOnSelect: true });
  await openMain(page, gateway);
  await selectWord(page);
  await expect.poll(() => clipboard(page)).toBe("selected");
});

test("who has scrolled up sees the way to the newest line, and keys go to both ends", async ({ page }) => {
  await openMain(page, gateway);
  print(`\r\n${rows(1, 300)}`);
  await expect(terminal(page)).toContainText("row 300.");
  await expect(newest(page)).toHaveCount(0);
  await focus(page);
  await page.keyboard.press("Control+Shift+Home");
  await expect(terminal(page)).not.toContainText("row 300.");
  await newest(page).click();
  await expect(terminal(page)).toContainText("row 300.");
  await expect(newest(page)).toHaveCount(0);
  await expect(terminalInput(page)).toBeFocused();
  await page.keyboard.press("Shift+PageUp");
  await expect(newest(page)).toBeVisible();
  await page.keyboard.press("Control+Shift+End");
  await expect(newest(page)).toHaveCount(0);
  expect(typed()).toBe("");
});

test("keys go from prompt to prompt and from call to call, also to those from before the page was loaded", async ({
  page,
}) => {
  const main = scene("main");
  const screen = () => `${rows(1, 200)}\r\nRefactoring`;
  gateway.setScene({ ...main, terminals: { ...main.terminals, [session]: { screen, prompts: [150] } } });
  await openMain(page, gateway);
  print(`\r\n\u001b]133;A\u0007$ make\r\n${rows(201, 300)}`);
  gateway.sendTerminal(session, JSON.stringify({ type: "mark", offset: 614 }));
  print(`\r\n${rows(301, 400)}\r\n\u001b]133;A\u0007$ `);
  await expect(terminal(page)).toContainText("row 400.");
  await focus(page);
  await page.keyboard.press("Control+Shift+ArrowUp");
  await expect(terminal(page)).toContainText("$ make");
  await page.keyboard.press("Control+Shift+ArrowUp");
  await expect(terminal(page)).toContainText("row 50.");
  await page.keyboard.press("Control+Shift+ArrowUp");
  await expect(page.getByText("There is no earlier prompt in this terminal.").first()).toBeVisible();
  await page.keyboard.press("Control+Shift+PageDown");
  await expect(terminal(page)).toContainText("row 300.");
  await page.keyboard.press("Control+Shift+ArrowDown");
  await expect(terminal(page)).toContainText("row 400.");
  expect(typed()).toBe("");
});

test("a search minds case, words or an expression where that is wanted, and says when it is none", async ({ page }) => {
  await openMain(page, gateway);
  show("Build build rebuild\r\nbuild2");
  await expect(terminal(page)).toContainText("build2");
  await page.keyboard.press("Control+Shift+F");
  const bar = page.getByRole("search");
  await page.keyboard.type("build");
  const count = bar.getByRole("status");
  await expect(count).toHaveText(/of 4$/);
  await bar.getByRole("button", { name: "Match case" }).click();
  await expect(count).toHaveText(/of 3$/);
  await bar.getByRole("button", { name: "Whole words" }).click();
  await expect(count).toHaveText(/of 1$/);
  await bar.getByRole("button", { name: "Whole words" }).click();
  await bar.getByRole("button", { name: "Regular expression" }).click();
  const field = bar.getByRole("textbox");
  await field.fill("build[0-9]");
  await expect(count).toHaveText("1 of 1");
  await field.fill("build[");
  await expect(count).toHaveText("Not an expression");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  // The whole bar is there on a phone too.
  await page.setViewportSize({ width: 400, height: 800 });
  // The phone's layout is another one, and has none open.
  await expect(bar).toBeHidden();
  await focus(page);
  await page.keyboard.press("Control+Shift+F");
  await expect(bar).toBeVisible();
  expect((await bar.boundingBox())?.x ?? -1).toBeGreaterThan(0);
  expect((await field.boundingBox())?.width ?? 0).toBeGreaterThan(60);
});

test("Ctrl with plus, minus and 0 changes the size of the terminal's text, and is the browser's elsewhere", async ({
  page,
}) => {
  await openMain(page, gateway);
  await focus(page);
  const size = () => page.evaluate(() => getComputedStyle(document.querySelector(".xterm-rows") as Element).fontSize);
  expect(await size()).toBe("13px");
  await page.keyboard.press("Control+=");
  await page.keyboard.press("Control+=");
  await expect.poll(size).toBe("15px");
  await page.keyboard.press("Control+-");
  await expect.poll(size).toBe("14px");
  await page.keyboard.press("Control+0");
  await expect.poll(size).toBe("13px");
  expect(typed()).toBe("");
});

test("a person's own font comes first, and ligatures where they are wanted", async ({ page }) => {
  await withSettings(page, { fontFamily: 'Fira Code, "Cascadia Mono"', ligatures: true });
  await openMain(page, gateway);
  show("a => b");
  const style = () =>
    page.evaluate(() => {
      const screen = document.querySelector(".xterm-rows") as HTMLElement;
      return [getComputedStyle(screen).fontFamily, getComputedStyle(screen).fontFeatureSettings];
    });
  await expect.poll(style).toEqual([expect.stringMatching(/^"?Fira Code"?, "?Cascadia Mono"?, "?JetBrains/), '"calt"']);
  // Joined characters are drawn together.
  await expect(page.locator(".xterm-rows span").getByText("=>", { exact: true })).toBeVisible();
});

test("a copy of a program that is dropped is said, once", async ({ page }) => {
  await withSettings(page, { programClipboard: "never" });
  await openMain(page, gateway);
  await copy(page, "mine");
  const encoded = Buffer.from("theirs").toString("base64");
  const said = terminal(page).getByText(/wanted to copy to the clipboard, and nothing was copied/);
  print("\u001b]52;c;?\u0007asked");
  await expect(terminal(page)).toContainText("asked");
  await expect(said).toHaveCount(0);
  print(`\u001b]52;c;${encoded}\u0007`);
  await expect(said).toBeVisible();
  await terminal(page).getByRole("button", { name: "Dismiss" }).click();
  print(`\u001b]52;c;${encoded}\u0007again`);
  await expect(terminal(page)).toContainText("again");
  await expect(said).toHaveCount(0);
  expect(await clipboard(page)).toBe("mine");
});
