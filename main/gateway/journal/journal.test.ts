/** Proves that history is kept, comes back, stays within its limits, and that a disk that refuses costs nothing but history. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { packChunks } from "../../../test/support/gateway/pack-chunks.ts";
import { type Chunk, entriesOf } from "../bridge/chunk.ts";
import type { EntryRun } from "./batch.ts";
import { createCallIndex } from "./call-index.ts";
import { createEventStore } from "./event-store.ts";
import type { FromWorker } from "./messages.ts";
import { openDatabase } from "./open-database.ts";
import { type Journal, openJournal } from "./open-journal.ts";
import { createRecorder } from "./recorder.ts";
import { trim } from "./retention.ts";

const LIMITS = { maxAgeMs: 90 * 86_400_000, maxBytes: 2 ** 31 };
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-journal-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "journal.db");
}
async function open(path: string, listener: Partial<Parameters<typeof openJournal>[1]> = {}): Promise<Journal> {
  const journal = await openJournal({ path, ...LIMITS }, { counts: () => {}, recording: () => {}, ...listener });
  undo.push(() => journal.close());
  return journal;
}
const AT = "2026-11-20T10:00:00.000Z";
const events = (from: number, to: number, extra: object = {}) =>
  Array.from({ length: to - from + 1 }, (_, i) =>
    JSON.stringify({ kind: "progress", call: "c", tool: "t", progress: from + i, ...extra }),
  );
const chunks = (from: number, to: number, extra?: object) => packChunks(events(from, to, extra), from, AT);
const text = (items: readonly (Chunk | { lost: true; first: number; last: number })[]) =>
  items.map((item) =>
    "lost" in item ? `lost ${item.first}-${item.last}` : entriesOf(item, item.first, item.last).toString(),
  );
const numbersIn = (items: Parameters<typeof text>[0]) =>
  JSON.parse(`[${text(items.filter((item) => !("lost" in item))).join(",")}]`).map(
    (entry: { seq: number }) => entry.seq,
  );
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const runOf = (chunk: Chunk): EntryRun => ({
  first: chunk.first,
  last: chunk.last,
  body: new Uint8Array(entriesOf(chunk, chunk.first, chunk.last)),
  starts: chunk.starts.map((start) => start - (chunk.starts[0] ?? 0)),
});

describe("the journal", () => {
  it("gives back exactly what was appended, from any place, after it was closed and opened", async () => {
    const path = newPath();
    const first = await open(path);
    first.save("s", "{}");
    const all = chunks(1, 700, { message: "ä€𝄞" });
    for (const chunk of all) first.append("s", [chunk], `e-${chunk.last}`);
    await first.close();

    const second = await open(path);
    expect(second.sessions).toMatchObject([{ id: "s", last: 700, eventId: "e-700", counts: { total: 1, running: 1 } }]);
    const items = await second.read("s", 0);
    expect(numbersIn(items)).toEqual(range(1, 700));
    expect(text(items).join(",")).toBe(
      all.map((chunk) => entriesOf(chunk, chunk.first, chunk.last).toString()).join(","),
    );
    const later = await second.read("s", 350);
    expect(numbersIn(later).filter((seq: number) => seq > 350)).toEqual(range(351, 700));
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(statSync(`${path}-wal`).mode & 0o077).toBe(0);
  });

  it("P14: kill -9 in the middle of writing leaves a journal that opens, with whole entries and no hole", async () => {
    const path = newPath();
    for (let round = 0; round < 4; round += 1) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, "../../../test/support/gateway/write-journal.ts"), path],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const written = await new Promise<number>((resolve) => {
        let stored = 0;
        child.stdout.on("data", (data) => {
          stored = Number(String(data).trim().split("\n").at(-1));
          if (stored >= 2000 * (round + 1)) {
            child.kill("SIGKILL");
          }
        });
        child.on("exit", () => resolve(stored));
      });
      const journal = await open(path);
      const last = journal.sessions[0]?.last ?? 0;
      expect(last).toBeGreaterThanOrEqual(written);
      let at = 0;
      while (at < last) {
        const seen: number[] = numbersIn(await journal.read("s", at)).filter((seq: number) => seq > at);
        expect(seen).toEqual(range(at + 1, seen.at(-1) ?? 0));
        at = seen.at(-1) ?? last;
      }
      await journal.close();
    }
  });

  it("P16: a full disk is told, live counts go on, what could be held is written when there is room again, the rest is said to be lost", () => {
    const { database } = openDatabase(newPath());
    undo.push(() => database.close());
    const store = createEventStore(database, createCallIndex(database));
    store.saveSession("s", "{}");
    const told: FromWorker[] = [];
    const recorder = createRecorder(store, (message) => told.push(message), { heldBytes: 200_000 });
    undo.push(() => recorder.dispose());
    const pages = Number(database.prepare("PRAGMA page_count").get()?.page_count);
    database.exec(`PRAGMA max_page_count = ${pages}`);

    // What does not compress fills the pages.
    const noise = () => Array.from({ length: 40 }, () => Math.random().toString(36)).join("");
    let seq = 0;
    let appended = 0;
    let released = 0;
    const append = () => {
      const [chunk] = packChunks(events(seq + 1, seq + 50, { message: noise() }), seq + 1, AT);
      if (chunk === undefined) throw new Error("no chunk");
      seq = chunk.last;
      appended += 1;
      recorder.append("s", [runOf(chunk)], undefined, () => (released += 1));
    };
    for (let i = 0; i < 40; i += 1) {
      append();
      recorder.commit();
    }
    const states = () => told.filter((message) => message.type === "recording");
    expect(states()).toMatchObject([{ ok: false, reason: expect.stringMatching(/full/) }]);
    expect(recorder.counts("s")).toMatchObject({ total: 1, running: 1 });
    // The memory in which entries come is free for the next ones, although nothing can be written.
    expect(released).toBe(appended);

    database.exec("PRAGMA max_page_count = 1000000");
    expect(recorder.commit()).toBe(true);
    expect(states().at(-1)).toMatchObject({ ok: true });
    append();
    recorder.commit();
    const row = store.number("s") ?? 0;
    const items = [];
    for (let at = 0; at < seq; ) {
      const read = store.read(row, at, 1e9, 1e9);
      items.push(...read);
      at = read.at(-1)?.last ?? seq;
    }
    const covered = items.flatMap((item) => range(item.first, item.last));
    expect(covered).toEqual(range(1, seq));
    expect(items.some((item) => "lost" in item)).toBe(true);
    expect(released).toBe(appended);
  });

  it("P16: however many calls come while the disk is full, a bounded number of them is kept, and all are counted", () => {
    const { database } = openDatabase(newPath());
    undo.push(() => database.close());
    const store = createEventStore(database, createCallIndex(database));
    store.saveSession("s", "{}");
    const recorder = createRecorder(store, () => {}, { heldBytes: 50_000, heldCalls: 100 });
    undo.push(() => recorder.dispose());
    database.exec(`PRAGMA max_page_count = ${Number(database.prepare("PRAGMA page_count").get()?.page_count)}`);
    let seq = 0;
    const finish = (count: number) => {
      const lines = Array.from({ length: count }, (_, i) =>
        JSON.stringify({
          kind: "finished",
          call: `c${seq + i}`,
          tool: "t",
          result: { text: Math.random().toString(36).repeat(40) },
        }),
      );
      for (const chunk of packChunks(lines, seq + 1, AT)) recorder.append("s", [runOf(chunk)], undefined, () => {});
      seq += count;
    };
    for (let i = 0; i < 60; i += 1) {
      finish(50);
      recorder.commit();
    }
    database.exec("PRAGMA max_page_count = 1000000");
    expect(recorder.commit()).toBe(true);
    const kept = store.calls(store.number("s") ?? 0, 10_000);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThanOrEqual(100);
    expect(JSON.parse(kept.at(-1) ?? "")).toMatchObject({ id: `c${seq - 1}`, state: "finished" });
    expect(store.countsOf(store.number("s") ?? 0).total).toBe(seq);
  });

  it("keeps within its size and its age; what left is announced as lost, and the newest stays", () => {
    const { database } = openDatabase(newPath());
    undo.push(() => database.close());
    const store = createEventStore(database, createCallIndex(database));
    store.saveSession("s", "{}");
    const row = store.number("s") ?? 0;
    const noise = () => Array.from({ length: 400 }, () => Math.random().toString(36)).join("");
    for (let i = 0; i < 300; i += 1) {
      const [chunk] = packChunks(events(i * 10 + 1, i * 10 + 10, { message: noise() }), i * 10 + 1, AT);
      if (chunk !== undefined) store.addRun(row, runOf(chunk), i < 100 ? 1_000 : 1_000_000);
    }
    const before = store.usedBytes();
    let steps = 0;
    while (trim(store, { maxAgeMs: 500_000, maxBytes: 2 ** 40 }, 1_000_000)) steps += 1;
    expect(steps).toBeGreaterThan(0);
    expect(store.oldestWritten()).toBe(1_000_000);
    while (trim(store, { maxAgeMs: 1e12, maxBytes: before / 3 }, 1_000_000)) steps += 1;
    expect(store.usedBytes()).toBeLessThanOrEqual(before / 3);
    const [lost, next] = store.read(row, 0, 1, 1);
    expect(lost).toMatchObject({ lost: true, first: 1 });
    expect(next?.first).toBe((lost?.last ?? 0) + 1);
    expect(store.read(row, 2990, 1, 1)).toMatchObject([{ last: 3000 }]);
  });

  it("a damaged file is set aside, and Signalbox starts with a new one", async () => {
    const path = newPath();
    writeFileSync(path, "this is no database, but it is long enough to look like one".repeat(100));
    const states: { ok: boolean; reason?: string }[] = [];
    const journal = await open(path, { recording: (state) => states.push(state) });
    expect(journal.sessions).toEqual([]);
    await vi.waitFor(() => expect(states).toMatchObject([{ ok: true, reason: expect.stringContaining("set aside") }]));
  });

  it("a folder that cannot be written gives a gateway without history, and says so", async () => {
    const states: { ok: boolean; reason?: string }[] = [];
    const journal = await open("/proc/no/such/journal.db", { recording: (state) => states.push(state) });
    expect(journal.sessions).toEqual([]);
    expect(states).toMatchObject([{ ok: false }]);
    journal.append("s", chunks(1, 3), undefined);
    expect(await journal.read("s", 0)).toEqual([]);
    expect(journal.room()).toBeUndefined();
  });

  it("folds what it records into calls that outlive it", async () => {
    const path = newPath();
    const counts = vi.fn();
    const journal = await open(path, { counts });
    journal.save("s", "{}");
    const lines = [
      { kind: "started", call: "a", tool: "build", server: "w", args: { x: 1 } },
      { kind: "progress", call: "a", tool: "build", progress: 1, total: 2 },
      { kind: "started", call: "b", tool: "deploy" },
      {
        kind: "failed",
        call: "b",
        tool: "deploy",
        error: { code: -32_001, message: "Request timed out" },
        duration_ms: 1200,
      },
      { kind: "finished", call: "a", tool: "build", result: { ok: true }, duration_ms: 40 },
      { nonsense: true },
    ].map((event) => JSON.stringify(event));
    journal.append("s", packChunks(lines, 1, AT), undefined);
    await vi.waitFor(() =>
      expect(counts).toHaveBeenCalledWith("s", expect.objectContaining({ total: 2, running: 0, failed: 1 })),
    );
    await journal.close();
    const again = await open(path);
    const calls = (await again.calls("s")).map((call) => JSON.parse(call));
    expect(calls).toMatchObject([
      { id: "a", tool: "build", state: "finished", durationMs: 40 },
      { id: "b", tool: "deploy", state: "failed", error: { message: "Request timed out" } },
    ]);
    expect(again.sessions[0]?.counts).toMatchObject({ total: 2, failed: 1 });
  });
});
