/** Proves what the store of kept writes promises on its own: that nothing is lost when its form changes, and that a long queue stays quick. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, it } from "vitest";
import { type NewEntry, openOutboxStore } from "./outbox-store.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const path = () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-outbox-"));
  folders.push(folder);
  return join(folder, "outbox.db");
};
const entry = (key: string, tool = "t", server = "s"): NewEntry => ({
  key,
  server,
  tool,
  params: { key },
  repeatable: true,
  session: "x",
  call: key,
});

it("keeps what waits in a database of the first form, in order, and takes a key once for each tool then", () => {
  const file = path();
  const old = new DatabaseSync(file);
  old.exec(`
    CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, server TEXT NOT NULL,
      tool TEXT NOT NULL, params TEXT NOT NULL, repeatable INTEGER NOT NULL, session TEXT NOT NULL, call TEXT NOT NULL,
      state TEXT NOT NULL, reason TEXT, attempts INTEGER NOT NULL, created_at INTEGER NOT NULL, next_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX entries_by_server ON entries (server, id);
    INSERT INTO entries (id, key, server, tool, params, repeatable, session, call, state, attempts, created_at, next_at)
      VALUES (4, 'a', 's', 't', '{}', 1, 'x', 'c1', 'queued', 2, 5, 6), (9, 'b', 's', 't', '{}', 0, 'x', 'c2', 'unknown', 1, 7, 8);
  `);
  old.close();
  const store = openOutboxStore(file);
  expect(store.list().map(({ id, key, state, attempts }) => [id, key, state, attempts])).toEqual([
    [4, "a", "queued", 2],
    [9, "b", "unknown", 1],
  ]);
  expect(store.add(entry("a", "another"), "queued", "away", 0).id).toBe(10);
  expect(store.add(entry("a"), "queued", "away", 0).id).toBe(4);
  store.close();
  const again = openOutboxStore(file);
  expect(again.list()).toHaveLength(3);
  again.close();
});

it("keeps what waits in a database that does not say yet what server a write was made for", () => {
  const file = path();
  const store = openOutboxStore(file);
  store.add(entry("a"), "queued", "away", 0);
  store.close();
  const old = new DatabaseSync(file);
  old.exec("ALTER TABLE entries DROP COLUMN definition; ALTER TABLE entries DROP COLUMN approved;");
  old.close();
  const again = openOutboxStore(file);
  expect(again.list()).toMatchObject([{ key: "a", state: "queued", definition: undefined, approved: false }]);
  expect(again.add({ ...entry("b"), definition: "d" }, "queued", "away", 0)).toMatchObject({ definition: "d" });
  again.close();
});

it("finds the first that is to be sent, and counts, whatever stands before it", () => {
  const store = openOutboxStore(path());
  const ids = ["a", "b", "c", "d"].map((key) => store.add(entry(key), "queued", "away", 0).id);
  store.add(entry("e", "t", "other"), "queued", "away", 0);
  const [a = 0, b = 0, c = 0] = ids;
  store.update(a, { state: "dead" });
  store.update(b, { state: "unknown" });
  expect(store.next("s")?.key).toBe("c");
  store.update(c, { state: "sending" });
  expect(store.next("s")?.key).toBe("d");
  expect(store.counts()).toEqual({ waiting: 3, dead: 1, unknown: 1, held: 0 });
  expect([store.holds("s", "t"), store.holds("s", "u"), store.holds("other", "t")]).toEqual([true, false, true]);
  for (const { id } of store.list("s")) store.remove(id);
  expect([store.next("s"), store.holds("s", "t")]).toEqual([undefined, false]);
  store.close();
});
