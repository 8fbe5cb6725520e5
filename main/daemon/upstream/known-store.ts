/** Owns what is known of servers beyond the daemon's life: a row for each configured server, in a database of the home folder. */
import { closeSync, openSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { check, parseJson, z } from "../../../shared/protocol/schema.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";
import type { Known } from "./known.ts";

/** What one server says of itself beyond this many characters is not kept. */
const MAX_CHARS = 4 * 1024 * 1024;

/** Each method may throw when the disk refuses; what was kept is then as it was. */
export interface KnownStore {
  /** What was kept of this server under the same definition; of another definition it is dropped. */
  get(server: string, definition: string): Known | undefined;
  put(server: string, definition: string, known: Known): void;
  /** Drops what is kept of all others. */
  keepOnly(servers: ReadonlySet<string>): void;
  close(): void;
}

const object = z.custom<JsonObject>(isObject, "expected an object");
const list = z.array(object);
const knownSchema = z.object({
  server: z.object({
    protocolVersion: z.string(),
    capabilities: object,
    serverInfo: object,
    instructions: z.string().optional(),
  }),
  tools: list,
  prompts: list.optional(),
  resources: list.optional(),
  resourceTemplates: list.optional(),
  accepted: z.record(z.string(), z.string()).optional(),
});
const rowSchema = z.object({ definition: z.string(), body: z.string() });

/** NORMAL: a power cut may cost what was learnt last, which is learnt again. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS known_servers (
    server TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
`;

/** A file that is no database any more is begun anew: all that is in it can be learnt again. Throws when it cannot be opened otherwise. */
export function openKnownStore(path: string): KnownStore {
  const database = openDatabase(path);
  const read = database.prepare("SELECT definition, body FROM known_servers WHERE server = ?");
  const put = database.prepare("INSERT OR REPLACE INTO known_servers (server, definition, body) VALUES (?, ?, ?)");
  const remove = database.prepare("DELETE FROM known_servers WHERE server = ?");
  const names = database.prepare("SELECT server FROM known_servers");

  return {
    get(server, definition) {
      const row = read.get(server);
      if (row === undefined) return undefined;
      const kept = check(rowSchema, row);
      const known =
        kept.ok && kept.value.definition === definition ? parseJson(knownSchema, kept.value.body) : undefined;
      if (known?.ok !== true) {
        remove.run(server);
        return undefined;
      }
      const { server: side, tools, ...others } = known.value;
      return { ...others, tools, server: { ...side, instructions: side.instructions } };
    },
    put(server, definition, known) {
      const body = JSON.stringify(known);
      if (body.length > MAX_CHARS) remove.run(server);
      else put.run(server, definition, body);
    },
    keepOnly(servers) {
      for (const { server } of names.all()) {
        if (typeof server === "string" && !servers.has(server)) remove.run(server);
      }
    },
    close: () => database.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  const open = () => {
    // SQLite would create it readable by all that the umask allows; its side files take this one's mode.
    closeSync(openSync(path, "a", 0o600));
    const database = new DatabaseSync(path, { timeout: 2_000 });
    try {
      database.exec(SCHEMA);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  };
  try {
    return open();
  } catch (error) {
    if (!isDamaged(error)) throw error;
    for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    return open();
  }
}

/** https://www.sqlite.org/rescode.html: SQLITE_CORRUPT and SQLITE_NOTADB. */
const isDamaged = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && (error.errcode === 11 || error.errcode === 26);
