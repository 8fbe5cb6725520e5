/** Proves the starts that only the double can show: macOS's way with links, a second instance, and what makes a start fail. */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import type { BrowserContext } from "@playwright/test";
import { createGateway } from "../../main/gateway/create-gateway.ts";
import { startDesktop } from "../../main/shell/start-desktop.ts";
import { createElectronDouble } from "../support/electron-double/create-electron-double.ts";
import { Events } from "../support/electron-double/events.ts";
import { isAlive } from "../support/is-alive.ts";
import { listen } from "../support/listen.ts";
import { DoubleDesktop } from "./double-desktop.ts";
import { expect, test } from "./launch.ts";
import { startShell, stateOf } from "./work.ts";

/** Starts without expecting success. */
async function tryStart(context: BrowserContext, home: string, args: string[] = [], locked = false) {
  const { electron, control } = createElectronDouble({ context, platform: "linux", locked });
  const reported: string[] = [];
  const started = await startDesktop(electron, {
    args: ["--home", home, ...args],
    platform: "linux",
    sandboxed: true,
    self: { program: "/opt/Signalbox/signalbox", args: [] },
    root: resolve("."),
    loadUpdater: async () => undefined,
    trayHost: async () => "h",
    report: (event) => reported.push(event),
    createGateway,
  });
  return { started, control, reported };
}

