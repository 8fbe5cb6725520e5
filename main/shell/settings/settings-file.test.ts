/** Proves that settings last, and that a damaged file is no reason not to start. */
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { DEFAULT_DESKTOP_SETTINGS } from "../../../shared/protocol/desktop-settings.ts";
import { keepSettings, readSettings, withPatch } from "./settings-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-settings-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("what was changed is there after the next start, closed to others", () => {
  const changed = withPatch(readSettings(folder), { close_to_tray: false });
  expect(keepSettings(folder, changed)).toBeUndefined();
  expect(readSettings(folder)).toEqual({ ...DEFAULT_DESKTOP_SETTINGS, close_to_tray: false });
  expect(statSync(join(folder, "desktop.json")).mode & 0o777).toBe(0o600);
});

it.each(["", "{", '{"close_to_tray":"yes"}', '{"notifications":{"quiet_hours":{"from":"25:00","to":"1"}}}'])(
  "damaged (%j): the defaults",
  (text) => {
    writeFileSync(join(folder, "desktop.json"), text);
    expect(readSettings(folder)).toEqual(DEFAULT_DESKTOP_SETTINGS);
  },
);

it("a link planted in its place is not followed", () => {
  writeFileSync(join(folder, "other.json"), '{"open_at_login":true}');
  symlinkSync(join(folder, "other.json"), join(folder, "desktop.json"));
  expect(readSettings(folder)).toEqual(DEFAULT_DESKTOP_SETTINGS);
});

it("a folder that cannot be written gives a reason and no exception", () => {
  expect(keepSettings(join(folder, "gone"), DEFAULT_DESKTOP_SETTINGS)).toMatch(/ENOENT/);
});
