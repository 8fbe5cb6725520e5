/** Proves that what a person types, points at, selects and reads in the terminal is what they meant: in every keyboard layout, input method and browser tab. */
import { expect, type Page, test } from "@playwright/test";
import { openMain, scene, session, startMainScene, terminal } from "../support/scripted-gateway/main-page.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";
import { terminalInput } from "../support/type-in-terminal.ts";

let gateway: ScriptedGateway;
test.beforeEach(async () => {
  gateway = await startMainScene();
});
test.afterEach(() => gateway.dispose());

const typed = () => gateway.typed.join("");
const print = (text: string) => gateway.sendTerminal(session, new TextEncoder().encode(text));
/** On a screen of its own, from its first row. */
const show = (text: string) => print(`\u001b[2J\u001b[H${text}`);

async function focus(page: Page): Promise<void> {
  await terminal(page).locator(".xterm-screen").click();
  await expect(terminalInput(page)).toBeFocused();
}

/** Settings that the page begins with. */
const withSettings = (page: Page, settings: object) =>
  page.addInitScript((text) => localStorage.setItem("signalbox.settings", text), JSON.stringify(settings));

async function onMac(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const agent = navigator.userAgent.replace(/\([^)]*\)/, "(Macintosh; Intel Mac OS X 10_15_7)");
    Object.defineProperty(navigator, "platform", { get: () => "MacIntel" });
    Object.defineProperty(navigator, "userAgent", { get: () => agent });
  });
}

/** Option and L on a German keyboard, as browsers on a Mac tell it. */
async function optionL(page: Page, side: "AltLeft" | "AltRight"): Promise<void> {
  await page.evaluate((code) => {
    const field = document.querySelector(".xterm-helper-textarea");
    const press = (type: string, init: KeyboardEventInit, keyCode: number): boolean => {
      const event = new KeyboardEvent(type, { bubbles: true, cancelable: true, ...init });
      for (const name of ["keyCode", "which"]) Object.defineProperty(event, name, { get: () => keyCode });
      Object.defineProperty(event, "charCode", { get: () => (type === "keypress" ? keyCode : 0) });
      return field?.dispatchEvent(event) ?? false;
    };
    press("keydown", { key: "Alt", code, altKey: true }, 18);
    const at = { key: "@", code: "KeyL", altKey: true };
    if (press("keydown", at, 76)) press("keypress", at, 64);
    press("keyup", at, 76);
    press("keyup", { key: "Alt", code }, 18);
  }, side);
}

test("Option on a Mac types the @ of its keyboard, and is Meta where its person wants that", async ({ page }) => {
  await onMac(page);
  await openMain(page, gateway);
  await focus(page);
  await optionL(page, "AltLeft");
  await optionL(page, "AltRight");
  await expect.poll(typed).toBe("@@");
  await page.keyboard.press("Meta+,");
  const settings = page.getByRole("dialog", { name: "Settings" });
  await settings.getByRole("button", { name: "Terminal", exact: true }).click();
  await settings.getByText("Left is Meta").click();
  await page.keyboard.press("Escape");
  await expect(settings).toHaveCount(0);
  await focus(page);
  await optionL(page, "AltLeft");
  await optionL(page, "AltRight");
  await expect.poll(typed).toBe("@@\u001bl@");
});

test("Shift+Enter never overtakes the text that an input method composes", async ({ page }) => {
  await openMain(page, gateway);
  await focus(page);
  const browser = await page.context().newCDPSession(page);
  const compose = (text: string) =>
    browser.send("Input.imeSetComposition", { selectionStart: 1, selectionEnd: 1, text });
  const shiftEnter = (keyCode: number, isComposing: boolean, then = "") =>
    page.evaluate(
      ([code, composing, after]) => {
        const field = document.querySelector(".xterm-helper-textarea");
        const press = () => {
          const key = { key: "Enter", code: "Enter", shiftKey: true, isComposing: composing };
          const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...key });
          Object.defineProperty(event, "keyCode", { get: () => code });
          field?.dispatchEvent(event);
        };
        if (after === "") press();
        else field?.addEventListener(after, press, { once: true });
      },
      [keyCode, isComposing, then] as const,
    );
  // The key belongs to the input method.
  await compose("한");
  await shiftEnter(229, true);
  await browser.send("Input.insertText", { text: "한" });
  await expect.poll(typed).toBe("한");
  // It comes again, as itself, in the very turn in which the composition ends.
  await compose("국");
  await shiftEnter(13, false, "compositionend");
  await browser.send("Input.insertText", { text: "국" });
  await expect.poll(typed).toBe("한국\u001b\r");
  // It comes as itself while the composition is open.
  await compose("어");
  await shiftEnter(13, true);
  await browser.send("Input.insertText", { text: "어" });
  await expect.poll(typed).toBe("한국\u001b\r어\u001b\r");
  await page.keyboard.type("x");
  await expect.poll(typed).toBe("한국\u001b\r어\u001b\rx");
});

