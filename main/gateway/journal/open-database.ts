/** Owns the journal's file: its schema, its settings, and what happens to one that cannot be read. */
import { closeSync, existsSync, openSync, renameSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const SCHEMA_VERSION = 2;

/** Large pages: a row of events fills one or a few, instead of a chain of small ones. */
const PRAGMAS = `PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
PRAGMA auto_vacuum = INCREMENTAL; PRAGMA cache_size = -8000;`;

const SCHEMA = `
CREATE TABLE sessions (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  record TEXT NOT NULL,
  last INTEGER NOT NULL DEFAULT 0,
  event_id TEXT,
  -- Sums of its calls, so that a start need not count a million of them.
  total INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  last_tool TEXT,
  last_state TEXT
) STRICT;
-- A row holds a run of consecutive entries: several per row cost a third of a row each.
CREATE TABLE events (
  session INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  written INTEGER NOT NULL,
  body BLOB NOT NULL,
  starts BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_place ON events (session, last);
CREATE TABLE lost (session INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
CREATE TABLE calls (
  number INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  id TEXT NOT NULL,
  first INTEGER NOT NULL,
  state TEXT NOT NULL,
  call TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX calls_by_id ON calls (session, id);
CREATE INDEX calls_by_place ON calls (session, first);
CREATE INDEX calls_open ON calls (session) WHERE state IN ('running', 'queued');
-- Two rows a call: 2n what is known at its start, 2n+1 what its end adds. The texts themselves are in the events.
CREATE VIRTUAL TABLE call_text USING fts5 (tool, server, words, content='', contentless_delete=1, tokenize='unicode61');
`;

/** Came after the first files were written; nothing else in those changes. */
const ADDED = `CREATE TABLE IF NOT EXISTS gaps (session INTEGER NOT NULL, gap TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS gaps_by_session ON gaps (session);`;

/**
 * Opens or creates the journal. WAL with `synchronous=NORMAL`: kill -9 loses nothing committed; a power cut may lose the
 * last moments, never the file. A damaged file is moved aside, so that Signalbox starts; throws when even that fails.
 */
export function openDatabase(path: string): { database: DatabaseSync; movedAside: string | undefined } {
  try {
    return { database: prepare(path), movedAside: undefined };
  } catch (error) {
    if (!existsSync(path) || !isDamage(error)) throw error;
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(":", "-")}`;
    renameSync(path, aside);
    for (const suffix of ["-wal", "-shm"]) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    return { database: prepare(path), movedAside: aside };
  }
}

function prepare(path: string): DatabaseSync {
  // SQLite gives its side files the mode of the main one, so that one is made private first.
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path, { timeout: 2_000 });
  try {
    database.exec(PRAGMAS);
    const version = database.prepare("PRAGMA user_version").get()?.user_version;
    if (version === 0) database.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
    else if (version !== SCHEMA_VERSION) {
      throw new Error(`${path} was written by another version of Signalbox (schema ${String(version)})`);
    }
    database.exec(ADDED);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB: https://sqlite.org/rescode.html */
function isDamage(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (error.errcode === 11 || error.errcode === 26);
}