test("A15: on macOS a link that starts the app comes before it is ready, and is followed; forged ones are not", async ({
  context,
}) => {
  const desktop = await DoubleDesktop.start({
    context,
    platform: "darwin",
    beforeReady: ({ app }) => {
      for (const url of ["signalbox://start/x", "SIGNALBOX://session/a", "signalbox://session/gone-1"]) {
        app.emit("open-url", { preventDefault: () => {} }, url);
      }
    },
  });
  try {
    const page = await desktop.page();
    await expect(page.getByText(/isn't on this computer/)).toBeVisible();
    expect(desktop.control.appMenu[0]?.label).toBe("Signalbox");
    // An app on macOS stays without its window, and comes back by its icon.
    await desktop.closeWindow();
    await expect.poll(() => desktop.windowVisible()).toBe(false);
    expect(desktop.control.ended).toBe(false);
    desktop.control.app.emit("activate");
    await expect.poll(() => desktop.windowVisible()).toBe(true);
  } finally {
    await desktop.dispose();
  }
});

test("a second instance hands over and ends without starting anything", async ({ context }, info) => {
  const { started, control, reported } = await tryStart(context, info.outputPath("home"), ["--port", "0"], true);
  expect(reported).toEqual(["began", "handed-over"]);
  expect(started).toBeUndefined();
  expect(await control.exited).toBe(0);
  expect(control.windows).toEqual([]);
});

test("a port that is taken is told in a sentence, and the app ends with 1", async ({ context }, info) => {
  const other = createServer();
  const port = new URL(await listen(other)).port;
  const { started, control, reported } = await tryStart(context, info.outputPath("home"), ["--port", port]);
  expect(reported).toEqual(["began", "failed"]);
  other.close();
  expect(started).toBeUndefined();
  expect(control.errors.join()).toContain(port);
  expect(await control.exited).toBe(1);
});

test("started hidden, as at login, it shows nothing until it is asked for", async ({ context }) => {
  const desktop = await DoubleDesktop.start({ context, args: ["--hidden"] });
  try {
    expect(desktop.control.windows).toEqual([]);
    await desktop.chooseInTray("Open Signalbox");
    await expect((await desktop.page()).getByRole("heading", { name: "Start your first session" })).toBeVisible();
  } finally {
    await desktop.dispose();
  }
});

test("a bell in a terminal turns the tray to needs-you, counts on the app's icon, and tells who", async ({
  context,
}) => {
  const desktop = await DoubleDesktop.start({ context });
  try {
    await expect.poll(async () => (await desktop.tray()).rows).toContain("Daemon · 1 server");
    await desktop.setFocused(false);
    const ring = join(desktop.home, "ring");
    const session = await startShell(
      desktop,
      "asking",
      `until [ -e '${ring}' ]; do sleep 0.05; done; printf '\\a'; sleep 600`,
    );
    await expect.poll(() => stateOf(desktop, session)).toBe("running");
    writeFileSync(ring, "");
    await expect.poll(async () => (await desktop.tray()).icon).toContain("needs-you");
    expect((await desktop.tray()).rows.slice(0, 3)).toEqual(["Daemon · 1 server", "Needs you", "› asking · sh"]);
    expect((await desktop.tray()).tooltip).toBe("Signalbox · 1 session needs you");
    await expect.poll(() => desktop.control.badge).toBe(1);
    await expect.poll(() => desktop.notices()).toEqual([{ title: "asking needs you", body: "sh · /" }]);
  } finally {
    await desktop.dispose();
  }
});

test("a newer version waits for running agents, and then replaces the app without a question", async ({ context }) => {
  const events = new Events();
  const installed: boolean[][] = [];
  const desktop = await DoubleDesktop.start({
    context,
    updater: (app) => ({
      on: events.on,
      autoDownload: false,
      autoInstallOnAppQuit: true,
      checkForUpdates: async () => null,
      quitAndInstall: (...how) => {
        installed.push(how.map((value) => value === true));
        app.quit();
      },
    }),
  });
  try {
    await expect.poll(async () => (await desktop.tray()).rows).toContain("Daemon · 1 server");
    const done = join(desktop.home, "done");
    await startShell(desktop, "busy", `until [ -e '${done}' ]; do sleep 0.05; done`);
    await expect.poll(async () => (await desktop.tray()).icon).toContain("running");
    events.emit("update-downloaded", { version: "9.9.9" });
    await expect.poll(async () => (await desktop.tray()).rows).toContain("Version 9.9.9 installs when nothing runs");
    writeFileSync(done, "");
    await expect.poll(async () => (await desktop.tray()).rows).toContain("› Restart for version 9.9.9");
    await desktop.chooseInTray("Restart for version 9.9.9");
    expect(await desktop.exited()).toBe(0);
    expect(installed).toEqual([[true, true]]);
    expect(await desktop.questions()).toEqual([]);
  } finally {
    await desktop.dispose();
  }
});

for (const [name, installs] of [
  ["that cannot install, and does nothing", () => {}],
  ["that fails", (events: Events) => events.emit("error", new Error("no file"))],
  [
    "that throws",
    () => {
      throw new Error("no file");
    },
  ],
] as const) {
  test(`an installer ${name}, leaves no app behind that holds up the next start`, async ({ context }) => {
    const events = new Events();
    const desktop = await DoubleDesktop.start({
      context,
      updater: () => ({
        on: events.on,
        autoDownload: false,
        autoInstallOnAppQuit: true,
        checkForUpdates: async () => null,
        quitAndInstall: () => installs(events),
      }),
    });
    try {
      await expect.poll(async () => (await desktop.tray()).rows).toContain("Daemon · 1 server");
      events.emit("update-downloaded", { version: "9.9.9" });
      await expect.poll(async () => (await desktop.tray()).rows).toContain("› Restart for version 9.9.9");
      await desktop.chooseInTray("Restart for version 9.9.9");
      expect(await desktop.exited()).toBe(0);
    } finally {
      await desktop.dispose();
    }
  });
}

test("a shutdown of the system installs nothing, and leaves the daemon its agents", async ({ context }) => {
  const events = new Events();
  let installed = 0;
  const desktop = await DoubleDesktop.start({
    context,
    updater: () => ({
      on: events.on,
      autoDownload: false,
      autoInstallOnAppQuit: true,
      checkForUpdates: async () => null,
      quitAndInstall: () => {
        installed += 1;
      },
    }),
  });
  try {
    await expect.poll(async () => (await desktop.tray()).rows).toContain("Daemon · 1 server");
    events.emit("update-downloaded", { version: "9.9.9" });
    const pid = desktop.app().daemon.pid ?? 0;
    desktop.control.power.emit("shutdown");
    expect(await desktop.exited()).toBe(0);
    expect(installed).toBe(0);
    expect(isAlive(pid)).toBe(true);
  } finally {
    await desktop.dispose();
  }
});

test("the daemon can be restarted from the tray, asking first while agents run", async ({ context }) => {
  const desktop = await DoubleDesktop.start({ context });
  try {
    await expect.poll(async () => (await desktop.tray()).rows).toContain("› Restart daemon…");
    const pid = () => desktop.app().daemon.pid;
    // The menu offers it once a daemon is there.
    await expect.poll(() => desktop.app().daemon.state).toBe("connected");
    const first = pid();
    await desktop.chooseInTray("Restart daemon…");
    await expect.poll(() => pid() !== first && desktop.app().daemon.state === "connected").toBe(true);
    expect(await desktop.questions()).toEqual([]);
    const second = pid();
    await startShell(desktop, "busy", "sleep 600");
    await expect.poll(async () => (await desktop.tray()).icon).toContain("running");
    await desktop.answer("Cancel");
    await desktop.chooseInTray("Restart daemon…");
    await expect.poll(() => desktop.questions()).toHaveLength(1);
    expect((await desktop.questions())[0]).toMatchObject({
      message: "Restart the daemon?",
      detail: "One agent is running in it and will be ended. History is kept.",
    });
    expect(pid()).toBe(second);
  } finally {
    await desktop.dispose();
  }
});
