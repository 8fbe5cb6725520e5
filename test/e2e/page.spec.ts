/** Proves what the page does by itself, against a gateway that follows a script: keys, focus, stillness, signing in, deleting. */
import { expect, test } from "@playwright/test";
import { keepNotes } from "../support/keep-notes.ts";
import { keepPointing } from "../support/keep-pointing.ts";
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

test("the main job can be done with the keyboard alone", async ({ page }) => {
  await openMain(page, gateway);
  await page.keyboard.press("Control+Shift+P");
  await page.keyboard.type("docs-site");
  await expect(page.getByRole("combobox")).toBeFocused();
  await expect(page.getByRole("combobox")).toHaveValue("docs-site");
  await expect(page.getByRole("dialog").getByRole("option", { name: /docs-site/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveTitle(/docs-site/);
  await page.keyboard.press("Alt+2");
  await expect(page).toHaveTitle(/api-refactor/);

  await expect(terminal(page)).toContainText("Refactoring");
  const focused = () => list(page).evaluate((element) => element === document.activeElement);
  await expect(async () => {
    if (!(await focused())) await page.keyboard.press("F6");
    expect(await focused()).toBe(true);
  }).toPass();
  await page.keyboard.press("e");
  await page.keyboard.press("Enter");
  const detail = page.getByRole("complementary", { name: "Call deploy_preview" });
  await expect(detail.getByText("Request timed out")).toBeVisible();
  await expect(detail).toBeFocused();
  await expect(page).toHaveURL(/\/call\/t4-1$/);
  await page.keyboard.press("Escape");
  await expect(detail).toBeHidden();
  await expect(list(page)).toBeFocused();

  await page.keyboard.press("/");
  await expect(page.getByRole("textbox", { name: "Filter calls" })).toBeFocused();
  await page.keyboard.type("nothing like it");
  await expect(page.getByText("No calls match 'nothing like it'.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(list(page).getByText("build")).toBeVisible();
});

test("while agents are looked for, a new session's form keeps their room: nothing moves away from under the pointer", async ({
  page,
}) => {
  const held = Promise.withResolvers<void>();
  await openMain(page, gateway);
  await page.route("**/api/v1/agents", async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.keyboard.press("Control+Shift+Enter");
  const agents = page.getByRole("dialog").getByRole("group", { name: "Agent" });
  await expect(agents).toHaveAttribute("aria-busy", "true");
  // Its height in the layout: the dialog may still be growing into its place.
  const height = () => agents.evaluate((element) => (element instanceof HTMLElement ? element.offsetHeight : 0));
  const before = await height();
  held.resolve();
  await expect(agents.getByText("Other command")).toBeVisible();
  expect(await height()).toBe(before);
});

test("rows stay where they are under the pointer and while one reads, and what came meanwhile is one click away", async ({
  page,
}) => {
  await openMain(page, gateway);
  const row = list(page).getByRole("row").filter({ hasText: "deploy_preview" });
  await row.hover();
  const leave = await keepPointing(list(page));
  const before = await row.boundingBox();
  send(gateway, { tool: "brand_new", call: "n1", kind: "started" });
  await expect(page.getByRole("button", { name: /Jump to live · 1 new/ })).toBeVisible();
  expect(await row.boundingBox()).toEqual(before);
  await leave();
  await page.mouse.move(10, 10);
  await expect(list(page).getByText("brand_new")).toBeVisible();

  await list(page).evaluate((element) => element.scrollTo(0, 300));
  await expect(page.getByRole("button", { name: "Follow" })).toHaveAttribute("aria-pressed", "false");
  send(gateway, { tool: "even_newer", call: "n2", kind: "started" });
  await page.getByRole("button", { name: /Jump to live · 1 new/ }).click();
  await expect(list(page).getByText("even_newer")).toBeVisible();
});

test("progress moves its bar, 100 % is not yet finished, and the end says how long it took", async ({ page }) => {
  await openMain(page, gateway);
  const call = { tool: "hash_tree", call: "p1", token: 1 };
  send(gateway, { ...call, kind: "started" });
  const row = list(page).getByRole("row").filter({ hasText: "hash_tree" });
  const bar = row.getByRole("progressbar");
  for (const progress of [2, 7]) {
    send(gateway, { ...call, kind: "progress", progress, total: 10, message: `step ${progress}` });
    await expect(bar).toHaveAttribute("aria-valuenow", String(progress * 10));
    await expect(row).toContainText(`step ${progress}`);
  }
  send(gateway, { ...call, kind: "progress", progress: 3, total: 10 });
  send(gateway, { ...call, kind: "progress", progress: 10, total: 10 });
  await expect(row).toContainText("Finishing…");
  send(gateway, { ...call, kind: "finished", duration_ms: 1_234 });
  await expect(row).toContainText("1.2 s");
  await expect(bar).toHaveCount(0);
});

test("a bar without a total moves, and is striped instead where motion is reduced", async ({ page }) => {
  await openMain(page, gateway);
  const fill = list(page).getByRole("row").filter({ hasText: "search_code" }).getByRole("progressbar").locator("span");
  const moving = () => fill.evaluate((element) => element.getAnimations().length);
  await expect.poll(moving).toBe(1);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect.poll(moving).toBe(0);
  await expect(fill).toHaveCSS("background-image", /repeating-linear-gradient/);
});

test("a one-time link signs in and leaves no trace in the address", async ({ page }) => {
  await page.goto(`${gateway.url}/#pair=123456`);
  await expect(page.getByRole("button", { name: "New session" }).first()).toBeVisible();
  await expect(page).toHaveURL(`${gateway.url}/`);
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
  await keepNotes(page);
  await openMain(page, gateway, `/session/${session}`);
  const rows = page.getByRole("listbox", { name: "Sessions" }).getByRole("option");
  const count = scene("main").app.sessions.length;
  await expect(rows).toHaveCount(count);
  await rows.filter({ hasText: "changelog" }).click();
  await expect(page).toHaveTitle(/changelog/);
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
  await keepNotes(page);
  await openMain(page, gateway);
  await page.getByRole("listbox", { name: "Sessions" }).getByRole("option").filter({ hasText: "changelog" }).click();
  await expect(page).toHaveTitle(/changelog/);
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
  await keepNotes(page);
  await openMain(page, gateway);
  await expect(page.getByRole("banner").getByText("Watching only")).toBeVisible();
  await expect(page.getByRole("button", { name: "New session" })).toHaveCount(0);
  gateway.sendTerminal(session, JSON.stringify({ type: "resized", cols: 60, rows: 20 }));
  await expect(page.getByRole("contentinfo").getByText("60 × 20")).toBeVisible();
  await terminal(page).click();
  await expect(terminal(page).getByRole("textbox", { name: /Terminal input/ })).toBeFocused();
  await page.keyboard.type("rm");
  await expect(terminal(page).getByText(/what you type isn't sent/)).toBeVisible();
  await page.keyboard.press("Control+Shift+Enter");
  await expect(page.getByText("This device has view-only access.", { exact: true }).first()).toBeVisible();
  await page.goto(`${gateway.url}/settings/devices`);
  await expect(page.getByRole("button", { name: /Revoke Firefox/ })).toBeDisabled();
  expect(gateway.typed).toEqual([]);
  expect(gateway.terminalFrames.filter((frame) => frame.includes("resize"))).toEqual([]);
  expect(gateway.requests.filter(({ method }) => method !== "GET")).toEqual([]);
});

test("turns are those that the agent reports, also one that comes while one looks; where it reports none, the guess says so once", async ({
  page,
}) => {
  await openMain(page, gateway);
  const guess = page.getByText("Turns are estimated from pauses");
  await expect(guess).toHaveCount(1);
  await expect(list(page).getByRole("row").filter({ has: guess })).toContainText("Turn 4");
  gateway.setScene(scene("turns-reported"));
  await page.reload();
  await expect(list(page).getByText("Turn 3", { exact: true })).toBeVisible();
  await expect(guess).toHaveCount(0);
  await expect(list(page).getByText("Turn 4", { exact: true })).toHaveCount(0);
  const shown = scene("turns-reported").app.sessions.find(({ id }) => id === session);
  if (shown === undefined) throw new Error("no session");
  gateway.sendApp({ type: "session", session: { ...shown, turn_started_at: new Date().toISOString() } });
  send(gateway, {
    tool: "of_the_new_turn",
    call: "turn-4",
    kind: "started",
    timestamp: new Date(Date.now() + 50).toISOString(),
  });
  await expect(list(page).getByText("Turn 4", { exact: true })).toBeVisible();
});

test("two sessions stand side by side, and the activity is that of the one being typed in", async ({ page }) => {
  await openMain(page, gateway);
  await page.getByRole("button", { name: "Show another session side by side" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /docs-site/ })
    .click();
  await expect(terminal(page)).toHaveCount(2);
  // Until it is there nothing in that half takes the focus.
  await expect(terminal(page).nth(1).locator(".xterm-screen")).toBeVisible();
  await terminal(page).nth(1).click();
  await expect(page).toHaveTitle(/docs-site/);
  await expect(page.getByText(/No tool calls yet/)).toBeVisible();
  await page.getByRole("button", { name: "Close the pane of docs-site" }).click();
  await expect(terminal(page)).toHaveCount(1);
});

test("a daemon of another version is replaced at once when nothing runs in it, else only after a question whose safe answer comes first", async ({
  page,
}) => {
  gateway.setScene({ ...scene("daemon-mismatch"), path: scene("main").path });
  await openMain(page, gateway);
  const sent = () => gateway.requests.filter(({ path }) => path === "/api/v1/daemon/restart").map(({ body }) => body);
  const restart = page.getByRole("button", { name: "Restart daemon" });
  await restart.click();
  await expect(page.getByRole("alert").getByText(/^2 programs are still running\. /)).toBeVisible();
  await expect(page.getByRole("button", { name: "Keep them running" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(restart).toBeFocused();
  expect(sent()).toEqual(['{"force":false}']);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "End them and restart" }).click();
  await expect.poll(sent).toEqual(['{"force":false}', '{"force":false}', '{"force":true}']);
  await expect(restart).toBeVisible();
});

test("a browser that was allowed to tells of a session that needs its person while they look elsewhere, and leads to it", async ({
  page,
}) => {
  await page.addInitScript(() => {
    const told: { title: string; click: () => void }[] = [];
    class Told extends EventTarget {
      static permission = "granted";
      constructor(title: string) {
        super();
        told.push({ title, click: () => this.dispatchEvent(new Event("click")) });
      }
      close() {}
    }
    Object.assign(window, { Notification: Told, told });
    document.hasFocus = () => false;
    localStorage.setItem("signalbox.settings", JSON.stringify({ notices: true }));
  });
  await openMain(page, gateway);
  const icon = page.locator('link[rel="icon"]');
  const quiet = scene("main").app.sessions.map((one) => ({
    ...one,
    status: { ...one.status, state: "running" as const },
  }));
  for (const one of quiet) gateway.sendApp({ type: "session", session: one });
  await expect(page).toHaveTitle(/^(?!\()/);
  await expect(icon).not.toHaveAttribute("href", /waiting/);
  const docs = quiet.find(({ label }) => label === "docs-site");
  if (docs === undefined) throw new Error("no docs-site in the scene");
  gateway.sendApp({ type: "session", session: { ...docs, status: { ...docs.status, state: "needs_you" } } });
  await expect(page).toHaveTitle(/^\(1\)/);
  await expect(icon).toHaveAttribute("href", /waiting/);
  const titles = () =>
    page.evaluate(() => (window as unknown as { told: { title: string }[] }).told.map(({ title }) => title));
  await expect.poll(titles).toEqual(["docs-site needs you"]);
  await page.evaluate(() => (window as unknown as { told: { click: () => void }[] }).told[0]?.click());
  await expect(page).toHaveTitle(/docs-site/);
});

test("a call is saved as a file, and a toast says under which name", async ({ page }) => {
  await openMain(page, gateway);
  await list(page).getByText("deploy_preview").click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as file" }).click();
  expect((await saved).suggestedFilename()).toBe("deploy_preview.json");
  await expect(page.getByText("Saved deploy_preview.json")).toBeVisible();
});
