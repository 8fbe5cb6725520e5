/** Proves that what others put into a home folder which stood open is used for nothing, tried by a real process of another user. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOutboxStore } from "../daemon/outbox/outbox-store.ts";
import { openSqliteSessionStore } from "../daemon/sessions/sqlite-session-store.ts";
import { openKnownStore } from "../daemon/upstream/catalogue/known-store.ts";
import { examineHome } from "../gateway/doctor/examine-home.ts";
import { openDatabase } from "../gateway/journal/open-database.ts";
import { type HomeFolder, homeFolder, prepareHomeFolder } from "./home-folder.ts";
import { claimDatabase, whyNotOwn } from "./own-entry.ts";
import { openRotatingFile } from "./rotating-file.ts";

const NOBODY = 65_534;
let folder: string;
let home: HomeFolder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-own-"));
  chmodSync(folder, 0o755);
  home = homeFolder(join(folder, "home"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script as another user, who is given the path of the home. It stays until `end`, as an open file would. */
async function stranger(script: string): Promise<{ end: () => Promise<string> }> {
  const child = spawn(
    process.execPath,
    [
      "-e",
      `const fs = require("node:fs"); const home = process.argv[1];${script}; console.log("ready"); process.stdin.once("data", () => { after(); process.exit() });`,
      home.path,
    ],
    { uid: NOBODY, gid: NOBODY, stdio: ["pipe", "pipe", "inherit"], cwd: "/" },
  );
  let said = "";
  child.stdout.on("data", (data) => {
    said += String(data);
  });
  await once(child.stdout, "data");
  return {
    async end() {
      child.stdin.write("x");
      await once(child, "close");
      return said.replace("ready\n", "");
    },
  };
}

const OPENERS = {
  "journal.db": (path: string) => openDatabase(path).database.close(),
  "sessions.db": (path: string) => void openSqliteSessionStore(path).close(),
  "known-servers.db": (path: string) => openKnownStore(path).close(),
  "outbox.db": (path: string) => openOutboxStore(path).close(),
};

describe.runIf(process.getuid?.() === 0)("A29: a home that stood open", () => {
  beforeEach(() => {
    mkdirSync(home.path);
    chmodSync(home.path, 0o777);
  });

  it("is closed, and not used while it holds a database that another user made and has open", async () => {
    const other = await stranger(`
      const open = ["journal.db", "sessions.db"].map((name) => fs.openSync(home + "/" + name, "w+", 0o666));
      const after = () => { for (const fd of open) process.stdout.write(fs.readFileSync(fd)); };`);
    expect(() => prepareHomeFolder(home)).toThrow(/holds what belongs to another user: .*journal\.db.*Remove it/);
    expect(statSync(home.path).mode & 0o777).toBe(0o700);
    // Closed by now, and still not used.
    expect(() => prepareHomeFolder(home)).toThrow(/journal\.db/);
    for (const name of ["journal.db", "sessions.db"] as const)
      expect(() => OPENERS[name](join(home.path, name)), name).toThrow(/belongs to another user/);
    expect(examineHome(home).map(({ text }) => text)).toContain(
      `${join(home.path, "journal.db")} belongs to another user.`,
    );
    expect(await other.end()).toBe("");
    for (const name of ["journal.db", "sessions.db"]) rmSync(join(home.path, name));
    prepareHomeFolder(home);
  });

  it.each([
    ["a file beside a database", `fs.writeFileSync(home + "/journal.db-wal", "x")`],
    ["a link in place of a file", `fs.symlinkSync("/etc/passwd", home + "/token")`],
    ["a link in place of a folder", `fs.symlinkSync("/tmp", home + "/logs")`],
    ["a folder of their own", `fs.mkdirSync(home + "/run")`],
    ["something deep in a folder", `fs.mkdirSync(home + "/x"); fs.writeFileSync(home + "/x/y", "")`],
    ["a settings file", `fs.writeFileSync(home + "/servers.json", "{}")`],
    ["a socket", `const server = require("node:net").createServer().listen(home + "/socket")`],
  ])("is not used while it holds %s", async (_what, script) => {
    const other = await stranger(`${script}; const after = () => {};`);
    expect(() => prepareHomeFolder(home)).toThrow(/belongs to another user/);
    await other.end();
  });

  it("is looked through to the end: what another user put into a folder of the person's own is found", async () => {
    mkdirSync(join(home.path, "recordings", "a"), { recursive: true });
    for (const name of ["recordings", "recordings/a"]) chmodSync(join(home.path, name), 0o777);
    const other = await stranger(`fs.writeFileSync(home + "/recordings/a/0.out", ""); const after = () => {};`);
    expect(() => prepareHomeFolder(home)).toThrow(/recordings\/a\/0\.out/);
    await other.end();
  });
});

it.each(Object.entries(OPENERS))(
  "A29: %s is not opened through another name, nor where others may write it",
  (name, open) => {
    prepareHomeFolder(home);
    const path = join(home.path, name);
    open(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    linkSync(path, join(folder, "elsewhere"));
    expect(() => open(path)).toThrow(/hard link/);
    rmSync(join(folder, "elsewhere"));
    chmodSync(path, 0o622);
    expect(() => open(path)).toThrow(/other users may write to it/);
    expect(examineHome(home).some(({ text }) => text.startsWith(path))).toBe(true);
    chmodSync(path, 0o644);
    open(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // A link of one's own to a disk of one's own is used.
    renameSync(path, join(folder, "moved.db"));
    symlinkSync(join(folder, "moved.db"), path);
    open(path);
  },
);

it("A29: nor is a file beside a database that is another name of something", () => {
  prepareHomeFolder(home);
  writeFileSync(join(folder, "mine"), "", { mode: 0o600 });
  linkSync(join(folder, "mine"), `${home.database}-wal`);
  expect(() => claimDatabase(home.database)).toThrow(/journal\.db-wal is not used: it has another name/);
  expect(whyNotOwn(join(folder, "none"))).toBeUndefined();
});

it("A29: a log that is another name of a file is set aside, not written to", () => {
  prepareHomeFolder(home);
  const mine = join(folder, "precious");
  writeFileSync(mine, "kept", { mode: 0o600 });
  const log = join(home.logs, "x.log");
  linkSync(mine, log);
  openRotatingFile(log).write("line\n");
  expect(readFileSync(mine, "utf8")).toBe("kept");
  expect(readFileSync(log, "utf8")).toBe("line\n");
});
