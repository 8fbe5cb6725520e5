/** Owns the table of how each system is told to start the app. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { startAtLogin } from "./start-at-login.ts";

const self = { program: "/opt/Signalbox/signalbox", args: [] };

it.each(["darwin", "win32"] as const)("%s: by Electron, hidden", (platform) => {
  const setLoginItemSettings = vi.fn();
  startAtLogin({ app: { setLoginItemSettings }, platform, self }, true);
  expect(setLoginItemSettings).toHaveBeenCalledWith({ openAtLogin: true, path: self.program, args: ["--hidden"] });
});

it("Linux: by an entry of our own; an AppImage by its file, since what is in it is gone by then", () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-login-"));
  const app = { setLoginItemSettings: () => expect.fail("Electron has no hand in it on Linux") };
  const env = { XDG_CONFIG_HOME: folder, APPIMAGE: "/home/p/Signalbox.AppImage" };
  startAtLogin({ app, platform: "linux", self, env }, true);
  const entry = join(folder, "autostart", "signalbox.desktop");
  expect(readFileSync(entry, "utf8")).toContain('Exec="/home/p/Signalbox.AppImage" "--hidden"\n');
  startAtLogin({ app, platform: "linux", self, env }, false);
  expect(existsSync(entry)).toBe(false);
  rmSync(folder, { recursive: true });
});
