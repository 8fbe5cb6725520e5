/** The journal's statements: entries, calls and sessions in, runs of entries out. All synchronous, on the worker's thread. */
import type { DatabaseSync } from "node:sqlite";
import type { Call } from "../../../shared/events/call.ts";
import type { Gap } from "../../../shared/events/fold.ts";
import type { EntryRun } from "./batch.ts";
import type { CallIndex } from "./call-index.ts";
import type { CallCounts, CallPage, LostRun, StoredSession } from "./messages.ts";
import { packBody, unpackBody } from "./pack-body.ts";
import { readStoredCall, writeCall } from "./stored-call.ts";

export type EventStore = ReturnType<typeof createEventStore>;

export function createEventStore(database: DatabaseSync, index: Pick<CallIndex, "put" | "dropSession">) {
  const statement = (sql: string) => database.prepare(sql);
  const numberOf = statement("SELECT number FROM sessions WHERE id = ?");
  const addSession = statement(
    "INSERT INTO sessions (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
  );
  const advance = statement(
    "UPDATE sessions SET last = max(last, ?), event_id = coalesce(?, event_id) WHERE number = ?",
  );
  const sumUp = statement(
    "UPDATE sessions SET total = ?, failed = ?, last_tool = ?, last_state = ?, run = ? WHERE number = ?",
  );
  const addRun = statement(
    "INSERT INTO events (session, first, last, written, body, starts) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const growLost = statement("UPDATE lost SET last = ? WHERE session = ? AND last = ?");
  const addLost = statement("INSERT INTO lost (session, first, last) VALUES (?, ?, ?)");
  const dropOldest = statement(
    "DELETE FROM events WHERE rowid IN (SELECT rowid FROM events ORDER BY rowid LIMIT ?) RETURNING session, first, last",
  );
  const oldest = statement("SELECT written FROM events ORDER BY rowid LIMIT 1");
  const putCall = statement(
    "INSERT INTO calls (session, id, first, state, call) VALUES (?, ?, ?, ?, ?) ON CONFLICT (session, id) DO UPDATE SET state = excluded.state, call = excluded.call RETURNING number",
  );
  const runsAfter = statement(
    "SELECT first, last, body, starts FROM events WHERE session = ? AND last > ? ORDER BY last LIMIT 64",
  );
  const lostAfter = statement("SELECT first, last FROM lost WHERE session = ? AND last > ? ORDER BY last LIMIT 64");
  const callsOf = statement("SELECT call FROM calls WHERE session = ? ORDER BY first LIMIT ?");
  const callsBefore = statement("SELECT call FROM calls WHERE session = ? AND first < ? ORDER BY first DESC LIMIT ?");
  const addGap = statement("INSERT INTO gaps (session, gap) VALUES (?, ?)");
  const newestGaps = statement("SELECT gap FROM gaps WHERE session = ? ORDER BY rowid DESC LIMIT ?");
  const lastOf = statement("SELECT last, run FROM sessions WHERE number = ?");
  const openCalls = statement(
    "SELECT call FROM calls WHERE session = ? AND state IN ('running', 'queued') ORDER BY first",
  );
  const sums = statement(
    `SELECT total, failed, last_tool, last_state,
      (SELECT count(*) FROM calls WHERE calls.session = sessions.number AND state IN ('running', 'queued') AND state = 'running') AS running
     FROM sessions WHERE number = ?`,
  );
  const numbers = new Map<string, number>();

  /** Row number of a session; undefined for one that was never saved. */
  function number(session: string): number | undefined {
    const known = numbers.get(session);
    if (known !== undefined) return known;
    const found = numberOf.get(session)?.number;
    if (typeof found !== "number") return undefined;
    numbers.set(session, found);
    return found;
  }

  function countsOf(row: number): CallCounts {
    const found = sums.get(row);
    const { last_tool: tool, last_state: state } = found ?? {};
    return {
      total: Number(found?.total ?? 0),
      running: Number(found?.running ?? 0),
      failed: Number(found?.failed ?? 0),
      last: typeof tool === "string" && typeof state === "string" ? { tool, state } : undefined,
    };
  }

  /** Losses that follow each other are one. */
  function noteLost(row: number, first: number, last: number): void {
    if (growLost.run(last, row, first - 1).changes === 0) addLost.run(row, first, last);
  }

  return {
    number,
    countsOf,
    begin: () => database.exec("BEGIN IMMEDIATE"),
    commit: () => database.exec("COMMIT"),
    /** Ends a transaction that failed; SQLite may have ended it itself. */
    rollback() {
      if (database.isTransaction) database.exec("ROLLBACK");
    },
    saveSession: (id: string, record: string) => void addSession.run(id, record),
    deleteSession(id: string) {
      const row = number(id);
      if (row === undefined) return;
      index.dropSession(row);
      for (const table of ["events", "lost", "calls", "gaps"])
        database.prepare(`DELETE FROM ${table} WHERE session = ?`).run(row);
      database.prepare("DELETE FROM sessions WHERE number = ?").run(row);
      numbers.delete(id);
    },
    addRun: (row: number, run: EntryRun, writtenMs: number) =>
      void addRun.run(row, run.first, run.last, writtenMs, packBody(run.body), bytesOf(run.starts)),
    addLost: noteLost,
    /** When the oldest entries were written, in milliseconds; undefined when there are none. */
    oldestWritten(): number | undefined {
      const written = oldest.get()?.written;
      return typeof written === "number" ? written : undefined;
    },
    /** Removes the oldest rows of all sessions and notes which entries that were. */
    dropOldest(rows: number): void {
      const dropped = dropOldest
        .all(rows)
        .map((row) => [Number(row.session), Number(row.first), Number(row.last)] as const);
      for (const [session, first, last] of dropped.toSorted((a, b) => a[1] - b[1])) noteLost(session, first, last);
    },
    /** Bytes of the file that hold something. */
    usedBytes(): number {
      const pragma = (name: string) => Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
      return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
    },
    /** Gives free pages back to the file system, some at a time. */
    shrink: (pages: number) => database.exec(`PRAGMA incremental_vacuum(${pages})`),
    advance: (row: number, last: number, eventId: string | undefined) => void advance.run(last, eventId ?? null, row),
    sumUp: (row: number, { total, failed, last }: CallCounts, run: number) =>
      void sumUp.run(total, failed, last?.tool ?? null, last?.state ?? null, run, row),
    /** What the fold of its next entries begins with (CallLog.run). */
    runOf: (row: number) => Number(lastOf.get(row)?.run ?? 0),
    /** Writes a call, and the words by which it is found. */
    putCall(row: number, call: Call): void {
      const number = Number(putCall.get(row, call.id, call.firstSeq, call.state, writeCall(call))?.number);
      index.put(number, call);
    },
    calls: (row: number, limit: number) =>
      callsOf.all(row, limit).flatMap((found) => (typeof found.call === "string" ? found.call : [])),
    addGap: (row: number, gap: Gap) => void addGap.run(row, JSON.stringify(gap)),
    /** The newest calls that began before an entry, newest first; without one the newest of all, with what else a page needs to go on. */
    callPage(row: number, before: number | undefined, limit: number): CallPage {
      const calls = texts(callsBefore.all(row, before ?? Number.MAX_SAFE_INTEGER, limit), "call");
      if (before !== undefined) return { calls };
      const { total, failed } = countsOf(row);
      const { last, run } = lastOf.get(row) ?? {};
      return {
        calls,
        open: texts(openCalls.all(row), "call"),
        gaps: texts(newestGaps.all(row, MAX_GAPS), "gap").reverse(),
        last: Number(last ?? 0),
        run: Number(run ?? 0),
        total,
        failed,
      };
    },
    openCalls: (row: number) =>
      openCalls.all(row).flatMap((found) => (typeof found.call === "string" ? (readStoredCall(found.call) ?? []) : [])),
    /** Runs and losses after a number, in order, until `maxBytes` are together. */
    read(row: number, after: number, maxBytes: number, maxEntries: number): (EntryRun | LostRun)[] {
      const items: (EntryRun | LostRun)[] = [];
      let bytes = 0;
      let entries = 0;
      for (const found of runsAfter.iterate(row, after)) {
        const run = readRun(found);
        if (run === undefined) continue;
        items.push(run);
        bytes += run.body.length;
        entries += run.last - run.first + 1;
        if (bytes >= maxBytes || entries >= maxEntries) break;
      }
      const until = items.at(-1)?.last ?? Number.POSITIVE_INFINITY;
      for (const found of lostAfter.all(row, after)) {
        if (Number(found.first) <= until)
          items.push({ lost: true, first: Number(found.first), last: Number(found.last) });
      }
      return items.sort((a, b) => a.first - b.first);
    },
    sessions(): StoredSession[] {
      return database
        .prepare("SELECT number, id, record, last, event_id FROM sessions ORDER BY number")
        .all()
        .map((found) => ({
          id: String(found.id),
          record: String(found.record),
          last: Number(found.last),
          eventId: typeof found.event_id === "string" ? found.event_id : undefined,
          counts: countsOf(Number(found.number)),
        }));
    },
  };
}

/** Gaps drawn in one session at most: the newest. */
const MAX_GAPS = 1_000;

const texts = (rows: readonly Record<string, unknown>[], column: string): string[] =>
  rows.flatMap((row) => (typeof row[column] === "string" ? row[column] : []));

const bytesOf = (numbers: Uint32Array) => new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

function readRun(row: Record<string, unknown>): EntryRun | undefined {
  const { first, last, body, starts } = row;
  if (!(body instanceof Uint8Array) || !(starts instanceof Uint8Array)) return undefined;
  // A copy: what SQLite gives may lie at an address that no Uint32Array can begin at.
  return {
    first: Number(first),
    last: Number(last),
    body: unpackBody(body),
    starts: new Uint32Array(new Uint8Array(starts).buffer),
  };
}
