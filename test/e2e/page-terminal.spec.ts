/** Proves what the page does with a terminal: keys, size, flow control, a lost connection, links, and the calls that began in it. */
import { expect, test } from "@playwright/test";
import {
  list,
  openMain,
  scene,
  send,
  session,
  startMainScene,
  terminal,
} from "../support/scripted-gateway/main-page.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";

let gateway: ScriptedGateway;
test.beforeEach(async () => {
  gateway = await startMainScene();
});
test.afterEach(() => gateway.dispose());

test("every key that a program in the terminal needs reaches it, and no shortcut of the page does", async ({
  page,
}) => {
  await openMain(page, gateway);
  await terminal(page).click();
  for (const key of ["Control+c", "Control+r", "Control+p", "Escape", "Alt+b", "Shift+Enter", "Tab", "ArrowUp"]) {
    await page.keyboard.press(key);
  }
  await expect.poll(() => gateway.typed.join("")).toBe("\u0003\u0012\u0010\u001b\u001bb\u001b\r\t\u001b[A");
  await page.keyboard.press("Control+Shift+P");
  await page.keyboard.type("zz");
  await expect(page.getByRole("combobox")).toHaveValue("zz");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("F6");
  await page.keyboard.press("Control+Shift+B");
  await expect(page.getByRole("listbox", { name: "Sessions" })).toBeHidden();
  expect(gateway.typed.join("")).not.toContain("zz");
});

test("a call is found again in the terminal by the place that the daemon marked, however late its event comes", async ({
  page,
}) => {
  await openMain(page, gateway);
  await expect(terminal(page)).toContainText("Refactoring");
  const print = (text: string) => gateway.sendTerminal(session, new TextEncoder().encode(text));
  print("\u001b[999H\r\nthe call begins here\r\n");
  gateway.sendTerminal(session, JSON.stringify({ type: "mark", offset: 614 }));
  print(`the line behind it${"\r\n".repeat(200)}far below`);
  await expect(terminal(page)).toContainText("far below");
  const at = new Date().toISOString();
  send(gateway, { tool: "index_docs", call: "m1", kind: "started", offset: 614, timestamp: at });
  send(gateway, { tool: "unmarked", call: "m2", kind: "started", offset: 700, timestamp: at });
  const find = page.getByRole("button", { name: "Show in terminal" });
  await list(page).getByText("index_docs", { exact: true }).click();
  await find.click();
  await expect(terminal(page)).toContainText("the call begins here");
  const apart = async () => {
    const line = await page.locator(".xterm-rows > div").filter({ hasText: "the line behind it" }).boundingBox();
    const marked = await page.locator(".xterm-decoration").boundingBox();
    return Math.abs((marked?.y ?? 0) - (line?.y ?? 1_000));
  };
  await expect.poll(apart).toBeLessThan(2);
  await list(page).getByText("unmarked", { exact: true }).click();
  await find.click();
  await expect(
    page.getByText("The line in which this call began isn't in the terminal any more.").first(),
  ).toBeVisible();
});

test("a terminal is drawn at the size of the viewer who typed last, and at one's own as soon as one types", async ({
  page,
}) => {
  await openMain(page, gateway);
  const size = page.getByRole("contentinfo").getByText(/^\d+ × \d+$/);
  await expect(size).not.toHaveText("60 × 20");
  const own = (await size.textContent()) ?? "";
  gateway.sendTerminal(session, JSON.stringify({ type: "resized", cols: 60, rows: 20 }));
  await expect(size).toHaveText("60 × 20");
  await terminal(page).click({ position: { x: 300, y: 500 } });
  await expect(terminal(page).getByRole("textbox", { name: /Terminal input/ })).toBeFocused();
  await page.keyboard.type("x");
  await expect(size).toHaveText(own);
});

test("a lost terminal keeps its last frame, says that typing is refused, and comes back by itself", async ({
  page,
}) => {
  await openMain(page, gateway);
  await terminal(page).click();
  gateway.setScene({ ...scene("main"), drop: "terminal" });
  gateway.drop("terminal");
  await expect(terminal(page).getByText(/Disconnected at/)).toBeVisible();
  await expect(terminal(page)).toContainText("Refactoring");
  await expect(async () => {
    await page.keyboard.type("x");
    await expect(terminal(page).getByText("What you type isn't sent.")).toBeVisible({ timeout: 10_000 });
  }).toPass();
  gateway.setScene(scene("main"));
  await expect(terminal(page).getByText(/Disconnected at/)).toBeHidden({ timeout: 60_000 });
  await expect(async () => {
    await page.keyboard.type("y");
    await expect.poll(() => gateway.typed.join(""), { timeout: 5_000 }).toContain("y");
  }).toPass();
});

test("terminal output is acknowledged to the last byte, so that the program is never left paused", async ({ page }) => {
  await openMain(page, gateway);
  const bytes = new TextEncoder().encode(`${"0123456789 …\r\n".repeat(20_000)}the very end`);
  for (let at = 0; at < bytes.length; at += 4_093) gateway.sendTerminal(session, bytes.subarray(at, at + 4_093));
  await expect(terminal(page)).toContainText("the very end");
  const acknowledged = () =>
    gateway.terminalFrames
      .map((text) => JSON.parse(text) as { type: string; bytes?: number })
      .reduce((sum, frame) => sum + (frame.type === "ack" ? (frame.bytes ?? 0) : 0), 0);
  await expect.poll(acknowledged).toBe(bytes.length);
  await expect(terminal(page)).not.toContainText("\uFFFD");
});

test("A25: a link in the terminal shows where it really leads, and opens with the modifier alone, after a question", async ({
  page,
}) => {
  await openMain(page, gateway);
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    void dialog.dismiss();
  });
  gateway.sendTerminal(
    session,
    new TextEncoder().encode(
      "\u001b[2J\u001b[H\u001b]8;;https://evil.test/real\u0007https://good.test\u001b]8;;\u0007\r\n",
    ),
  );
  await expect(terminal(page)).toContainText("https://good.test");
  const screen = await page.locator(".xterm-screen").boundingBox();
  const at = { x: (screen?.x ?? 0) + 60, y: (screen?.y ?? 0) + 9 };
  await expect(async () => {
    await page.mouse.move(at.x + 200, at.y + 200);
    await page.mouse.move(at.x, at.y, { steps: 3 });
    await expect(terminal(page).getByText("https://evil.test/real")).toBeVisible({ timeout: 10_000 });
  }).toPass();
  await page.mouse.click(at.x, at.y);
  expect(asked).toEqual([]);
  // The link is under the pointer again once the terminal is drawn with its focus.
  await expect(async () => {
    await page.mouse.move(at.x + 2, at.y);
    await expect(terminal(page).getByText("https://evil.test/real")).toBeVisible({ timeout: 10_000 });
    await page.keyboard.down("Control");
    await page.mouse.click(at.x + 2, at.y);
    await page.keyboard.up("Control");
    await expect.poll(() => asked.join("\n"), { timeout: 10_000 }).toContain("https://evil.test/real");
  }).toPass();
});