test.describe("by touch", () => {
  test.use({ hasTouch: true });
  test("a key of the touch row comes behind the word that a phone's keyboard composes", async ({ page }) => {
    await page.setViewportSize({ width: 400, height: 800 });
    await page.addInitScript(() => localStorage.setItem("signalbox.token", "scripted-gateway-token-0123456789abcdef"));
    await page.goto(gateway.url + scene("main").path);
    await expect(terminal(page)).toContainText("Refactoring");
    await focus(page);
    const browser = await page.context().newCDPSession(page);
    await browser.send("Input.imeSetComposition", { selectionStart: 2, selectionEnd: 2, text: "ls" });
    await page.getByRole("toolbar", { name: "Terminal keys" }).getByRole("button", { name: "Tab" }).click();
    await expect.poll(typed).toBe("ls\t");
    await expect(terminalInput(page)).toBeFocused();
    await page.keyboard.type("x");
    await expect.poll(typed).toBe("ls\tx");
  });
});

test("who only points or scrolls in a terminal leaves the size to who types, and is not told that they typed", async ({
  page,
}) => {
  await openMain(page, gateway);
  await focus(page);
  const size = page.getByRole("contentinfo").getByText(/^\d+ × \d+$/);
  const own = (await size.textContent()) ?? "";
  gateway.sendTerminal(session, JSON.stringify({ type: "resized", cols: 60, rows: 20 }));
  await expect(size).toHaveText("60 × 20");
  show("\u001b[?1003h\u001b[?1006hpoint here");
  await expect(terminal(page)).toContainText("point here");
  const box = await page.locator(".xterm-screen").boundingBox();
  const at = { x: (box?.x ?? 0) + 40, y: (box?.y ?? 0) + 40 };
  // A key has just been pressed, so that time alone would take the pointer for typing.
  await page.keyboard.press("Shift");
  await page.mouse.move(at.x, at.y, { steps: 4 });
  await page.mouse.wheel(0, 200);
  await expect.poll(typed).toContain("\u001b[<65;");
  expect(typed()).toContain("\u001b[<35;");
  await expect(size).toHaveText("60 × 20");
  // On a program's second screen the wheel becomes arrows.
  print("\u001b[?1003l\u001b[?1049h\u001b[2J\u001b[Hsecond screen");
  await expect(terminal(page)).toContainText("second screen");
  await page.mouse.wheel(0, 200);
  await expect.poll(typed).toContain("\u001b[B");
  expect(gateway.terminalFrames.filter((frame) => frame === '{"type":"wheel"}').length).toBeGreaterThan(0);
  await expect(size).toHaveText("60 × 20");
  await page.keyboard.press("ArrowDown");
  await expect(size).toHaveText(own);
});

test("A25: an address in the output is a link too, whole where it wraps, with the same question; the palette lists both", async ({
  page,
}) => {
  await openMain(page, gateway);
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    void dialog.dismiss();
  });
  const long = `https://example.test/${"a/".repeat(120)}end`;
  show(`see (${long}), then\r\n\u001b]8;;https://marked.test/x\u0007marked\u001b]8;;\u0007\r\n`);
  await expect(terminal(page)).toContainText("then");
  await focus(page);
  const box = await page.locator(".xterm-screen").boundingBox();
  // In its second row.
  const at = { x: (box?.x ?? 0) + 60, y: (box?.y ?? 0) + 26 };
  await expect(async () => {
    await page.mouse.move(at.x + 100, at.y + 200);
    await page.mouse.move(at.x, at.y, { steps: 3 });
    await expect(terminal(page).getByText(/^https:\/\/example\.test\/a.*Ctrl\+click to open$/)).toBeVisible({
      timeout: 10_000,
    });
    await page.keyboard.down("Control");
    await page.mouse.click(at.x, at.y);
    await page.keyboard.up("Control");
    await expect.poll(() => asked.join("\n"), { timeout: 10_000 }).toContain(`\n\n${long}`);
  }).toPass();
  asked.length = 0;
  await page.keyboard.press("F1");
  await page.keyboard.type("open a link");
  await expect(page.getByRole("option", { name: "Open a link from the terminal" })).toBeVisible();
  await page.keyboard.press("Enter");
  const links = page.getByRole("dialog", { name: "Open a link" });
  await expect(links.getByRole("button", { name: long })).toBeVisible();
  await links.getByRole("button", { name: "https://marked.test/x" }).press("Enter");
  await expect.poll(() => asked).toEqual(["Open marked.test in a new tab?\n\nhttps://marked.test/x"]);
  await expect(links).toHaveCount(0);
});

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

async function selectWord(page: Page): Promise<void> {
  show("selected words");
  await expect(terminal(page)).toContainText("selected words");
  const box = await page.locator(".xterm-screen").boundingBox();
  await page.mouse.dblclick((box?.x ?? 0) + 20, (box?.y ?? 0) + 8);
}

