/** Proves that a replay knows each call at each moment, and that nothing recorded can leave the place where it stands in the page. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { LogEntry, ToolEvent } from "../../../shared/events/tool-event.ts";
import { segmentPaths } from "../../home/recording/recording-format.ts";
import { exportReplay, foldReplay } from "./export-replay.ts";
import { exportCast } from "./export-session.ts";

const BEGAN = Date.parse("2026-01-01T00:00:00.000Z");
const at = (ms: number) => new Date(BEGAN + ms).toISOString();
const logOf = (...events: [ms: number, event: Partial<ToolEvent>][]): LogEntry[] =>
  events.map(([ms, event], index) => ({
    seq: index + 1,
    at: at(ms),
    event: { tool: "scan", call: "a", ...event, timestamp: at(ms) } as ToolEvent,
  }));

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

it("tells how far a call was at each moment, and how it ended", () => {
  const log = logOf(
    [100, { kind: "started", server: "fs" }],
    [500, { kind: "progress", progress: 1, total: 4 }],
    [900, { kind: "progress", progress: 2, total: 4, message: "half" }],
    [1_400, { kind: "failed", error: { message: "No space" } }],
  );
  const { calls } = foldReplay(log, BEGAN);
  expect(calls).toMatchObject([
    {
      ms: 100,
      changes: [
        [100, "running", null, null, null],
        [500, "running", 1, 4, null],
        [900, "running", 2, 4, "half"],
        [1_400, "failed", 2, 4, "half"],
      ],
      call: { tool: "scan", server: "fs", error: { message: "No space" } },
    },
  ]);
});

it("says where events are missing, at their moment", () => {
  const log = logOf([100, { kind: "started" }]);
  const from = at(200);
  log.push({ seq: 9, at: at(900), event: { kind: "gap", missed: 12, from, to: at(800) } } as LogEntry);
  expect(foldReplay(log, BEGAN).gaps).toMatchObject([{ ms: 800, gap: { missed: 12, from } }]);
});

it("keeps a call that reports a thousand times a second small, with its beginning, its last progress and its end", () => {
  const flood = Array.from({ length: 2_000 }, (_, n): [number, Partial<ToolEvent>] => [
    n + 1,
    { kind: "progress", progress: n + 1, total: 2_000 },
  ]);
  const log = logOf([0, { kind: "started" }], ...flood, [2_001, { kind: "finished" }]);
  const [call] = foldReplay(log, BEGAN).calls;
  expect(call?.changes.length).toBeLessThan(50);
  expect(call?.changes[0]).toEqual([0, "running", null, null, null]);
  expect(call?.changes.at(-2)).toMatchObject({ 1: "running", 2: 2_000 });
  expect(call?.changes.at(-1)).toMatchObject({ 0: 2_001, 1: "finished" });
});

it("A7: the page holds no secret, and no text of a tool or a terminal ends the element it stands in", async () => {
  const secret = "canary-token-value";
  const hostile = `</script><script>alert(1)</script><!-- ${secret}`;
  const folder = mkdtempSync(join(tmpdir(), "signalbox-replay-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const { out, index } = segmentPaths(join(folder, "s"), 0);
  await mkdir(join(folder, "s"));
  const bytes = Buffer.from(hostile);
  writeFileSync(out, bytes);
  const header = { version: 1, offset: 0, ms: 0, began_at: at(0), cols: 80, rows: 24 };
  writeFileSync(index, `${JSON.stringify(header)}\n${JSON.stringify(["output", 5, bytes.length])}\n`);

  async function* entries(): AsyncGenerator<LogEntry> {
    yield* logOf([0, { kind: "started", tool: hostile, args: { password: "other" } }]);
  }
  const source = { folder, session: "s", title: hostile, command: "sh" };
  const page = await exportReplay(source, entries(), [secret]);
  if (page === undefined) throw new Error("nothing was recorded");
  let html = "";
  for await (const piece of page) html += piece;
  expect(html).not.toContain(secret);
  expect(html).not.toContain("<script>alert");
  // Three of data, and the page's own.
  expect(html.match(/<script[\s>]/g)).toHaveLength(4);
  expect(html.match(/<\/script>/g)).toHaveLength(4);
  expect(html).not.toMatch(/<(?:script|link|img|iframe)[^>]*\s(?:src|href)=/);
  expect(await exportReplay({ ...source, session: "other" }, entries(), [])).toBeUndefined();
});

it("is an empty recording where a terminal printed nothing, and none where what it printed is not there", async () => {
  const begin = { cols: 100, rows: 30, began_at: at(0) };
  const source = { folder: "/nowhere", session: "s", title: "quiet", command: "sleep", begin };
  async function* entries(offset: number): AsyncGenerator<LogEntry> {
    yield* logOf([5, { kind: "started", tool: "t", offset }]);
  }
  const lines: string[] = [];
  const cast = await exportCast(source, entries(0), []);
  if (cast === undefined) throw new Error("there is no recording");
  for await (const line of cast) lines.push(line);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { version: 3, term: { cols: 100, rows: 30 }, title: "quiet" },
    [0, "m", "t"],
  ]);
  const page = await exportReplay(source, entries(0), []);
  if (page === undefined) throw new Error("there is no page");
  let html = "";
  for await (const piece of page) html += piece;
  expect(html).toContain("quiet");
  expect(await exportCast(source, entries(7), [])).toBeUndefined();
  expect(await exportReplay(source, entries(7), [])).toBeUndefined();
});

it("has the pictures of results, within a bound, and names what else was kept or cut", async () => {
  const image = (data?: string) => ({ type: "image", mimeType: "image/png", ...(data !== undefined && { data }) });
  const content = [
    { type: "text", text: "cut" },
    image("aGk="),
    image(),
    image(),
    { type: "audio", mimeType: "</script>" },
    { type: "image", mimeType: "image/svg+xml", data: "PHN2Zz4=" },
  ];
  const parts = [
    { at: "/result/content/0/text", bytes: 900, left_out: 700 },
    { at: "/result/content/2/data", bytes: 3, kept: "p1" },
    { at: "/result/content/3/data", bytes: 20 * 1024 * 1024, kept: "p2" },
    { at: "/result/content/4/data", bytes: 5, kept: "p3" },
  ];
  const log = logOf([0, { kind: "started" }], [5, { kind: "finished", result: { content }, parts }]);
  const read = async (name: string) => (name === "p1" ? Buffer.from("abc") : undefined);
  const begin = { cols: 80, rows: 24, began_at: at(0) };
  async function* entries(): AsyncGenerator<LogEntry> {
    yield* log;
  }
  const source = { folder: "/nowhere", session: "s", title: "t", command: "c", begin };
  let html = "";
  for await (const piece of (await exportReplay(source, entries(), [], read)) ?? []) html += piece;
  const lines = /id="media">([^<]*)<\/script>/.exec(html)?.[1]?.trim().split("\n") ?? [];
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { call: 0, what: "a text was cut", bytes: 700 },
    { call: 0, what: "image/png", bytes: 2, data: "aGk=" },
    { call: 0, what: "image/png", bytes: 3, data: "YWJj" },
    { call: 0, what: "image/png", bytes: 20 * 1024 * 1024 },
    { call: 0, what: "</script>", bytes: 5 },
  ]);
});

it("has arguments and results with their pictures once, who made it, and says what was too large for it", async () => {
  const begin = { cols: 80, rows: 24, began_at: at(0) };
  const about = { title: "t", agent: "Claude Code", agent_version: "1.2.3", folder: "/src/api" };
  const source = { folder: "/nowhere", session: "s", title: "t", command: "c", begin, about };
  const content = [
    { type: "text", text: "four hits" },
    { type: "image", mimeType: "image/png", data: "aGk=" },
  ];
  async function* entries(): AsyncGenerator<LogEntry> {
    yield* logOf(
      [0, { kind: "started", args: { pattern: "x", password: "hunter-2" } }],
      [5, { kind: "finished", result: { content } }],
      [6, { kind: "started", call: "b", args: { text: "y".repeat(300_000) } }],
    );
  }
  let html = "";
  for await (const piece of (await exportReplay(source, entries(), [])) ?? []) html += piece;
  expect(html).not.toContain("hunter-2");
  expect(html.match(/aGk=/g)).toHaveLength(1);
  const file = JSON.parse(/id="file">([^<]*)<\/script>/.exec(html)?.[1] ?? "");
  expect(file).toMatchObject({ ...about, began_at: at(0) });
  expect(file.calls[0].call).toMatchObject({
    args: { pattern: "x" },
    result: { content: [{ text: "four hits" }, {}] },
  });
  expect(file.calls[1].call.args).toBeUndefined();
  expect(file.calls[1].left_out).toBeGreaterThan(300_000);
});
