/** Session records in a database of the home folder: they outlive the daemon. */
import { check, parseExactJson, z } from "../../../shared/protocol/schema.ts";
import { openOrSetAside } from "../../home/set-aside.ts";
import { MAX_RECORDS_OF_OWNER, recordBodySchema, type SessionRecord, type SessionStore } from "./session-store.ts";

const rowSchema = z.object({ id: z.string(), owner: z.string(), body: z.string(), used_at: z.number() });
/** NORMAL: a power cut may cost the last records, which then begin again; a crash costs nothing. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS mcp_sessions (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    session TEXT NOT NULL,
    body TEXT NOT NULL,
    used_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS mcp_sessions_by_owner ON mcp_sessions (owner);
`;

/** A damaged file is set aside, and another one begun: agents then begin their MCP sessions again. Throws when the file cannot be opened. */
export function openSqliteSessionStore(path: string, onSetAside: (aside: string) => void = () => {}): SessionStore {
  const { value: database, setAside } = openOrSetAside(path, (opened) => {
    opened.exec(SCHEMA);
    return opened;
  });
  if (setAside !== undefined) onSetAside(setAside);
  const put = database.prepare(
    "INSERT OR REPLACE INTO mcp_sessions (id, owner, session, body, used_at) VALUES (?, ?, ?, ?, ?)",
  );
  const byId = database.prepare("SELECT id, owner, body, used_at FROM mcp_sessions WHERE id = ?");
  const byOwner = database.prepare("SELECT id, owner, body, used_at FROM mcp_sessions WHERE owner = ? LIMIT 1");
  const touch = database.prepare("UPDATE mcp_sessions SET used_at = ? WHERE id = ?");
  const remove = database.prepare("DELETE FROM mcp_sessions WHERE id = ?");
  const removeSession = database.prepare("DELETE FROM mcp_sessions WHERE session = ?");
  const removeSurplus = database.prepare(
    `DELETE FROM mcp_sessions WHERE owner = ?1 AND rowid NOT IN
      (SELECT rowid FROM mcp_sessions WHERE owner = ?1 ORDER BY used_at DESC, rowid DESC LIMIT ${MAX_RECORDS_OF_OWNER})`,
  );
  const removeIdle = database.prepare("DELETE FROM mcp_sessions WHERE used_at < ?");

  return {
    async put({ id, owner, usedAt, ...body }) {
      put.run(id, owner, body.session.id, JSON.stringify(body), Math.round(usedAt));
      removeSurplus.run(owner);
    },
    get: async (id) => recordOf(byId.get(id)),
    ofOwner: async (owner) => recordOf(byOwner.get(owner)),
    touch: async (id, usedAt) => void touch.run(Math.round(usedAt), id),
    remove: async (id) => void remove.run(id),
    removeSession: async (session) => void removeSession.run(session),
    removeIdle: async (before) => void removeIdle.run(Math.round(before)),
    close: async () => database.close(),
  };
}

function recordOf(row: unknown): SessionRecord | undefined {
  if (row === undefined) return undefined;
  // A record that cannot be read is none: its agent begins another session, as for one that is gone.
  const plain = check(rowSchema, row);
  if (!plain.ok) return undefined;
  const body = parseExactJson(recordBodySchema, plain.value.body);
  if (!body.ok) return undefined;
  const { id, owner, used_at } = plain.value;
  return { id, owner, usedAt: used_at, ...body.value };
}
