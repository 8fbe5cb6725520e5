/** Proves that a call is found by any of its words, wherever they stand, and that journals of earlier versions stay searchable. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, it, vi } from "vitest";
import { packChunks } from "../../../test/support/gateway/pack-chunks.ts";
import { type Journal, openJournal } from "./open-journal.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-search-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "journal.db");
}

async function open(path: string): Promise<Journal> {
  const limits = { maxAgeMs: 90 * 86_400_000, maxBytes: 2 ** 31 };
  const journal = await openJournal({ path, ...limits }, { counts: () => {}, recording: () => {} });
  undo.push(() => journal.close());
  return journal;
}

const AT = "2026-11-20T10:00:00.000Z";
const record = (journal: Journal, session: string, events: readonly object[]) => {
  journal.save(session, "{}");
  journal.append(
    session,
    packChunks(
      events.map((event) => JSON.stringify(event)),
      1,
      AT,
    ),
    undefined,
  );
};
const found = async (journal: Journal, text: string, session?: string) =>
  (await journal.search(text, 20, session)).map(({ call }) => JSON.parse(call).id);

const call = (name: string, args: unknown, result: unknown) => [
  { kind: "started", call: name, tool: "run", server: "one", args },
  { kind: "finished", call: name, tool: "run", server: "one", result, duration_ms: 1 },
];

it("finds a call by words of which some are in its arguments and some in its result", async () => {
  const journal = await open(newPath());
  record(journal, "s", [
    ...call("a", { path: "router.ts" }, "设备清单完成"),
    ...call("b", { path: "router.ts" }, "done"),
  ]);
  expect(await found(journal, "清单")).toEqual(["a"]);
  expect(await found(journal, "router 清单")).toEqual(["a"]);
  expect(await found(journal, "router")).toEqual(["b", "a"]);
});

it("finds words at the start of a line, behind a tab and in a name, and no remains of JSON's escapes", async () => {
  const journal = await open(newPath());
  const content = [{ type: "text", text: "first\nsecond\tthird \u001b[1mbold" }];
  record(journal, "s", call("a", { filePath: 'C:\\temp\\new "quoted"' }, { content }));
  for (const word of ["second", "third", "temp", "new", "quoted", "path", "filepath", "bold"])
    expect(await found(journal, word)).toEqual(["a"]);
  for (const word of ["nsecond", "tthird", "u001b"]) expect(await found(journal, word)).toEqual([]);
});

it("finds numbers as they were written, and neither secrets nor encoded pictures", async () => {
  const journal = await open(newPath());
  const picture = Buffer.alloc(600, "picture").toString("base64");
  const args = {
    id: 12345,
    exact: 1,
    api_key: "canary-one",
    tokens: ["canary-two"],
    nested: { password: "canary-three" },
  };
  const text = JSON.stringify({ kind: "started", call: "a", tool: "t", args }).replace(
    '"exact":1',
    '"exact":9007199254740993',
  );
  const [start] = packChunks([text], 1, AT);
  journal.save("s", "{}");
  if (start !== undefined) journal.append("s", [start], undefined);
  const end = { kind: "finished", call: "a", tool: "t", result: { data: picture, note: "behind" } };
  journal.append("s", packChunks([JSON.stringify(end)], 2, AT), undefined);
  for (const word of ["12345", "9007199254740993", "behind", "api_key"])
    expect(await found(journal, word)).toEqual(["a"]);
  for (const word of ["canary", picture.slice(0, 12)]) expect(await found(journal, word)).toEqual([]);
});

it("looks into one session alone where one is given", async () => {
  const journal = await open(newPath());
  record(journal, "s", call("a", { word: "shared" }, "x"));
  record(journal, "t", call("b", { word: "shared" }, "x"));
  expect(await found(journal, "shared")).toEqual(["b", "a"]);
  expect(await found(journal, "shared", "s")).toEqual(["a"]);
  expect(await found(journal, "shared", "nobody")).toEqual([]);
  journal.delete("t");
  expect(await found(journal, "shared")).toEqual(["a"]);
});

/** As a version before this one left it: other words, in another table. */
async function earlierJournal(path: string): Promise<void> {
  const journal = await open(path);
  record(journal, "s", [...call("kept", { path: "src/kept.ts" }, "设备清单完成"), ...call("new", {}, "zweite\nZeile")]);
  record(journal, "gone", call("lost", { path: "src/forgotten.ts" }, "x"));
  await journal.close();
  const database = new DatabaseSync(path);
  database.exec("DROP TABLE call_words; DELETE FROM events WHERE session = 2; INSERT INTO lost VALUES (2, 1, 2)");
  const put = database.prepare("INSERT INTO call_text (rowid, tool, server, words) VALUES (?, 'run', 'one', ?)");
  for (const [row, words] of [
    [2, '{"path":"src/kept.ts"}'],
    [3, "  设备清单完成"],
    [4, "{}"],
    [5, "  zweite\nZeile"],
    [6, '{"path":"src/forgotten.ts"}'],
    [7, "  x"],
  ] as const)
    put.run(row, words);
  database.close();
}

it("finds calls of an earlier version at once, by all their words soon after, and for good where events are gone", async () => {
  const path = newPath();
  await earlierJournal(path);
  const journal = await open(path);
  expect(await found(journal, "kept")).toEqual(["kept"]);
  expect(await found(journal, "forgotten")).toEqual(["lost"]);
  await vi.waitFor(async () => expect(await found(journal, "清单")).toEqual(["kept"]));
  for (const word of ["kept", "设备", "设备清单"]) expect(await found(journal, word)).toEqual(["kept"]);
  expect(await found(journal, "zeile")).toEqual(["new"]);
  expect(await found(journal, "run")).toEqual(["lost", "new", "kept"]);
  expect(await found(journal, "forgotten")).toEqual(["lost"]);
  await journal.close();
  const again = await open(path);
  expect(await found(again, "清单")).toEqual(["kept"]);
  expect(await found(again, "forgotten")).toEqual(["lost"]);
  again.delete("gone");
  expect(await found(again, "forgotten")).toEqual([]);
});
