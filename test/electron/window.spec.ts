/** The window appears, or the person hears why not: compositors without a first frame, pages that do not load, desktops without a tray. */
import { mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { BrowserContext } from "@playwright/test";
import { DoubleDesktop, type DoubleDesktopOptions } from "./double-desktop.ts";
import { expect, test } from "./launch.ts";
import { startShell, stateOf } from "./work.ts";

async function run(
  context: BrowserContext,
  options: Partial<DoubleDesktopOptions>,
  look: (desktop: DoubleDesktop) => Promise<void>,
): Promise<void> {
  const desktop = await DoubleDesktop.start({ context, ...options });
  try {
    await look(desktop);
  } finally {
    await desktop.dispose();
  }
}

interface Line {
  msg: string;
  [field: string]: unknown;
}
const logOf = ({ home }: DoubleDesktop): Line[] =>
  readFileSync(join(home, "logs", "desktop.log"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
const logged = (desktop: DoubleDesktop, msg: string) => logOf(desktop).filter((line) => line.msg === msg);

test("a compositor that gives a hidden window no frames still shows it, as soon as its page has loaded", async ({
  context,
}) => {
  await run(context, { signs: ["did-finish-load"] }, async (desktop) => {
    await expect.poll(() => desktop.windowVisible()).toBe(true);
    // On a machine that is busy the page may take longer than the limit.
    expect(logged(desktop, "window shown")).toMatchObject([{ by: expect.stringMatching(/^(did-finish-load|late)$/) }]);
    expect(desktop.reported).toEqual(["began", "window"]);
  });
});

test("a page that says nothing at all is shown after a moment, and at once by a second start", async ({ context }) => {
  await run(context, { signs: [] }, async (desktop) => {
    await expect.poll(() => desktop.windowVisible()).toBe(true);
    expect(logged(desktop, "window shown")).toMatchObject([{ by: "late" }]);
  });
  await run(context, { signs: [], platform: "win32" }, async (desktop) => {
    await desktop.secondInstance([]);
    await expect.poll(() => desktop.windowVisible()).toBe(true);
  });
});

test("a page that does not load is told in a question with its reason, and can be tried again", async ({ context }) => {
  await run(context, { failingLoads: ["ERR_FAILED"] }, async (desktop) => {
    await desktop.answer("Try Again");
    await expect.poll(() => desktop.questions()).toHaveLength(1);
    expect((await desktop.questions())[0]).toMatchObject({
      message: "The window cannot show its page.",
      detail: expect.stringContaining("ERR_FAILED"),
      buttons: ["Try Again", "Close"],
    });
    await expect.poll(() => desktop.windowVisible()).toBe(true);
    await expect((await desktop.page()).getByRole("heading", { name: "Start your first session" })).toBeVisible();
  });
});

test("a page whose process cannot be started is loaded twice and then asked about, not without end", async ({
  context,
}) => {
  await run(context, {}, async (desktop) => {
    const page = await desktop.page();
    await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
    await desktop.crashPage();
    await desktop.crashPage();
    await expect(page.getByRole("heading", { name: "The window stopped working" })).toBeVisible();
    await desktop.crashPage();
    await desktop.crashPage();
    await expect.poll(() => desktop.questions()).toHaveLength(1);
    expect((await desktop.questions())[0]?.message).toBe("The window cannot show its page.");
  });
});

test("where nothing shows tray icons, closing the window asks; once something does, it hides", async ({ context }) => {
  let host = false;
  await run(context, { trayHost: () => host }, async (desktop) => {
    await expect.poll(() => logged(desktop, "tray")).toMatchObject([{ present: false, host: false }]);
    const session = await startShell(desktop, "busy", "sleep 600");
    await expect.poll(() => stateOf(desktop, session)).toBe("running");
    await desktop.answer("Cancel");
    await desktop.closeWindow();
    await expect.poll(() => desktop.questions()).toHaveLength(1);
    expect((await desktop.questions())[0]?.buttons).toEqual(["Cancel", "Quit, keep agents running", "Stop and quit"]);
    await expect.poll(() => desktop.windowVisible()).toBe(true);
    // As when the person switches the extension of their desktop on.
    host = true;
    await desktop.closeWindow();
    await expect.poll(() => desktop.windowVisible()).toBe(false);
    await expect.poll(() => desktop.questions()).toHaveLength(1);
    await desktop.chooseInTray("Open Signalbox");
    await expect.poll(() => desktop.windowVisible()).toBe(true);
  });
});

test("started hidden where no tray ever comes, it is a minimized window instead of nothing", async ({ context }) => {
  await run(context, { args: ["--hidden"], trayHost: () => false }, async (desktop) => {
    await expect.poll(() => desktop.control.windows.length).toBe(1);
    await expect.poll(() => desktop.control.windows[0]?.isMinimized()).toBe(true);
    await desktop.secondInstance([]);
    expect(desktop.control.windows[0]?.isMinimized()).toBe(false);
  });
});

test("macOS: opened at login it shows no window, and a full-screen window leaves that before it is hidden", async ({
  context,
}) => {
  await run(context, { platform: "darwin", atLogin: true }, async (desktop) => {
    expect(desktop.control.windows).toEqual([]);
    desktop.control.app.emit("activate", {}, false);
    await expect.poll(() => desktop.windowVisible()).toBe(true);
    const [window] = desktop.control.windows;
    window?.setFullScreen(true);
    await desktop.closeWindow();
    await expect.poll(() => desktop.windowVisible()).toBe(false);
    expect(window?.isFullScreen()).toBe(false);
  });
});

test("a link that is followed is in the log", async ({ context }) => {
  await run(context, { args: ["signalbox://session/00000000-gone"] }, async (desktop) => {
    await expect.poll(() => logged(desktop, "followed")).toMatchObject([{ path: "/session/00000000-gone" }]);
  });
});

test("the app's name begins after the window's buttons, and the bar reaches to the other end", async ({ context }) => {
  await run(context, { platform: "darwin" }, async (desktop) => {
    const page = await desktop.page();
    await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
    expect(desktop.control.windows[0]?.options).toMatchObject({ titleBarOverlay: { height: 39 } });
    // As Electron sets the area on macOS: after three buttons, up to the window's edge.
    const box = await page.getByRole("banner").evaluate((bar) => {
      bar.style.setProperty("--title-x", "77px");
      bar.style.setProperty("--title-width", `${innerWidth - 77}px`);
      const first = bar.querySelector("svg")?.getBoundingClientRect();
      return { mark: first?.left ?? 0, end: bar.getBoundingClientRect().right, width: innerWidth };
    });
    expect(box.mark).toBeGreaterThan(77);
    expect(box.end).toBe(box.width);
  });
});

test("the window's own buttons follow the theme that the page has, also at the next start", async ({
  context,
}, info) => {
  const home = info.outputPath("home");
  await run(context, { home }, async (desktop) => {
    const page = await desktop.page();
    await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
    await page.evaluate(() => window.signalbox?.setTheme("light"));
    expect(desktop.control.windows[0]).toMatchObject({ overlay: { color: "#f6f7f9" }, background: "#f6f7f9" });
    const odd = page.evaluate(() => Reflect.apply(window.signalbox?.setTheme ?? (() => {}), undefined, ["pink"]));
    await expect(odd).rejects.toThrow();
  });
});

test("a right click in a field offers what Electron does not, and keys enlarge the page", async ({ context }) => {
  await run(context, {}, async (desktop) => {
    await expect((await desktop.page()).getByRole("button", { name: /^Daemon/ })).toBeVisible();
    const [contents] = desktop.control.contents;
    const editFlags = { canCut: false, canCopy: false, canPaste: true, canSelectAll: true };
    contents?.events.emit("context-menu", {}, { isEditable: true, selectionText: "", editFlags, linkURL: "" });
    contents?.events.emit("context-menu", {}, { isEditable: false, selectionText: "", editFlags, linkURL: "" });
    expect(desktop.control.contextMenus.map((menu) => menu.map(({ role }) => role))).toEqual([
      ["cut", "copy", "paste", undefined, "selectAll"],
    ]);
    const key = { type: "keyDown", code: "Equal", control: true, shift: true, alt: false, meta: false };
    expect(contents?.events.preventedWith("before-input-event", key)).toBe(true);
    expect(contents?.zoomLevel).toBe(0.5);
    expect(contents?.events.preventedWith("before-input-event", { ...key, shift: false })).toBe(false);
  });
});

test("a folder is chosen where the last one was, and at first in the home folder", async ({ context }, info) => {
  await run(context, {}, async (desktop) => {
    const page = await desktop.page();
    await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
    const folder = info.outputPath("chosen");
    mkdirSync(folder, { recursive: true });
    desktop.control.chosen.push(folder);
    expect(await page.evaluate(() => window.signalbox?.chooseFolder())).toBe(folder);
    expect(await page.evaluate(() => window.signalbox?.chooseFile())).toBeNull();
    expect(desktop.control.fileQuestions.map(({ defaultPath }) => defaultPath)).toEqual([homedir(), folder]);
  });
});

test("a system that refuses notifications is told once, in the tray's menu and the log", async ({ context }) => {
  await run(context, {}, async (desktop) => {
    await expect.poll(async () => (await desktop.tray()).rows).toContain("Daemon · 1 server");
    await desktop.setFocused(false);
    const session = await startShell(desktop, "gone", "sleep 0.5; exit 3");
    await expect.poll(() => stateOf(desktop, session)).toBe("failed");
    await expect.poll(() => desktop.control.notices.length).toBe(1);
    desktop.control.notices[0]?.fail("UNErrorDomain 1");
    await expect
      .poll(async () => (await desktop.tray()).rows)
      .toContain("The system refuses Signalbox's notifications");
    expect(logged(desktop, "the system did not show a notification")).toHaveLength(1);
  });
});

test("started without Chromium's sandbox, the window says so until its person has read it", async ({ context }) => {
  await run(context, { args: ["--no-sandbox"] }, async (desktop) => {
    const page = await desktop.page();
    const note = page.getByText("Signalbox was started with --no-sandbox");
    await expect(note).toBeVisible();
    await page.getByRole("status").filter({ has: note }).getByRole("button", { name: "OK" }).click();
    await expect(note).toHaveCount(0);
    await page.reload();
    await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
    await page.evaluate(() => window.signalbox?.sandboxed());
    await expect(note).toHaveCount(0);
    await page.getByRole("button", { name: "Settings" }).first().click();
    const settings = page.getByRole("dialog", { name: "Settings" });
    await settings.getByRole("button", { name: "About", exact: true }).click();
    await expect(settings.getByText("Off: the app was started with --no-sandbox.")).toBeVisible();
  });
});

test("started with it, the window says nothing of a sandbox", async ({ context }) => {
  await run(context, {}, async (desktop) => {
    const page = await desktop.page();
    await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
    expect(await page.evaluate(() => window.signalbox?.sandboxed())).toBe(true);
    await expect(page.getByText("--no-sandbox")).toHaveCount(0);
  });
});

test("a window whose display was taken away while it was hidden comes back where it can be reached", async ({
  context,
}) => {
  await run(context, {}, async (desktop) => {
    await expect.poll(() => desktop.windowVisible()).toBe(true);
    const [window] = desktop.control.windows;
    window?.setBounds({ x: 2500, y: 100, width: 1280, height: 820 });
    desktop.control.screen.emit("display-removed");
    expect(window?.bounds).toEqual({ x: 640, y: 100, width: 1280, height: 820 });
    window?.hide();
    window?.setBounds({ x: -4000 });
    desktop.control.screen.emit("display-metrics-changed");
    expect(window?.bounds.x).toBe(-4000);
    await desktop.secondInstance([]);
    expect(window?.bounds.x).toBe(0);
  });
});

test("a second start by the system's login changes nothing that is seen", async ({ context }) => {
  await run(context, { args: ["--hidden"] }, async (desktop) => {
    await desktop.secondInstance(["--hidden"]);
    expect(desktop.control.windows).toEqual([]);
    await desktop.secondInstance([]);
    await expect.poll(() => desktop.windowVisible()).toBe(true);
  });
});

test("a start while the app is ending is not lost: the app starts again with its link", async ({ context }) => {
  await run(context, {}, async (desktop) => {
    await expect.poll(() => desktop.windowVisible()).toBe(true);
    await desktop.chooseInTray("Quit Signalbox");
    await expect.poll(() => desktop.started.shell.leaving).toBe(true);
    await desktop.secondInstance(["signalbox://session/late-1"]);
    expect(await desktop.exited()).toBe(0);
    expect(desktop.control.relaunches).toEqual([
      { args: ["--home", desktop.home, "--port", "0", "signalbox://session/late-1"] },
    ]);
  });
});

test("Windows ends the person's session: the window's place is kept, nobody is asked, agents go on", async ({
  context,
}) => {
  await run(context, { platform: "win32" }, async (desktop) => {
    const session = await startShell(desktop, "busy", "sleep 600");
    await expect.poll(() => stateOf(desktop, session)).toBe("running");
    desktop.control.windows[0]?.setBounds({ x: 33 });
    desktop.control.windows[0]?.events.emit("session-end", { reasons: ["shutdown"] });
    expect(readFileSync(join(desktop.home, "window.json"), "utf8")).toContain('"x": 33');
    expect(await desktop.exited()).toBe(0);
    expect(await desktop.questions()).toEqual([]);
  });
});

test("Linux waits for the app's end when it shuts down; macOS, which would stay on, is not asked to", async ({
  context,
}) => {
  for (const [platform, prevented] of [
    ["linux", true],
    ["darwin", false],
  ] as const) {
    await run(context, { platform }, async (desktop) => {
      expect(desktop.control.power.prevented("shutdown")).toBe(prevented);
      expect(await desktop.exited()).toBe(0);
    });
  }
});

test("macOS: a full-screen window that is asked for again while it leaves full screen is not hidden after all", async ({
  context,
}) => {
  await run(context, { platform: "darwin" }, async (desktop) => {
    await expect.poll(() => desktop.windowVisible()).toBe(true);
    const [window] = desktop.control.windows;
    if (window === undefined) throw new Error("no window");
    window.fullScreen = true;
    window.slowFullScreen = true;
    await desktop.closeWindow();
    await expect.poll(() => window.fullScreen).toBe(false);
    desktop.control.app.emit("activate", {}, false);
    window.events.emit("leave-full-screen");
    await expect.poll(() => desktop.windowVisible()).toBe(true);
  });
});

test("a link that comes after the page has crashed waits for the one that is loaded in its place", async ({
  context,
}) => {
  await run(context, {}, async (desktop) => {
    const page = await desktop.page();
    await expect(page.getByRole("button", { name: /^Daemon/ })).toBeVisible();
    await desktop.crashPage();
    await desktop.secondInstance(["signalbox://session/after-crash"]);
    await expect(page.getByText(/isn't on this computer/)).toBeVisible();
  });
});
