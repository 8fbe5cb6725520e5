/** Proves the small parts of the routes: folders, servers.json, working folders and browsers. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { browserCommand, hasBrowser } from "../open-browser.ts";
import { workingFolder } from "../sessions/working-folder.ts";
import { listFolders } from "./list-folders.ts";
import { readServers, writeServers } from "./servers-file.ts";

/** How servers.json refers to a variable. */
const REFERENCE = `\${KEY}`;
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

describe("servers.json", () => {
  it("never shows a secret again, and keeps it when something else is edited", () => {
    const path = join(folder(), "servers.json");
    const secret = "canary-secret-value";
    expect(readServers(path)).toEqual({ ok: true, value: { mcpServers: {} } });
    const file = {
      mcpServers: {
        notion: { command: "npx", args: ["notion"], env: { NOTION_TOKEN: secret, LEVEL: "debug", API_KEY: REFERENCE } },
        web: { url: "https://example.test/mcp", headers: { Authorization: `Bearer ${secret}` } },
      },
    };
    expect(writeServers(path, file)).toEqual({ ok: true, value: undefined });
    expect(statSync(path).mode & 0o077).toBe(0);
    const shown = readServers(path);
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(shown).toMatchObject({
      ok: true,
      value: { mcpServers: { notion: { env: { LEVEL: "debug", API_KEY: REFERENCE } } } },
    });
    if (!shown.ok) throw new Error("unreadable");
    const edited = structuredClone(shown.value);
    const notion = edited.mcpServers.notion;
    if (notion === undefined || !("command" in notion)) throw new Error("no server");
    notion.args = ["notion", "--fast"];
    expect(writeServers(path, edited).ok).toBe(true);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      mcpServers: { ...file.mcpServers, notion: { ...file.mcpServers.notion, args: ["notion", "--fast"] } },
    });
  });

  it("says what is wrong with a file, and where", () => {
    const path = join(folder(), "servers.json");
    writeFileSync(path, '{"mcpServers":{"x":{"url":"ftp://x"}}}', { mode: 0o600 });
    expect(readServers(path)).toMatchObject({
      ok: false,
      fault: { code: "servers-unreadable", message: expect.stringContaining("mcpServers.x") },
    });
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
  const url = "http://127.0.0.1:1/#pair=x&calc";
  for (const platform of ["linux", "darwin", "win32"] as const) {
    const { command, args } = browserCommand(url, platform);
    expect(args.at(-1)).toBe(url);
    expect(command).not.toMatch(/cmd|sh$/);
  }
});
