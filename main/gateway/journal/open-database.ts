/** The journal's file: its schema, its settings, and what happens to one that cannot be read. */
import type { DatabaseSync } from "node:sqlite";
import { openOrSetAside } from "../../home/set-aside.ts";
import { markMixedCalls } from "./mark-mixed-calls.ts";

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
  -- What the names of calls in later entries are understood by (CallLog.run).
  run INTEGER NOT NULL DEFAULT 0,
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
-- What earlier versions wrote in place of call_words, and still do after a step back to one (decision 0088).
CREATE VIRTUAL TABLE call_text USING fts5 (tool, server, words, content='', contentless_delete=1, tokenize='unicode61');
`;

/** There when session tokens were never written in plain text, or have left the file. */
const SCRUBBED = "CREATE TABLE scrubbed (done INTEGER) STRICT;";

/** Came after the first files were written; nothing else in those changes. */
const ADDED = `CREATE TABLE IF NOT EXISTS gaps (session INTEGER NOT NULL, gap TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS gaps_by_session ON gaps (session);
-- Two rows a call: 2n what is known at its start, 2n+1 what its end adds. The texts themselves are in the events. Tokens
-- are made by us (shared/text/search-words.ts), so the tokenizer has only spaces to look for.
CREATE VIRTUAL TABLE IF NOT EXISTS call_words USING fts5 (parts, wholes, content='', contentless_delete=1, tokenize='ascii');`;

/**
 * Opens or creates the journal. WAL with `synchronous=NORMAL`: kill -9 loses nothing committed; a power cut may lose the
 * last moments, never the file. A damaged file is moved aside, so that Signalbox starts; throws when even that fails.
 */
export function openDatabase(path: string): { database: DatabaseSync; movedAside: string | undefined } {
  const { value: database, setAside } = openOrSetAside(path, (opened) => prepare(opened, path));
  return { database, movedAside: setAside };
}

function prepare(database: DatabaseSync, path: string): DatabaseSync {
  database.exec(PRAGMAS);
  const version = database.prepare("PRAGMA user_version").get()?.user_version;
  if (version === 0) database.exec(`BEGIN; ${SCHEMA} ${SCRUBBED} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  else if (version !== SCHEMA_VERSION) {
    throw new Error(`${path} was written by another version of Signalbox (schema ${String(version)})`);
  }
  database.exec(ADDED);
  distinguishRuns(database);
  return database;
}

/** Whether no page of the file can hold a session's token as it was written before tokens were sealed (decision 0029). */
export function isScrubbed(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'scrubbed'").get() !== undefined;
}

/**
 * Writes the whole file again, so that what was overwritten or deleted leaves it; takes seconds where it is large, and
 * as much room on the disk once more. Throws what the disk says; the next start then tries again.
 */
export function scrub(database: DatabaseSync): void {
  database.exec("VACUUM");
  const left = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
  // Somebody reads the file, so the log beside it still holds the old pages.
  if (left?.busy !== 0) return;
  database.exec(SCRUBBED);
}

/** Files of before calls were named by run: what is mixed in them stays so, and says so. */
function distinguishRuns(database: DatabaseSync): void {
  const has = database.prepare("SELECT 1 FROM pragma_table_info('sessions') WHERE name = 'run'").get();
  if (has !== undefined) return;
  database.exec("BEGIN IMMEDIATE; ALTER TABLE sessions ADD COLUMN run INTEGER NOT NULL DEFAULT 0;");
  try {
    markMixedCalls(database);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
