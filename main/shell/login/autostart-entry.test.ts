/** Proves that starting with the computer starts this program, whatever its path is. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { autostartEntry, autostartPath, setAutostart } from "./autostart-entry.ts";

it("quotes by the desktop entry specification, twice: as a string, then as an argument", () => {
  expect(autostartEntry(['/opt/a b/$x"%\\', "--hidden"])).toContain(
    'Exec="/opt/a b/\\\\$x\\\\"%%\\\\\\\\" "--hidden"\n',
  );
});

it("is written where the desktop looks, and removed again without a trace", () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-autostart-"));
  const path = autostartPath({ XDG_CONFIG_HOME: folder }, "/home/p");
  expect(path).toBe(join(folder, "autostart", "signalbox.desktop"));
  expect(autostartPath({ XDG_CONFIG_HOME: "" }, "/home/p")).toBe("/home/p/.config/autostart/signalbox.desktop");
  setAutostart(path, ["/opt/Signalbox/signalbox", "--hidden"]);
  expect(readFileSync(path, "utf8")).toContain("[Desktop Entry]");
  setAutostart(path, undefined);
  setAutostart(path, undefined);
  expect(existsSync(path)).toBe(false);
  rmSync(folder, { recursive: true });
});
