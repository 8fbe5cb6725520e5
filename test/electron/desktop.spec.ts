/** Proves what only the desktop has: window, tray, links, notices and quitting, around real sessions. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestInfo } from "@playwright/test";
import { signalbox } from "../support/product.ts";
import type { Desktop } from "./desktop.ts";
import { expect, test } from "./launch.ts";
import { callsOf, demoSession, startShell, stateOf } from "./work.ts";

/** The tray's menu as text, kept with the report. */
async function showTray(desktop: Desktop, info: TestInfo, name: string): Promise<string> {
  const { rows, tooltip, icon } = await desktop.tray();
  const text = [`[${icon.split("/").at(-1)}] ${tooltip}`, ...rows].join("\n");
  await info.attach(`tray, ${name}`, { body: text, contentType: "text/plain" });
  return text;
}

test("starting the app shows its page, connected, and a tray with everything in it", async ({ launch }, info) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("heading", { name: "Start your first session" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  await expect.poll(() => desktop.windowVisible()).toBe(true);
  expect(page.url()).not.toContain(desktop.gateway.token);
  await page.screenshot({ path: "artifacts/desktop-first-run.png" });
  await expect.poll(async () => (await desktop.tray()).rows).toContain("Daemon · 1 server");
  expect(await showTray(desktop, info, "first run")).toContain("› Open Signalbox\n› New session…");
});

test("the tray follows a running demo session, and leads to it", async ({ launch }, info) => {
  const desktop = await launch({ args: ["--demo"] });
  const page = await desktop.page();
  const demo = await demoSession(desktop);
  await expect.poll(async () => (await callsOf(desktop, demo)).length).toBeGreaterThan(0);
  await expect(page.getByRole("banner")).toContainText("Demo");
  const demoRow = async () => (await desktop.tray()).rows.find((row) => /^› .*Demo/.test(row))?.slice(2) ?? "";
  await expect.poll(demoRow).not.toBe("");
  await showTray(desktop, info, "demo running");

  await desktop.chooseInTray("New session…");
  const dialog = page.locator("[role=dialog]");
  await expect(dialog.and(page.locator(":focus-within"))).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  const other = await startShell(desktop, "elsewhere", "sleep 600");
  await desktop.secondInstance([`signalbox://session/${other}`]);
  await expect(page.getByRole("banner")).toContainText("elsewhere");
  await expect.poll(async () => (await desktop.tray()).icon).toContain("running");
  // A row tells how its session stands, which changes.
  await desktop.chooseInTray(await demoRow());
  await expect(page.getByRole("banner")).toContainText("Demo");
});

test("a link handed over by a second start opens exactly that session and call", async ({ launch }) => {
  const desktop = await launch({ args: ["--demo"] });
  const page = await desktop.page();
  const session = await demoSession(desktop);
  await expect.poll(async () => (await callsOf(desktop, session)).length).toBeGreaterThan(0);
  const [call] = await callsOf(desktop, session);
  await expect(page.getByRole("banner")).toContainText("Demo");
  const other = await startShell(desktop, "other", "sleep 600");
  await desktop.secondInstance([`signalbox://session/${other}`]);
  await expect(page.getByRole("banner")).toContainText("other");
  await desktop.secondInstance(["--flag", `signalbox://session/${session}/call/${call?.id}`]);
  await expect(page.getByRole("banner")).toContainText("Demo");
  await expect(
    page
      .getByRole("complementary", { name: `Call ${call?.tool}` })
      .or(page.getByRole("dialog", { name: `Call ${call?.tool}` })),
  ).toBeVisible();
});

test("A15: a second start with garbage or a forged link leads nowhere and harms nothing", async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("heading", { name: "Start your first session" })).toBeVisible();
  for (const args of [
    ["signalbox://session/a", "signalbox://session/b"],
    ["SIGNALBOX://session/a"],
    ["signalbox://session/a?token=x"],
    ["signalbox://session/a' --renderer-cmd-prefix=calc"],
    ["signalbox://start/claude"],
    ["--home", "/etc", "--port", "x", "\0", "--no-sandbox", "%F0", "-".repeat(10_000)],
  ]) {
    await desktop.secondInstance(args);
  }
  await expect(page.getByRole("heading", { name: "Start your first session" })).toBeVisible();
  await desktop.secondInstance(["signalbox://session/no-such-session"]);
  await expect(page.getByText(/isn't on this computer/)).toBeVisible();
});

test("a link that starts the app waits until the page can follow it", async ({ launch }) => {
  const desktop = await launch({ args: ["signalbox://session/00000000-gone"] });
  const page = await desktop.page();
  await expect(page.getByText(/isn't on this computer/)).toBeVisible();
  await page.getByRole("button", { name: "Show sessions" }).click();
  await expect(page.getByText(/isn't on this computer/)).toBeHidden();
});

test("signalbox open <link> is followed by the window that runs", async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  const session = await startShell(desktop, "by-command", "sleep 600");
  const run = await signalbox(["open", "--home", desktop.home, `signalbox://session/${session}`]);
  expect(run).toMatchObject({ code: 0, stdout: "" });
  await expect(page.getByRole("banner")).toContainText("by-command");
  await expect.poll(() => desktop.windowVisible()).toBe(true);
});

test("a notice comes only while the person looks elsewhere, and its click opens that session", async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  await desktop.setFocused(true);
  // Each ends only once it is known to run: what was never seen at work has not changed.
  const seenGo = join(desktop.home, "seen");
  const seen = await startShell(desktop, "watched", `until [ -e '${seenGo}' ]; do sleep 0.05; done; exit 3`);
  await expect.poll(() => stateOf(desktop, seen)).toBe("running");
  await desktop.secondInstance([`signalbox://session/${seen}`]);
  writeFileSync(seenGo, "");
  await expect(page.getByText(/exited with code 3/).first()).toBeVisible();
  await expect.poll(() => stateOf(desktop, seen)).toBe("failed");

  await desktop.setFocused(false);
  const otherGo = join(desktop.home, "other");
  const other = await startShell(desktop, "unwatched", `until [ -e '${otherGo}' ]; do sleep 0.05; done; exit 4`);
  await expect.poll(() => stateOf(desktop, other)).toBe("running");
  writeFileSync(otherGo, "");
  await expect.poll(() => desktop.notices()).toHaveLength(1);
  await expect
    .poll(() => desktop.notices())
    .toEqual([{ title: "unwatched failed", body: expect.stringMatching(/ · \/$/) }]);
  await desktop.clickNotice(0);
  await expect(page.getByRole("banner")).toContainText("unwatched");
});

test("quitting with an agent at work asks; Cancel and Keep change nothing, Stop ends agent and app", async ({
  launch,
}) => {
  const desktop = await launch();
  const page = await desktop.page();
  const session = await startShell(desktop, "busy", "echo up; sleep 600");
  await desktop.secondInstance([`signalbox://session/${session}`]);
  await expect(page.getByRole("region", { name: "Terminal" })).toContainText("up");
  await expect.poll(async () => (await desktop.tray()).icon).toContain("running");

  await desktop.answer("Cancel");
  await desktop.chooseInTray("Quit Signalbox");
  await expect.poll(() => desktop.questions()).toHaveLength(1);
  expect((await desktop.questions())[0]).toMatchObject({
    message: "A session is running.",
    buttons: ["Cancel", "Keep running in tray", "Stop and quit"],
  });
  await expect.poll(() => desktop.windowVisible()).toBe(true);

  await desktop.answer("Keep running in tray");
  await desktop.chooseInTray("Quit Signalbox");
  await expect.poll(() => desktop.windowVisible()).toBe(false);
  await desktop.chooseInTray("Open Signalbox");
  await expect.poll(() => desktop.windowVisible()).toBe(true);

  await desktop.closeWindow();
  await expect.poll(() => desktop.windowVisible()).toBe(false);
  await expect.poll(() => desktop.questions()).toHaveLength(2);

  await desktop.answer("Stop and quit");
  await desktop.chooseInTray("Quit Signalbox");
  expect(await desktop.exited()).toBe(0);
});

test("with nothing running, closing the window ends the app without a question", async ({ launch }) => {
  test.skip(process.platform === "darwin", "an app on macOS stays");
  const desktop = await launch();
  await expect((await desktop.page()).getByRole("button", { name: /^Daemon/ })).toBeVisible();
  await expect.poll(async () => (await desktop.tray()).rows).toContain("Daemon · 1 server");
  await desktop.closeWindow();
  expect(await desktop.exited()).toBe(0);
  expect(await desktop.questions()).toEqual([]);
});

test("a desktop without a tray still offers every way back", async ({ launch }, info) => {
  test.skip(info.project.name === "electron", "only the double can be without one");
  const desktop = await launch({ tray: false });
  const session = await startShell(desktop, "busy", "sleep 600");
  await expect.poll(() => stateOf(desktop, session)).toBe("running");
  await desktop.answer("Quit, keep agents running");
  await desktop.closeWindow();
  await expect.poll(async () => (await desktop.questions()).length).toBeGreaterThan(0);
  expect((await desktop.questions()).at(-1)?.buttons).toEqual(["Cancel", "Quit, keep agents running", "Stop and quit"]);
});

test("a crash of the page shows it again, with the session that was running", async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.page();
  const session = await startShell(desktop, "survivor", "echo still-here; sleep 600");
  await desktop.secondInstance([`signalbox://session/${session}`]);
  await expect(page.getByText("still-here").first()).toBeVisible();
  // Gone with the page that crashes.
  await desktop.inPage("window.before = true");
  const text = () => desktop.inPage('"before" in window ? "" : document.body.innerText').catch(() => "");
  await desktop.crashPage();
  await expect.poll(text).toContain("survivor");
  await desktop.crashPage();
  await expect.poll(text).toContain("The window stopped working");
  await desktop.inPage("document.querySelector('a').click()");
  await expect.poll(text).toContain("survivor");
});

test("a damaged window file and damaged settings do not keep the app from opening", async ({ launch }, info) => {
  const home = info.outputPath("home");
  const first = await launch({ home });
  await expect((await first.page()).getByRole("button", { name: /^Daemon/ })).toBeVisible();
  await first.closeWindow();
  await first.exited();
  writeFileSync(join(home, "window.json"), '{"version":1,"places":[{"displays":');
  writeFileSync(join(home, "desktop.json"), "\0");
  const second = await launch({ home });
  await expect((await second.page()).getByRole("heading", { name: "Start your first session" })).toBeVisible();
});

test("settings of the desktop are changed by the page and kept", async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.page();
  await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
  const changed = await page.evaluate(() => window.signalbox?.changeSettings({ close_to_tray: false }));
  expect(changed).toMatchObject({ close_to_tray: false, open_at_login: false });
  const refused = page.evaluate(() =>
    Reflect.apply(window.signalbox?.changeSettings ?? (() => {}), undefined, [{ close_to_tray: "no" }]),
  );
  await expect(refused).rejects.toThrow(/close_to_tray/);
  await desktop.chooseInTray("Pause notifications for an hour");
  await expect.poll(async () => (await desktop.tray()).rows).toContain("› Resume notifications");
  const kept = await page.evaluate(() => window.signalbox?.settings());
  expect(Date.parse(kept?.notifications.paused_until ?? "")).toBeGreaterThan(Date.now() + 3_500_000);
});
