/** Proves that a page gets the newest calls of a long session first, all that are still open, and the older ones page by page. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { readCall } from "../../../shared/events/read-call.ts";
import { packChunks } from "../../../test/support/gateway/pack-chunks.ts";
import { type Journal, openJournal } from "./open-journal.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function open(): Promise<Journal> {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-calls-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const limits = { maxAgeMs: 90 * 86_400_000, maxBytes: 2 ** 31 };
  const listener = { counts: () => {}, recording: () => {} };
  const journal = await openJournal({ path: join(folder, "journal.db"), ...limits }, listener);
  undo.push(() => journal.close());
  return journal;
}

const AT = "2026-11-20T10:00:00.000Z";
const read = (texts: readonly string[] = []) => texts.map((text) => readCall(JSON.parse(text)));
const ids = (texts: readonly string[] = []) => read(texts).map((call) => call?.id);

it("the first page has the newest calls, everything that is open however old, and where to go on", async () => {
  const journal = await open();
  journal.save("s", "{}");
  const events = [
    { kind: "started", call: "old", tool: "watch", args: { secret: 1 } },
    { tool: "foreign", token: 7, progress: 1 },
    ...Array.from({ length: 10 }, (_, n) => [
      { kind: "started", call: `c${n}`, tool: "t" },
      { kind: n === 3 ? "failed" : "finished", call: `c${n}`, tool: "t", duration_ms: n, result: { big: true } },
    ]).flat(),
  ];
  journal.append(
    "s",
    packChunks(
      events.map((event) => JSON.stringify(event)),
      1,
      AT,
    ),
    undefined,
  );

  const page = await journal.callPage("s", undefined, 4);
  expect(ids(page.calls)).toEqual(["c9", "c8", "c7", "c6"]);
  expect(read(page.open)).toMatchObject([
    { id: "old", state: "running", args: undefined },
    { id: "n-2", token: 7, progress: 1 },
  ]);
  expect(page).toMatchObject({ last: events.length, total: 12, failed: 1 });

  const oldest = read(page.calls).at(-1)?.firstSeq;
  const older = await journal.callPage("s", oldest, 100);
  expect(ids(older.calls)).toEqual(["c5", "c4", "c3", "c2", "c1", "c0", "n-2", "old"]);
  expect(older.open).toBeUndefined();
  expect(await journal.callPage("unknown", undefined, 4)).toEqual({ calls: [] });
});
