/** Proves the table of how each system is told to start the app. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { startAtLogin } from "./start-at-login.ts";

const self = { program: "/opt/Signalbox/signalbox", args: [] };

const item = {
  openAtLogin: true,
  wasOpenedAtLogin: false,
  executableWillLaunchAtLogin: true,
  launchItems: [],
};

it("Windows: by Electron, hidden", () => {
  const setLoginItemSettings = vi.fn();
  const app = { setLoginItemSettings, getLoginItemSettings: () => ({ ...item, status: "not-found" as const }) };
  expect(startAtLogin({ app, platform: "win32", self }, true)).toBe("done");
  expect(setLoginItemSettings).toHaveBeenCalledWith({ openAtLogin: true, path: self.program, args: ["--hidden"] });
});

it.each([
  ["enabled", true, "done"],
  ["requires-approval", true, "needs-approval"],
  ["requires-approval", false, "done"],
] as const)("macOS answers %s to %s: %s; it takes no arguments", (status, enabled, outcome) => {
  const setLoginItemSettings = vi.fn();
  const app = { setLoginItemSettings, getLoginItemSettings: () => ({ ...item, status }) };
  expect(startAtLogin({ app, platform: "darwin", self }, enabled)).toBe(outcome);
  expect(setLoginItemSettings).toHaveBeenCalledWith({ openAtLogin: enabled });
});

it("Linux: by an entry of our own; an AppImage by its file, since what is in it is gone by then", () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-login-"));
  const fail = () => expect.fail("Electron has no hand in it on Linux");
  const app = { setLoginItemSettings: fail, getLoginItemSettings: fail };
  const mounted = { program: "/tmp/.mount_SignalXY/signalbox", args: [] };
  const env = { XDG_CONFIG_HOME: folder, APPIMAGE: "/home/p/Signalbox.AppImage", APPDIR: "/tmp/.mount_SignalXY" };
  startAtLogin({ app, platform: "linux", self: mounted, env }, true);
  const entry = join(folder, "autostart", "signalbox.desktop");
  expect(readFileSync(entry, "utf8")).toContain('Exec="/home/p/Signalbox.AppImage" "--hidden"\n');
  // From the terminal of an editor that is an AppImage itself, it is still us.
  const editor = { ...env, APPIMAGE: "/opt/Editor.AppImage", APPDIR: "/tmp/.mount_Editor" };
  startAtLogin({ app, platform: "linux", self, env: editor }, true);
  expect(readFileSync(entry, "utf8")).toContain('Exec="/opt/Signalbox/signalbox" "--hidden"\n');
  startAtLogin({ app, platform: "linux", self, env }, false);
  expect(existsSync(entry)).toBe(false);
  rmSync(folder, { recursive: true });
});
