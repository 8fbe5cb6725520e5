/** What is known of servers beyond the daemon's life: a row for each configured server, in a database of the home folder. */
import { check, parseExactJson, z } from "../../../../shared/protocol/schema.ts";
import { openOrSetAside } from "../../../home/set-aside.ts";
import { isObject, type JsonObject } from "../../rpc/message.ts";
import type { AcceptedList } from "./accepted-tools.ts";
import type { Known } from "./known.ts";

/** What one server says of itself beyond this many characters is not kept. */
const MAX_CHARS = 4 * 1024 * 1024;

/** Each method may throw when the disk refuses; what was kept is then as it was. */
export interface KnownStore {
  /** What was kept of this server under the same definition; of another definition it is dropped. */
  get(server: string, definition: string): Known | undefined;
  put(server: string, definition: string, known: Known): void;
  /** Which definitions of its tools were accepted under the same definition of the server; kept whatever size its lists have. */
  accepted(server: string, definition: string): AcceptedList | undefined;
  putAccepted(server: string, definition: string, accepted: AcceptedList): void;
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
});
const acceptedSchema = z.array(z.tuple([z.string(), z.array(z.string())]));
/** Until a table of its own held them, one hash for each name stood beside the lists. */
const formerSchema = z.object({ accepted: z.record(z.string(), z.string()) });
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
  CREATE TABLE IF NOT EXISTS accepted_tools (
    server TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
`;

/**
 * A damaged file is set aside, and another one begun: what servers offer can be learned again, and what was accepted of
 * their tools stands in the other file. Throws when the file cannot be opened for another reason.
 */
export function openKnownStore(path: string, onSetAside: (aside: string) => void = () => {}): KnownStore {
  const { value: database, setAside } = openOrSetAside(path, (opened) => {
    opened.exec(SCHEMA);
    return opened;
  });
  if (setAside !== undefined) onSetAside(setAside);
  const read = database.prepare("SELECT definition, body FROM known_servers WHERE server = ?");
  const put = database.prepare("INSERT OR REPLACE INTO known_servers (server, definition, body) VALUES (?, ?, ?)");
  const remove = database.prepare("DELETE FROM known_servers WHERE server = ?");
  const names = database.prepare("SELECT server FROM known_servers UNION SELECT server FROM accepted_tools");
  const readAccepted = database.prepare("SELECT definition, body FROM accepted_tools WHERE server = ?");
  const putAccepted = database.prepare(
    "INSERT OR REPLACE INTO accepted_tools (server, definition, body) VALUES (?, ?, ?)",
  );
  const removeAccepted = database.prepare("DELETE FROM accepted_tools WHERE server = ?");
  /** The body of a row that was kept under the same definition. */
  const bodyOf = (row: unknown, definition: string): string | undefined => {
    const kept = check(rowSchema, row);
    return kept.ok && kept.value.definition === definition ? kept.value.body : undefined;
  };

  return {
    get(server, definition) {
      const row = read.get(server);
      if (row === undefined) return undefined;
      const body = bodyOf(row, definition);
      const known = body === undefined ? undefined : parseExactJson(knownSchema, body);
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
    accepted(server, definition) {
      const body = bodyOf(readAccepted.get(server), definition);
      if (body !== undefined) {
        const list = parseExactJson(acceptedSchema, body);
        return list.ok ? list.value : undefined;
      }
      const former = bodyOf(read.get(server), definition);
      const found = former === undefined ? undefined : parseExactJson(formerSchema, former);
      return found?.ok === true
        ? Object.entries(found.value.accepted).map(([name, hash]) => [name, [hash]])
        : undefined;
    },
    putAccepted: (server, definition, accepted) => void putAccepted.run(server, definition, JSON.stringify(accepted)),
    keepOnly(servers) {
      for (const { server } of names.all()) {
        if (typeof server !== "string" || servers.has(server)) continue;
        remove.run(server);
        removeAccepted.run(server);
      }
    },
    close: () => database.close(),
  };
}
