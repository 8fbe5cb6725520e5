/** The durable queue of writes: SQLite, on the disk before a write counts as kept. */
import type { DatabaseSync } from "node:sqlite";
import type { OutboxCounts } from "../../../shared/protocol/outbox-api.ts";
import { check, parseExactJson, z } from "../../../shared/protocol/schema.ts";
import { openOrSetAside } from "../../home/set-aside.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";

export type EntryState = "queued" | "sending" | "dead" | "unknown" | "held";

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
  /** Which configuration of the server it was written for (`definitionOf`); undefined in entries of earlier versions. */
  definition?: string | undefined;
}

export interface Entry extends NewEntry {
  id: number;
  state: EntryState;
  reason: string | undefined;
  attempts: number;
  /** A person has said that it is to be sent as things are now. */
  approved: boolean;
  /** Milliseconds since 1970. */
  createdAt: number;
  nextAt: number;
}

/** What became of a kept write, for a history that may not have heard of it. */
export interface Outcome {
  id: number;
  /** The daemon's id of the session, and its name of the call. */
  session: string;
  call: string;
  /** Of the event stream that said it too; undefined when the session had none. */
  epoch: string | undefined;
  /** JSON of the event. */
  event: string;
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
  /** A person sends it to the server that has this definition. */
  approve(id: number, definition: string | undefined): void;
  remove(id: number): void;
  /** The latest of a call takes the place of an earlier one; beyond `MAX_OUTCOMES` the oldest is forgotten. */
  addOutcome(outcome: Omit<Outcome, "id">): void;
  /** Oldest first. */
  outcomes(): Pick<Outcome, "id" | "session" | "epoch">[];
  outcome(id: number): Outcome | undefined;
  /** It is told as this event, in the stream of this epoch. */
  placeOutcome(id: number, event: string, epoch: string | undefined): void;
  dropOutcome(id: number): boolean;
  /** Everything that `work` writes is on the disk when this returns, or nothing is: then it throws. */
  together(work: () => void): void;
  close(): void;
}

/** Outcomes that are kept until a history has them. */
export const MAX_OUTCOMES = 1_000;

