/** Keeps what waits for a person, and what was answered in the last day, in a database of the home folder. */
import type { DatabaseSync } from "node:sqlite";
import {
  type Answered,
  answeredSchema,
  type InboxEntry,
  inboxEntrySchema,
} from "../../../shared/protocol/inbox-api.ts";
import { check, parseExactJson, z } from "../../../shared/protocol/schema.ts";
import { openOrSetAside } from "../../home/set-aside.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";

/** One entry as it is kept: what is told of it, and what finds it again when the same is asked again. */
export interface KeptEntry {
  entry: InboxEntry;
  /** Says that two requests of one session ask for the same; undefined for one that nobody can ask again. */
  same: string | undefined;
  /** Bytes that it takes. */
  bytes: number;
}

export interface InboxStore {
  /** Oldest first. */
  list(): KeptEntry[];
  /** On the disk when this returns, in place of one of this id; throws when the disk refuses. */
  add(kept: KeptEntry): void;
  /** On the disk when this returns. `late` is the answer for a request that will be made again. */
  close(id: string, answered: Answered, late: JsonObject | undefined): void;
  /** The answer that was given to this request while nobody waited for it; it is given once. */
  takeLate(session: string, same: string): JsonObject | undefined;
  /**
   * Drops what was answered before this moment, in milliseconds since 1970, and the oldest beyond `max`: of what a person
   * answered, and of what ended without one. An answer that is still to be given stays. Gives their ids.
   */
  prune(before: number, max: number): string[];
  /** A person allows this for the whole session. */
  allow(session: string, what: string): void;
  isAllowed(session: string, what: string): boolean;
  /** `session` continues `former`: what waits for that one waits for this. */
  takeOver(former: string, session: string): void;
  /** The session is over: what was allowed in it ends. */
  forget(session: string): void;
  dispose(): void;
}

/** FULL: an answer that was acknowledged is never asked for again. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    session TEXT,
    same TEXT,
    body TEXT NOT NULL,
    answered TEXT,
    answered_at INTEGER,
    late TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS allowed (
    session TEXT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (session, what)
  ) STRICT;
`;

const rowSchema = z.object({
  session: z.string().nullable(),
  same: z.string().nullable(),
  body: z.string(),
  answered: z.string().nullable(),
});
const lateSchema = z.object({ number: z.number(), late: z.string() });
const object = z.custom<JsonObject>(isObject, "expected an object");

/** A damaged file is set aside and another one begun. Throws when the file cannot be opened for another reason. */
export function openInboxStore(path: string, onSetAside: (aside: string) => void = () => {}): InboxStore {
  const { value: database, setAside } = openOrSetAside(path, (opened: DatabaseSync) => {
    opened.exec(SCHEMA);
    return opened;
  });
  if (setAside !== undefined) onSetAside(setAside);
  const all = database.prepare("SELECT session, same, body, answered FROM entries ORDER BY number");
  const insert = database.prepare("INSERT OR REPLACE INTO entries (id, session, same, body) VALUES (?, ?, ?, ?)");
  const close = database.prepare("UPDATE entries SET answered = ?, answered_at = ?, late = ? WHERE id = ?");
  const late = database.prepare(
    "SELECT number, late FROM entries WHERE session = ? AND same = ? AND late IS NOT NULL ORDER BY number LIMIT 1",
  );
  const took = database.prepare("UPDATE entries SET late = NULL WHERE number = ?");
  const old = database.prepare("DELETE FROM entries WHERE answered_at < ? RETURNING id");
  const beyond = database.prepare(
    `DELETE FROM entries WHERE number IN
       (SELECT number FROM
         (SELECT number, row_number() OVER (
            PARTITION BY coalesce(json_extract(answered, '$.how'), '') IN ('withdrawn', 'elsewhere')
            ORDER BY answered_at DESC, number DESC) AS place
          FROM entries WHERE answered_at IS NOT NULL AND late IS NULL)
        WHERE place > ?) RETURNING id`,
  );
  const allow = database.prepare("INSERT OR IGNORE INTO allowed (session, what) VALUES (?, ?)");
  const allowed = database.prepare("SELECT 1 FROM allowed WHERE session = ? AND what = ?");
  const move = database.prepare("UPDATE entries SET session = ? WHERE session = ?");
  const moveAllowed = database.prepare("UPDATE OR REPLACE allowed SET session = ? WHERE session = ?");
  const forget = database.prepare("DELETE FROM allowed WHERE session = ?");

  return {
    list: () => all.all().flatMap((row) => keptOf(row) ?? []),
    add({ entry, same }) {
      insert.run(entry.id, entry.session ?? null, same ?? null, JSON.stringify(entry));
    },
    close(id, answered, answer) {
      const text = answer === undefined ? null : JSON.stringify(answer);
      close.run(JSON.stringify(answered), Date.parse(answered.at), text, id);
    },
    takeLate(session, same) {
      const row = check(lateSchema, late.get(session, same));
      if (!row.ok) return undefined;
      took.run(row.value.number);
      const read = parseExactJson(object, row.value.late);
      return read.ok ? read.value : undefined;
    },
    prune: (before, max) => [...old.all(before), ...beyond.all(max)].map(({ id }) => String(id)),
    allow: (session, what) => void allow.run(session, what),
    isAllowed: (session, what) => allowed.get(session, what) !== undefined,
    takeOver(former, session) {
      move.run(session, former);
      moveAllowed.run(session, former);
    },
    forget: (session) => void forget.run(session),
    dispose: () => database.close(),
  };
}

/** One that cannot be read is no reason to lose the others. */
function keptOf(row: unknown): KeptEntry | undefined {
  const read = check(rowSchema, row);
  if (!read.ok) return undefined;
  const { session, same, body, answered } = read.value;
  const entry = parseExactJson(inboxEntrySchema, body);
  if (!entry.ok) return undefined;
  const { session: _, ...rest } = entry.value;
  const how = answered === null ? undefined : parseExactJson(answeredSchema, answered);
  if (how?.ok === false) return undefined;
  return {
    entry: { ...rest, ...(session !== null && { session }), ...(how !== undefined && { answered: how.value }) },
    same: same ?? undefined,
    bytes: Buffer.byteLength(body),
  };
}