test("Ctrl+Shift+C copies what is selected, and Ctrl+C interrupts unless its person wants it to copy", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openMain(page, gateway);
  await selectWord(page);
  await page.keyboard.press("Control+Shift+C");
  await expect.poll(() => clipboard(page)).toBe("selected");
  expect(typed()).toBe("");
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await page.keyboard.press("Control+c");
  await expect.poll(typed).toBe("\u0003");
  expect(await clipboard(page)).toBe("");

  await page.keyboard.press("Control+,");
  const settings = page.getByRole("dialog", { name: "Settings" });
  await settings.getByRole("button", { name: "Terminal", exact: true }).click();
  await settings.getByRole("switch", { name: "Ctrl+C copies when text is selected" }).click();
  await page.keyboard.press("Escape");
  await expect(settings).toHaveCount(0);
  await selectWord(page);
  await page.keyboard.press("Control+c");
  await expect.poll(() => clipboard(page)).toBe("selected");
  expect(typed()).toBe("\u0003");
  await page.keyboard.press("Control+c");
  await expect.poll(typed).toBe("\u0003\u0003");
});

test("what a program copies is offered with its text, and reaches the clipboard only when a person says so", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openMain(page, gateway);
  await page.evaluate(() => navigator.clipboard.writeText("mine"));
  const copies = (text: string) => print(`\u001b]52;c;${Buffer.from(text).toString("base64")}\u0007`);
  const offer = terminal(page).getByRole("status").filter({ hasText: "wants to copy" });
  print("\u001b]52;c;?\u0007");
  copies("first");
  await expect(offer).toContainText("“first”");
  expect(await clipboard(page)).toBe("mine");
  await offer.getByRole("button", { name: "Don't copy" }).click();
  await expect(offer).toHaveCount(0);
  expect(await clipboard(page)).toBe("mine");
  copies("rm -rf ~\u001b[2J\nsecond");
  await expect(offer).toContainText("2 lines");
  await expect(terminalInput(page)).toBeFocused();
  await offer.getByRole("button", { name: "Copy", exact: true }).click();
  await expect.poll(() => clipboard(page)).toBe("rm -rf ~\u001b[2J\nsecond");
  // No program is told what the clipboard holds.
  expect(typed()).toBe("");
});

test("what a program copies reaches the clipboard at once, or never, where the settings say so", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await withSettings(page, { programClipboard: "allow" });
  await openMain(page, gateway);
  print(`\u001b]52;;${Buffer.from("at once").toString("base64")}\u0007`);
  await expect.poll(() => clipboard(page)).toBe("at once");
  await withSettings(page, { programClipboard: "never" });
  await openMain(page, gateway);
  print(`\u001b]52;c;${Buffer.from("never").toString("base64")}\u0007said`);
  await expect(terminal(page)).toContainText("said");
  await expect(terminal(page).getByText("wants to copy")).toHaveCount(0);
  expect(await clipboard(page)).toBe("at once");
});

test("who reads further up stays at the same lines when the connection is lost and comes back", async ({ page }) => {
  const rows = (to: number) => Array.from({ length: to }, (_, at) => `row ${at + 1}.`).join("\r\n");
  const standing = (to: number) => {
    const main = scene("main");
    return { ...main, terminals: { ...main.terminals, [session]: { screen: () => `Refactoring\r\n${rows(to)}` } } };
  };
  gateway.setScene(standing(30));
  await openMain(page, gateway);
  print(`\r\n${rows(300)}`);
  await expect(terminal(page)).toContainText("row 300.");
  await focus(page);
  const first = () => page.locator(".xterm-rows > div").first().textContent();
  let reading = await first();
  // Each press is drawn before the next is read.
  for (let pages = 0; pages < 2; pages += 1) {
    const before = reading;
    await page.keyboard.press("Shift+PageUp");
    await expect.poll(first).not.toBe(before);
    reading = await first();
  }
  expect(reading).toMatch(/^row \d+\./);
  const main = scene("main");
  const after = `Refactoring\r\n${rows(30)}\r\n${rows(300)}\r\n${rows(120)}`;
  gateway.setScene({ ...main, terminals: { ...main.terminals, [session]: { screen: () => after } } });
  const snapshot = new Promise((resolve) =>
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => String(payload).includes('"type":"snapshot","data"') && resolve(0)),
    ),
  );
  gateway.drop("terminal");
  await snapshot;
  await expect(terminal(page).getByText(/Disconnected at/)).toBeHidden({ timeout: 60_000 });
  await expect.poll(first).toBe(reading);
  await expect(terminal(page)).not.toContainText("row 120.");
  // What came meanwhile is below.
  await page.keyboard.press("Control+Shift+End");
  await expect(terminal(page)).toContainText("row 120.");
});