const rowSchema = z.object({
  id: z.number(),
  key: z.string(),
  server: z.string(),
  tool: z.string(),
  params: z.string(),
  repeatable: z.number(),
  session: z.string(),
  call: z.string(),
  state: z.enum(["queued", "sending", "dead", "unknown", "held"]),
  reason: z.string().nullable(),
  attempts: z.number(),
  created_at: z.number(),
  next_at: z.number(),
  definition: z.string().nullable(),
  approved: z.number(),
});
const outcomeSchema = z.object({
  id: z.number(),
  session: z.string(),
  call: z.string(),
  epoch: z.string().nullable(),
  event: z.string(),
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
    definition TEXT,
    approved INTEGER NOT NULL DEFAULT 0,
    UNIQUE (server, tool, key)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entries_by_state ON entries (server, state, id);
  CREATE TABLE IF NOT EXISTS outcomes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session TEXT NOT NULL,
    call TEXT NOT NULL,
    epoch TEXT,
    event TEXT NOT NULL,
    UNIQUE (session, call)
  ) STRICT;
`;

/** The first form of the table held each key once for all tools: what waits in one moves to the present form. */
const MOVE = `
  BEGIN IMMEDIATE;
  ALTER TABLE entries RENAME TO entries_before;
  DROP INDEX IF EXISTS entries_by_server;
  ${SCHEMA.slice(SCHEMA.indexOf("CREATE TABLE"))}
  INSERT INTO entries
    (id, key, server, tool, params, repeatable, session, call, state, reason, attempts, created_at, next_at)
    SELECT id, key, server, tool, params, repeatable, session, call, state, reason, attempts, created_at, next_at
    FROM entries_before ORDER BY id;
  DROP TABLE entries_before;
  COMMIT;
`;

/** Entries that were kept before the server's definition was kept with them. */
const ADD_COLUMNS = `
  BEGIN IMMEDIATE;
  ALTER TABLE entries ADD COLUMN definition TEXT;
  ALTER TABLE entries ADD COLUMN approved INTEGER NOT NULL DEFAULT 0;
  COMMIT;
`;

function prepare(database: DatabaseSync, maxPages: number): DatabaseSync {
  const former = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'entries_by_server'").get() !== undefined;
  if (former) database.exec(MOVE);
  database.exec(SCHEMA);
  const columns = new Set(
    database
      .prepare("SELECT name FROM pragma_table_info('entries')")
      .all()
      .map((row) => row.name),
  );
  if (!columns.has("definition")) database.exec(ADD_COLUMNS);
  database.exec(`PRAGMA max_page_count = ${maxPages}`);
  return database;
}

export interface OutboxStoreOptions {
  /** Bounds the file, in pages of 4 KB; 1 GB by default. */
  maxPages?: number;
  onSetAside?: (aside: string) => void;
}

/**
 * A damaged file is set aside and never removed: writes that were acknowledged wait in it. `onSetAside` must say so.
 * Throws when the file cannot be opened for another reason.
 */
export function openOutboxStore(path: string, options: OutboxStoreOptions = {}): OutboxStore {
  const { maxPages = 262_144, onSetAside = () => {} } = options;
  const { value: database, setAside } = openOrSetAside(path, (opened) => prepare(opened, maxPages));
  if (setAside !== undefined) onSetAside(setAside);
  const insert = database.prepare(
    `INSERT INTO entries (key, server, tool, params, repeatable, session, call, state, reason, attempts, created_at, next_at, definition)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT (server, tool, key) DO NOTHING`,
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
  const approve = database.prepare("UPDATE entries SET approved = 1, definition = ? WHERE id = ?");
  const byState = database.prepare("SELECT state, count(*) AS number FROM entries GROUP BY state");
  const drop = database.prepare("DELETE FROM entries WHERE id = ?");
  const addOutcome = database.prepare(
    "INSERT OR REPLACE INTO outcomes (session, call, epoch, event) VALUES (?, ?, ?, ?)",
  );
  const boundOutcomes = database.prepare(
    "DELETE FROM outcomes WHERE id NOT IN (SELECT id FROM outcomes ORDER BY id DESC LIMIT ?)",
  );
  const allOutcomes = database.prepare("SELECT id, session, epoch FROM outcomes ORDER BY id");
  const outcomeById = database.prepare("SELECT * FROM outcomes WHERE id = ?");
  const placeOutcome = database.prepare("UPDATE outcomes SET event = ?, epoch = ? WHERE id = ?");
  const dropOutcome = database.prepare("DELETE FROM outcomes WHERE id = ?");

  return {
    add(entry, state, reason, at) {
      const { key, server, tool, params, repeatable, session, call, definition = null } = entry;
      const text = JSON.stringify(params);
      insert.run(key, server, tool, text, Number(repeatable), session, call, state, reason, at, at, definition);
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
      return {
        waiting: number("queued") + number("sending"),
        dead: number("dead"),
        unknown: number("unknown"),
        held: number("held"),
      };
    },
    waitingServers: () => waiting.all().map((row) => String(row.server)),
    update(id, { state, reason, attempts, nextAt }) {
      change.run(state, reason ?? null, attempts ?? null, nextAt ?? null, id);
    },
    approve: (id, definition) => void approve.run(definition ?? null, id),
    remove: (id) => void drop.run(id),
    addOutcome({ session, call, epoch, event }) {
      addOutcome.run(session, call, epoch ?? null, event);
      boundOutcomes.run(MAX_OUTCOMES);
    },
    outcomes: () =>
      allOutcomes.all().map(({ id, session, epoch }) => ({
        id: Number(id),
        session: String(session),
        epoch: epoch === null ? undefined : String(epoch),
      })),
    outcome(id) {
      const row = outcomeById.get(id);
      return row === undefined ? undefined : outcomeOf(row);
    },
    placeOutcome: (id, event, epoch) => void placeOutcome.run(event, epoch ?? null, id),
    dropOutcome: (id) => dropOutcome.run(id).changes > 0,
    together(work) {
      database.exec("BEGIN IMMEDIATE");
      try {
        work();
        database.exec("COMMIT");
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => database.close(),
  };
}

function outcomeOf(row: unknown): Outcome {
  const checked = check(outcomeSchema, row);
  if (!checked.ok) throw new Error(`the outbox is damaged: ${checked.reason}`);
  return { ...checked.value, epoch: checked.value.epoch ?? undefined };
}

function entryOf(row: unknown): Entry {
  const checked = check(rowSchema, row);
  if (!checked.ok) throw new Error(`the outbox is damaged: ${checked.reason}`);
  const { repeatable, params, reason, created_at, next_at, definition, approved, ...plain } = checked.value;
  const decoded = parseExactJson(paramsSchema, params);
  if (!decoded.ok) throw new Error(`the outbox is damaged: ${decoded.reason}`);
  return {
    ...plain,
    params: decoded.value,
    repeatable: repeatable === 1,
    reason: reason ?? undefined,
    definition: definition ?? undefined,
    approved: approved === 1,
    createdAt: created_at,
    nextAt: next_at,
  };
}
