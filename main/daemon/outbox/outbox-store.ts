/** Owns the durable queue of writes: SQLite, on the disk before a write counts as kept. */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { OutboxCounts } from "../../../shared/protocol/outbox-api.ts";
import { check, parseJson, z } from "../../../shared/protocol/schema.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";

export type EntryState = "queued" | "sending" | "dead" | "unknown";

export interface NewEntry {
  key: string;
  server: string;
  tool: string;
  /** Whole params of the `tools/call`, the key stamped into them. */
  params: JsonObject;
  /** Whether the server promises that a repeated key, or call, does nothing twice. */
  repeatable: boolean;
  session: string;
  call: string;
}

export interface Entry extends NewEntry {
  id: number;
  state: EntryState;
  reason: string | undefined;
  attempts: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  nextAt: number;
}

export interface OutboxStore {
  /** On the disk when this returns; throws when the disk refuses. A key that the tool has an entry for gives that entry. */
  add(entry: NewEntry, state: "queued" | "unknown", reason: string, at: number): Entry;
  get(id: number): Entry | undefined;
  /** Oldest first: their order is the order of delivery. */
  list(server?: string): Entry[];
  /** The first of a server that is to be sent. */
  next(server: string): Entry | undefined;
  /** Whether writes of this tool are to be sent, or are being sent. */
  holds(server: string, tool: string): boolean;
  counts(): OutboxCounts;
  /** Servers with entries that are to be sent. */
  waitingServers(): string[];
  update(
    id: number,
    change: { state: EntryState; reason?: string | undefined; attempts?: number; nextAt?: number },
  ): void;
  remove(id: number): void;
  close(): void;
}

const rowSchema = z.object({
  id: z.number(),
  key: z.string(),
  server: z.string(),
  tool: z.string(),
  params: z.string(),
  repeatable: z.number(),
  session: z.string(),
  call: z.string(),
  state: z.enum(["queued", "sending", "dead", "unknown"]),
  reason: z.string().nullable(),
  attempts: z.number(),
  created_at: z.number(),
  next_at: z.number(),
});
const paramsSchema = z.custom<JsonObject>(isObject, "expected an object");

/** FULL: a commit returns after its fsync, so that what was acknowledged survives a power cut, not only a crash. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    params TEXT NOT NULL,
    repeatable INTEGER NOT NULL,
    session TEXT NOT NULL,
    call TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    UNIQUE (server, tool, key)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entries_by_state ON entries (server, state, id);
`;

/** The first form of the table held each key once for all tools: what waits in one moves to the present form. */
const MOVE = `
  BEGIN IMMEDIATE;
  ALTER TABLE entries RENAME TO entries_before;
  DROP INDEX IF EXISTS entries_by_server;
  ${SCHEMA.slice(SCHEMA.indexOf("CREATE TABLE"))}
  INSERT INTO entries SELECT * FROM entries_before ORDER BY id;
  DROP TABLE entries_before;
  COMMIT;
`;

/** Throws when the file cannot be opened or is no database. `maxPages` (of 4 KB) bounds the file; 1 GB by default. */
export function openOutboxStore(path: string, { maxPages = 262_144 } = {}): OutboxStore {
  // SQLite would create it readable by all that the umask allows; its side files take this one's mode.
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path, { timeout: 2_000 });
  const former = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'entries_by_server'").get() !== undefined;
  if (former) database.exec(MOVE);
  database.exec(SCHEMA);
  database.exec(`PRAGMA max_page_count = ${maxPages}`);
  const insert = database.prepare(
    `INSERT INTO entries (key, server, tool, params, repeatable, session, call, state, reason, attempts, created_at, next_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?) ON CONFLICT (server, tool, key) DO NOTHING`,
  );
  const byKey = database.prepare("SELECT * FROM entries WHERE server = ? AND tool = ? AND key = ?");
  const first = database.prepare("SELECT * FROM entries WHERE server = ? AND state = 'queued' ORDER BY id LIMIT 1");
  const held = database.prepare(
    "SELECT 1 FROM entries WHERE server = ? AND tool = ? AND state IN ('queued', 'sending') LIMIT 1",
  );
  const byId = database.prepare("SELECT * FROM entries WHERE id = ?");
  const all = database.prepare("SELECT * FROM entries ORDER BY id");
  const ofServer = database.prepare("SELECT * FROM entries WHERE server = ? ORDER BY id");
  const waiting = database.prepare("SELECT DISTINCT server FROM entries WHERE state IN ('queued', 'sending')");
  const change = database.prepare(
    "UPDATE entries SET state = ?, reason = ?, attempts = coalesce(?, attempts), next_at = coalesce(?, next_at) WHERE id = ?",
  );
  const byState = database.prepare("SELECT state, count(*) AS number FROM entries GROUP BY state");
  const drop = database.prepare("DELETE FROM entries WHERE id = ?");

  return {
    add(entry, state, reason, at) {
      const { key, server, tool, params, repeatable, session, call } = entry;
      insert.run(key, server, tool, JSON.stringify(params), Number(repeatable), session, call, state, reason, at, at);
      const kept = byKey.get(server, tool, key);
      if (kept === undefined) throw new Error("the entry was not kept");
      return entryOf(kept);
    },
    get(id) {
      const row = byId.get(id);
      return row === undefined ? undefined : entryOf(row);
    },
    list: (server) => (server === undefined ? all.all() : ofServer.all(server)).map(entryOf),
    next(server) {
      const row = first.get(server);
      return row === undefined ? undefined : entryOf(row);
    },
    holds: (server, tool) => held.get(server, tool) !== undefined,
    counts() {
      const of = new Map(byState.all().map((row) => [String(row.state), Number(row.number)]));
      const number = (state: EntryState) => of.get(state) ?? 0;
      return { waiting: number("queued") + number("sending"), dead: number("dead"), unknown: number("unknown") };
    },
    waitingServers: () => waiting.all().map((row) => String(row.server)),
    update(id, { state, reason, attempts, nextAt }) {
      change.run(state, reason ?? null, attempts ?? null, nextAt ?? null, id);
    },
    remove: (id) => void drop.run(id),
    close: () => database.close(),
  };
}

function entryOf(row: unknown): Entry {
  const checked = check(rowSchema, row);
  if (!checked.ok) throw new Error(`the outbox is damaged: ${checked.reason}`);
  const { repeatable, params, reason, created_at, next_at, ...plain } = checked.value;
  const decoded = parseJson(paramsSchema, params);
  if (!decoded.ok) throw new Error(`the outbox is damaged: ${decoded.reason}`);
  return {
    ...plain,
    params: decoded.value,
    repeatable: repeatable === 1,
    reason: reason ?? undefined,
    createdAt: created_at,
    nextAt: next_at,
  };
}
