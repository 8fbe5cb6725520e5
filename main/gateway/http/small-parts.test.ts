/** Proves the small parts of the routes: folders, working folders and browsers. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { listFolders } from "../../agents/list-folders.ts";
import { workingFolder } from "../../agents/working-folder.ts";
import { browserCommand, hasBrowser } from "../open-browser.ts";

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});
function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "signalbox-parts-")));
  undo.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe("folders", () => {
  it("lists subfolders, links to folders included, hidden ones last, files never", async () => {
    const path = folder();
    for (const name of ["b", ".hidden", "a"]) mkdirSync(join(path, name));
    writeFileSync(join(path, "file"), "");
    symlinkSync(join(path, "a"), join(path, "link"));
    symlinkSync(join(path, "nothing"), join(path, "broken"));
    const listed = await listFolders(path);
    expect(listed).toMatchObject({
      ok: true,
      value: { path, parent: tmpdir(), folders: ["a", "b", "link", ".hidden"] },
    });
    expect(await listFolders(undefined)).toMatchObject({ ok: true, value: { path: homedir() } });
    expect(await listFolders("/")).toMatchObject({ ok: true, value: { path: "/", parent: null } });
    for (const bad of [join(path, "none"), join(path, "file"), "relative", "/a\0b"]) {
      expect(await listFolders(bad)).toMatchObject({ ok: false, fault: { code: "no-such-folder" } });
    }
  });

  it("works in the folder that was asked for, at home, or for the demo in Signalbox's own", () => {
    const path = folder();
    expect(workingFolder(path, "shell")).toEqual({ ok: true, value: path });
    expect(workingFolder("~", "shell")).toEqual({ ok: true, value: homedir() });
    expect(workingFolder(undefined, "claude")).toEqual({ ok: true, value: homedir() });
    const own = workingFolder(undefined, "demo");
    expect(own.ok && statSync(join(own.value, "package.json")).isFile()).toBe(true);
    expect(workingFolder(join(path, "gone"), "shell")).toMatchObject({
      ok: false,
      fault: { code: "folder-not-found" },
    });
    expect(workingFolder("here", "shell")).toMatchObject({ ok: false, fault: { code: "folder-not-absolute" } });
  });
});

it("opens a browser only where the person would see it, and never through a shell", () => {
  expect(hasBrowser({ DISPLAY: ":0" }, "linux")).toBe(true);
  expect(hasBrowser({ WAYLAND_DISPLAY: "w" }, "linux")).toBe(true);
  expect(hasBrowser({}, "linux")).toBe(false);
  expect(hasBrowser({}, "darwin")).toBe(true);
  for (const name of ["CI", "SSH_CONNECTION", "SSH_TTY"]) {
    for (const platform of ["linux", "darwin", "win32"] as const)
      expect(hasBrowser({ DISPLAY: ":0", [name]: "1" }, platform)).toBe(false);
  }
  expect(hasBrowser({ WSL_DISTRO_NAME: "Ubuntu" }, "linux")).toBe(true);
  const file = "/home/me/it's & here/open.html";
  for (const [env, platform] of [
    [{}, "linux"],
    [{ WSL_DISTRO_NAME: "Ubuntu" }, "linux"],
    [{}, "darwin"],
    [{}, "win32"],
  ] as const) {
    const { command, args } = browserCommand(file, env, platform);
    expect(args.at(-1)).toBe(file);
    expect(command).not.toMatch(/cmd|sh$/);
  }
});
