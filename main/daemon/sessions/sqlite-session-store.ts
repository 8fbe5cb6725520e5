/** Owns session records in a database of the home folder: they outlive the daemon. */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { check, parseJson, z } from "../../../shared/protocol/schema.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";
import type { SessionRecord, SessionStore } from "./session-store.ts";

const rowSchema = z.object({ id: z.string(), owner: z.string(), body: z.string(), used_at: z.number() });
const bodySchema = z.object({
  session: z.object({
    id: z.string(),
    cwd: z.string(),
    createdAt: z.string(),
    label: z.string().optional(),
    agent: z.string().optional(),
    servers: z.array(z.string()).optional(),
  }),
  protocolVersion: z.string(),
  initialize: z.custom<JsonObject>(isObject, "expected an object"),
});

/** NORMAL: a power cut may cost the last records, which then begin anew; a crash costs nothing. */
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

/** Throws when the file cannot be opened or is no database. */
export function openSqliteSessionStore(path: string): SessionStore {
  // SQLite would create it readable by all that the umask allows; its side files take this one's mode.
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path, { timeout: 2_000 });
  database.exec(SCHEMA);
  const put = database.prepare(
    "INSERT OR REPLACE INTO mcp_sessions (id, owner, session, body, used_at) VALUES (?, ?, ?, ?, ?)",
  );
  const byId = database.prepare("SELECT id, owner, body, used_at FROM mcp_sessions WHERE id = ?");
  const byOwner = database.prepare("SELECT id, owner, body, used_at FROM mcp_sessions WHERE owner = ? LIMIT 1");
  const touch = database.prepare("UPDATE mcp_sessions SET used_at = ? WHERE id = ?");
  const remove = database.prepare("DELETE FROM mcp_sessions WHERE id = ?");
  const removeSession = database.prepare("DELETE FROM mcp_sessions WHERE session = ?");
  const removeIdle = database.prepare("DELETE FROM mcp_sessions WHERE used_at < ?");

  return {
    async put({ id, owner, usedAt, ...body }) {
      put.run(id, owner, body.session.id, JSON.stringify(body), Math.round(usedAt));
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
  const plain = check(rowSchema, row);
  if (!plain.ok) throw new Error(`a session record is damaged: ${plain.reason}`);
  const body = parseJson(bodySchema, plain.value.body);
  if (!body.ok) throw new Error(`a session record is damaged: ${body.reason}`);
  const { id, owner, used_at } = plain.value;
  return { id, owner, usedAt: used_at, ...body.value };
}
