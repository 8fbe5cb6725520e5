/** Proves that a store that a power cut or a full disk damaged costs its content at most, and never the start. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOutboxStore } from "../daemon/outbox/outbox-store.ts";
import { openSqliteSessionStore } from "../daemon/sessions/sqlite-session-store.ts";
import { openKnownStore } from "../daemon/upstream/catalogue/known-store.ts";
import { examineStores } from "../gateway/doctor/examine-stores.ts";
import { openDatabase } from "../gateway/journal/open-database.ts";
import { homeFolder } from "./home-folder.ts";
import { setAsideOf } from "./set-aside.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-aside-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Opens each store of the home, and gives the file that was set aside, if one was. */
const STORES: Record<string, (path: string) => string | undefined> = {
  "journal.db"(path) {
    const { database, movedAside } = openDatabase(path);
    database.close();
    return movedAside;
  },
  "sessions.db"(path) {
    let aside: string | undefined;
    void openSqliteSessionStore(path, (file) => {
      aside = file;
    }).close();
    return aside;
  },
  "known-servers.db"(path) {
    let aside: string | undefined;
    openKnownStore(path, (file) => {
      aside = file;
    }).close();
    return aside;
  },
  "outbox.db"(path) {
    let aside: string | undefined;
    openOutboxStore(path, {
      onSetAside: (file) => {
        aside = file;
      },
    }).close();
    return aside;
  },
};

/** Fills a store's file with pages of its own, so that there is an inside to damage. */
function fill(path: string): void {
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE filler (text TEXT); CREATE INDEX filler_text ON filler (text)");
  const insert = database.prepare("INSERT INTO filler VALUES (?)");
  database.exec("BEGIN");
  for (let row = 0; row < 2_000; row += 1) insert.run(`row ${row} ${"x".repeat(200)}`);
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

const DAMAGE: Record<string, (path: string) => void> = {
  "is no database": (path) => writeFileSync(path, "not a database ".repeat(500)),
  "lost its end": (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2)),
  "has a page of zeros": (path) => {
    const bytes = readFileSync(path);
    bytes.fill(0, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 20_000);
    writeFileSync(path, bytes);
  },
  "has a page of something else": (path) => {
    const bytes = readFileSync(path);
    bytes.fill(0x7a, Math.floor(bytes.length / 3), Math.floor(bytes.length / 3) + 20_000);
    writeFileSync(path, bytes);
  },
};

describe.each(Object.entries(STORES))("%s", (name, open) => {
  it.each(Object.entries(DAMAGE))("that %s is set aside as it was, and another one begun", (_, damage) => {
    const path = join(folder, name);
    expect(open(path)).toBeUndefined();
    fill(path);
    damage(path);
    const before = readFileSync(path);
    const aside = open(path);
    expect(aside).toBe(setAsideOf(path)[0]);
    expect(readFileSync(aside ?? "").equals(before)).toBe(true);
    expect(open(path)).toBeUndefined();
    const findings = examineStores(homeFolder(folder), false);
    expect(findings.filter(({ state }) => state !== "good")).toEqual([
      expect.objectContaining({
        text: expect.stringContaining(aside ?? ""),
        state: name === "outbox.db" ? "bad" : "warning",
      }),
    ]);
  });

  it("that is empty, or whole, is used as it is", () => {
    const path = join(folder, name);
    writeFileSync(path, "");
    expect(open(path)).toBeUndefined();
    fill(path);
    copyFileSync(path, `${path}.copy`);
    expect(open(path)).toBeUndefined();
    expect(setAsideOf(path)).toEqual([]);
  });
});

it("the doctor names a damaged store before the daemon meets it", () => {
  writeFileSync(join(folder, "sessions.db"), "not a database ".repeat(500));
  expect(examineStores(homeFolder(folder), false)).toMatchObject([
    {
      state: "bad",
      text: expect.stringContaining("sessions.db"),
      hint: expect.stringContaining("sets a damaged file aside"),
    },
  ]);
});
