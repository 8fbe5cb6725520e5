/** Proves what a screen reader says: rows in the order in which one wants to know, changes once each, and no percentages. */
import { expect, type Page, test } from "@playwright/test";
import { list, openMain, scene, send, session, startMainScene } from "../support/scripted-gateway/main-page.ts";
import type { ScriptedGateway } from "../support/scripted-gateway/scripted-gateway.ts";

let gateway: ScriptedGateway;
test.beforeEach(async () => {
  gateway = await startMainScene();
});
test.afterEach(() => gateway.dispose());

/** What the browser tells a screen reader of the row that the list's keys have come to. */
const readRow = (page: Page) => list(page).getByRole("row", { selected: true });

test("the row that the keys come to is read with tool, server, state, figures and message, and not again with every tick", async ({
  page,
}) => {
  await openMain(page, gateway);
  const call = { tool: "hash_tree", server: "files", call: "r1", token: 1 };
  send(gateway, { ...call, kind: "started" });
  send(gateway, { ...call, kind: "progress", progress: 3, total: 10, message: "third step" });
  await expect(list(page).getByText("third step")).toBeVisible();
  await list(page).focus();
  await expect(list(page)).toBeFocused();
  await page.keyboard.press("Home");
  await expect(readRow(page)).toHaveAccessibleName(/^hash_tree on files, running, 30%, [\d.]+ s, third step$/);
  const read = (await readRow(page).getAttribute("aria-label")) ?? "";
  expect(read).not.toBe("");
  send(gateway, { ...call, kind: "progress", progress: 7, total: 10, message: "seventh step" });
  await expect(readRow(page)).toContainText("seventh step");
  await expect(readRow(page)).toHaveAccessibleName(read);
  send(gateway, { ...call, kind: "failed", duration_ms: 1_234, error: { code: -32_000, message: "no such folder" } });
  await expect(readRow(page)).toHaveAccessibleName("hash_tree on files, failed, 1.2 s, −32000 no such folder");
});

test("a session is read with its state before its place, a change with what is asked, and the same words twice are said twice", async ({
  page,
}) => {
  await openMain(page, gateway);
  const sessions = page.getByRole("listbox", { name: "Sessions" });
  await expect(
    sessions.getByRole("option", { name: /^billing-webhooks, needs you: Approve the migration\?, Codex, / }),
  ).toHaveCount(1);
  await page.evaluate(() => {
    const said: string[] = [];
    const region = document.querySelector('[role="status"][aria-live]');
    if (region !== null)
      new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, { childList: true });
    Reflect.set(window, "said", said);
  });
  const said = () => page.evaluate(() => Reflect.get(window, "said"));
  const [other, shown] = ["docs-site", "api-refactor"].map((label) =>
    scene("main").app.sessions.find((known) => known.label === label),
  );
  if (other === undefined || shown === undefined) throw new Error("no such sessions");
  const status = { ...other.status, state: "needs_you" as const, evidence: "May I run the tests?" };
  gateway.sendApp({ type: "session", session: { ...other, status } });
  await expect.poll(said).toEqual(["docs-site: needs you: May I run the tests?"]);
  for (const more of [1, 2]) {
    const calls = { ...shown.calls, failed: shown.calls.failed + more };
    gateway.sendApp({ type: "session", session: { ...shown, calls } });
    await expect.poll(async () => ((await said()) as string[]).length).toBe(1 + more);
  }
  expect((await said()).slice(1)).toEqual(["api-refactor: a call failed.", "api-refactor: a call failed."]);
  expect(shown.id).toBe(session);
});

test("the place of a panel's edge is read as a share in whole percent, also while keys move it", async ({ page }) => {
  await openMain(page, gateway);
  const edge = page.getByRole("separator", { name: "Resize activity" });
  await expect(edge).toHaveAttribute("aria-valuetext", /^terminal \d+ %$/);
  const before = (await edge.getAttribute("aria-valuetext")) ?? "";
  await edge.press("ArrowLeft");
  await expect(edge).not.toHaveAttribute("aria-valuetext", before);
  await expect(edge).toHaveAttribute("aria-valuetext", /^terminal \d+ %$/);
  for (const name of ["aria-valuenow", "aria-valuemin", "aria-valuemax"])
    await expect(edge).toHaveAttribute(name, /^\d+$/);
});

test("while the page's code, its calls and its terminal are on their way, each says so", async ({ page }) => {
  const held = Promise.withResolvers<void>();
  await page.route("**/assets/index-*.js", async (route) => {
    await held.promise;
    await route.continue();
  });
  const opened = openMain(page, gateway);
  await expect(page.getByText("Loading Signalbox…")).toBeVisible();
  const calls = Promise.withResolvers<void>();
  await page.route("**/api/v1/sessions/*/calls*", async (route) => {
    await calls.promise;
    await route.continue();
  });
  held.resolve();
  await expect(page.getByRole("contentinfo").getByText("Loading calls…")).toBeVisible();
  await expect(page.getByText("Loading Signalbox…")).toHaveCount(0);
  calls.resolve();
  await opened;
  await expect(page.getByRole("contentinfo").getByText("Loading calls…")).toHaveCount(0);
});
