/** Proves what the page does by itself, against a gateway that follows a script: keys, focus, stillness, reconnecting, signing in. */
import { resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import type { ToolEvent } from "../../shared/events/tool-event.ts";
import type { Scene } from "../support/scripted-gateway/scene.ts";
import { scenes } from "../support/scripted-gateway/scenes.ts";
import {
  SCRIPTED_TOKEN,
  type ScriptedGateway,
  startScriptedGateway,
} from "../support/scripted-gateway/scripted-gateway.ts";

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

const list = (page: Page) => page.getByRole("grid", { name: "Activity" });
const terminal = (page: Page) => page.getByRole("region", { name: "Terminal" });
const session = scene("main").path.split("/")[2] ?? "";

async function open(page: Page, path = scene("main").path): Promise<void> {
  await page.addInitScript((token) => localStorage.setItem("signalbox.token", token), SCRIPTED_TOKEN);
  await page.goto(gateway.url + path);
  await expect(list(page).getByText("build")).toBeVisible();
  await expect(terminal(page)).toContainText("Refactoring");
}

let seq = 1_000;
function send(event: ToolEvent): void {
  seq += 1;
  gateway.sendEvents(session, { events: [{ seq, at: new Date().toISOString(), event }] });
}

test("the main job can be done with the keyboard alone", async ({ page }) => {
  await open(page);
  await page.keyboard.press("Control+Shift+P");
  await page.keyboard.type("docs-site");
  await expect(page.getByRole("dialog").getByRole("option", { name: /docs-site/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveTitle(/docs-site/);
  await page.keyboard.press("Alt+2");
  await expect(page).toHaveTitle(/api-refactor/);

  await expect(terminal(page)).toContainText("Refactoring");
  await expect(async () => {
    await page.keyboard.press("F6");
    await expect(list(page)).toBeFocused({ timeout: 500 });
  }).toPass();
  await page.keyboard.press("e");
  await page.keyboard.press("Enter");
  const detail = page.getByRole("complementary", { name: "Call deploy_preview" });
  await expect(detail.getByText("Request timed out")).toBeVisible();
  await expect(page).toHaveURL(/\/call\/t4-1$/);
  await page.keyboard.press("Escape");
  await expect(detail).toBeHidden();
  await expect(list(page)).toBeFocused();

  await page.keyboard.press("/");
  await page.keyboard.type("nothing like it");
  await expect(page.getByText("No calls match 'nothing like it'.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(list(page).getByText("build")).toBeVisible();
});

test("every key that a program in the terminal needs reaches it, and no shortcut of the page does", async ({
  page,
}) => {
  await open(page);
  await terminal(page).click();
  for (const key of ["Control+c", "Control+r", "Control+p", "Escape", "Alt+b", "Shift+Enter", "Tab", "ArrowUp"]) {
    await page.keyboard.press(key);
  }
  await expect.poll(() => gateway.typed.join("")).toBe("\u0003\u0012\u0010\u001b\u001bb\u001b\r\t\u001b[A");
  await page.keyboard.press("Control+Shift+P");
  await page.keyboard.type("zz");
  await expect(page.getByRole("combobox")).toHaveValue("zz");
  await page.keyboard.press("Escape");
  await page.keyboard.press("F6");
  await page.keyboard.press("Control+Shift+B");
  await expect(page.getByRole("listbox", { name: "Sessions" })).toBeHidden();
  expect(gateway.typed.join("")).not.toContain("zz");
});

test("rows stay where they are under the pointer and while one reads, and what came meanwhile is one click away", async ({
  page,
}) => {
  await open(page);
  const row = list(page).getByRole("row").filter({ hasText: "deploy_preview" });
  const before = await row.boundingBox();
  await row.hover();
  send({ tool: "brand_new", call: "n1", kind: "started" });
  await expect(page.getByRole("button", { name: /Jump to live · 1 new/ })).toBeVisible();
  expect(await row.boundingBox()).toEqual(before);
  await page.mouse.move(10, 10);
  await expect(list(page).getByText("brand_new")).toBeVisible();

  await list(page).evaluate((element) => element.scrollTo(0, 300));
  await expect(page.getByRole("button", { name: "Follow" })).toHaveAttribute("aria-pressed", "false");
  send({ tool: "even_newer", call: "n2", kind: "started" });
  await page.getByRole("button", { name: /Jump to live · 1 new/ }).click();
  await expect(list(page).getByText("even_newer")).toBeVisible();
});

test("progress moves its bar, 100 % is not yet finished, and the end says how long it took", async ({ page }) => {
  await open(page);
  const call = { tool: "hash_tree", call: "p1", token: 1 };
  send({ ...call, kind: "started" });
  const row = list(page).getByRole("row").filter({ hasText: "hash_tree" });
  const bar = row.getByRole("progressbar");
  for (const progress of [2, 7]) {
    send({ ...call, kind: "progress", progress, total: 10, message: `step ${progress}` });
    await expect(bar).toHaveAttribute("aria-valuenow", String(progress * 10));
    await expect(row).toContainText(`step ${progress}`);
  }
  send({ ...call, kind: "progress", progress: 3, total: 10 });
  send({ ...call, kind: "progress", progress: 10, total: 10 });
  await expect(row).toContainText("Finishing…");
  send({ ...call, kind: "finished", duration_ms: 1_234 });
  await expect(row).toContainText("1.2 s");
  await expect(bar).toHaveCount(0);
});

test("a call that began before one's eyes is found again in the terminal", async ({ page }) => {
  await open(page);
  send({ tool: "index_docs", call: "m1", kind: "started" });
  await expect(list(page).getByText("index_docs")).toBeVisible();
  gateway.sendTerminal(session, new TextEncoder().encode(`\u001b[999H${"\r\n".repeat(200)}far below`));
  await expect(terminal(page)).toContainText("far below");
  await expect(terminal(page)).not.toContainText("Refactoring");
  await list(page).getByText("index_docs").click();
  await page.getByRole("button", { name: "Show in terminal" }).click();
  await expect(terminal(page)).toContainText("Refactoring");
});

test("a terminal is drawn at the size of the viewer who typed last, and at one's own as soon as one types", async ({
  page,
}) => {
  await open(page);
  const status = page.getByRole("contentinfo");
  const own = await status.getByText(/^\d+ × \d+$/).textContent();
  gateway.sendTerminal(session, JSON.stringify({ type: "resized", cols: 60, rows: 20 }));
  await expect(status.getByText("60 × 20")).toBeVisible();
  await terminal(page).click({ position: { x: 300, y: 500 } });
  await page.keyboard.type("x");
  await expect(status.getByText(own ?? "")).toBeVisible();
});

test("a lost terminal keeps its last frame, says that typing is refused, and comes back by itself", async ({
  page,
}) => {
  await open(page);
  await terminal(page).click();
  gateway.setScene({ ...scene("main"), drop: "terminal" });
  gateway.drop("terminal");
  await expect(terminal(page).getByText(/Disconnected at/)).toBeVisible();
  await expect(terminal(page)).toContainText("Refactoring");
  await expect(async () => {
    await page.keyboard.type("x");
    await expect(terminal(page).getByText("What you type isn't sent.")).toBeVisible({ timeout: 300 });
  }).toPass();
  gateway.setScene(scene("main"));
  await expect(terminal(page).getByText(/Disconnected at/)).toBeHidden({ timeout: 20_000 });
});

test("terminal output is acknowledged to the last byte, so that the program is never left paused", async ({ page }) => {
  await open(page);
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
  await open(page);
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
    await expect(terminal(page).getByText("https://evil.test/real")).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await page.mouse.click(at.x, at.y);
  expect(asked).toEqual([]);
  await page.keyboard.down("Control");
  await page.mouse.click(at.x, at.y);
  await page.keyboard.up("Control");
  await expect.poll(() => asked.join("\n")).toContain("https://evil.test/real");
});

test("a one-time link signs in and leaves no trace in the address", async ({ page }) => {
  await page.goto(`${gateway.url}/#pair=123456`);
  await expect(page.getByRole("button", { name: "New session" }).first()).toBeVisible();
  expect(page.url()).toBe(`${gateway.url}/`);
});

test("a stranger is asked to connect, a wrong code says so, and six digits let in", async ({ page }) => {
  await page.goto(gateway.url);
  const field = page.getByRole("textbox", { name: /Pairing link/ });
  await expect(field).toBeFocused();
  await field.fill("999 999");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("That code isn't right.");
  await field.fill("123 456");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "New session" }).first()).toBeVisible();
});

test("a deleted session can be taken back before the gateway is asked", async ({ page }) => {
  await open(page, `/session/${session}`);
  const rows = page.getByRole("listbox", { name: "Sessions" }).getByRole("option");
  const count = await rows.count();
  await rows.filter({ hasText: "changelog" }).click();
  await page.getByRole("button", { name: "Session actions" }).click();
  await page.getByRole("menuitem", { name: /Delete/ }).click();
  await expect(rows).toHaveCount(count - 1);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(rows).toHaveCount(count);
  expect(gateway.requests.filter(({ method }) => method === "DELETE")).toEqual([]);
});

test("a session that was deleted is gone for good also when the page is left before the time for Undo is over", async ({
  page,
}) => {
  await open(page);
  await page.getByRole("listbox", { name: "Sessions" }).getByRole("option").filter({ hasText: "changelog" }).click();
  await page.getByRole("button", { name: "Session actions" }).click();
  await page.getByRole("menuitem", { name: /Delete/ }).click();
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  await page.goto("about:blank");
  const deleted = () => gateway.requests.filter(({ method }) => method === "DELETE").map(({ path }) => path);
  const changelog = scene("main").app.sessions.find(({ label }) => label === "changelog")?.id;
  await expect.poll(deleted).toEqual([`/api/v1/sessions/${changelog}`]);
});

test("a device that may only watch sees everything, is told what it cannot do, and sends nothing", async ({ page }) => {
  gateway.setScene(scene("read-only"));
  await open(page);
  await expect(page.getByRole("banner").getByText("Watching only")).toBeVisible();
  await expect(page.getByRole("button", { name: "New session" })).toHaveCount(0);
  gateway.sendTerminal(session, JSON.stringify({ type: "resized", cols: 60, rows: 20 }));
  await expect(page.getByRole("contentinfo").getByText("60 × 20")).toBeVisible();
  await terminal(page).click();
  await page.keyboard.type("rm");
  await expect(terminal(page).getByText(/what you type isn't sent/)).toBeVisible();
  await page.keyboard.press("Control+Shift+Enter");
  await expect(page.getByText("This device may only watch.", { exact: true }).first()).toBeVisible();
  await page.goto(`${gateway.url}/settings/devices`);
  await expect(page.getByRole("button", { name: /Revoke Firefox/ })).toBeDisabled();
  expect(gateway.typed).toEqual([]);
  expect(gateway.terminalFrames.filter((frame) => frame.includes("resize"))).toEqual([]);
  expect(gateway.requests.filter(({ method }) => method !== "GET")).toEqual([]);
});

test("turns are those that the agent reports, also one that comes while one looks; where it reports none, the guess says so", async ({
  page,
}) => {
  await open(page);
  await expect(list(page).getByText("by pauses").first()).toBeVisible();
  gateway.setScene(scene("turns-reported"));
  await page.reload();
  await expect(list(page).getByText("Turn 3", { exact: true })).toBeVisible();
  await expect(list(page).getByText("by pauses")).toHaveCount(0);
  await expect(list(page).getByText("Turn 4", { exact: true })).toHaveCount(0);
  const shown = scene("turns-reported").app.sessions.find(({ id }) => id === session);
  if (shown === undefined) throw new Error("no session");
  gateway.sendApp({ type: "session", session: { ...shown, turn_started_at: new Date().toISOString() } });
  send({
    tool: "of_the_new_turn",
    call: "turn-4",
    kind: "started",
    timestamp: new Date(Date.now() + 50).toISOString(),
  });
  await expect(list(page).getByText("Turn 4", { exact: true })).toBeVisible();
});

test("two sessions stand side by side, and the activity is that of the one being typed in", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Show two sessions side by side" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /docs-site/ })
    .click();
  await expect(terminal(page)).toHaveCount(2);
  await terminal(page).nth(1).click();
  await expect(page).toHaveTitle(/docs-site/);
  await expect(page.getByText(/No tool calls yet/)).toBeVisible();
  await page.getByRole("button", { name: "Show one session" }).first().click();
  await expect(terminal(page)).toHaveCount(1);
});
