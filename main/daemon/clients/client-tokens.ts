/** Keeps the tokens of programs that execute tools for agents: hashes, in a private file of the home folder. */
import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { CLIENT_TIMEOUT_SECONDS, isToolsOrigin, type NewClientToken } from "../../../shared/protocol/client-tools.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { readPrivateFile, writePrivateFile } from "../../home/private-file.ts";
import type { JsonObject } from "../rpc/message.ts";
import { readDeclaredTools } from "./declared-tools.ts";
import { serverName } from "./server-name.ts";
import type { ValueChecks } from "./value-checks.ts";

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Its name as a server of agents; absent where an earlier version wrote it. */
  server: z.string().optional(),
  /** Hex SHA-256 of its token. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Offered while no client has introduced itself; absent where the client says its own. */
  tools: z.array(z.custom<JsonObject>((value) => typeof value === "object" && value !== null)).optional(),
  origins: z.array(z.string().refine(isToolsOrigin)),
  sessions: z.union([z.literal("all"), z.array(z.string())]),
  timeout_seconds: z.number(),
  created_at: z.string(),
  last_seen_at: z.string().optional(),
});
export type ClientToken = z.infer<typeof tokenSchema> & { server: string };
const fileSchema = z.object({ clients: z.array(tokenSchema) });

const MAX_TOKENS = 100;
/** How often it is written that a client was seen, in milliseconds: one that comes and goes all the time costs the disk little. */
const SEEN_STEP_MS = 60_000;
const MAX_FILE_BYTES = 32 * 1024 * 1024;

export interface ClientTokens {
  list(): readonly ClientToken[];
  get(id: string): ClientToken | undefined;
  /** Faults: `too-many-clients`, `clients-unwritable`, `invalid-tools` (says which and why). */
  add(
    request: NewClientToken,
    checks: Pick<ValueChecks, "schema">,
  ): Promise<Result<{ client: ClientToken; token: string }>>;
  /** Whose token this is. */
  find(token: string): ClientToken | undefined;
  /** Faults: `no-such-client`, `clients-unwritable`: it is then as it was. */
  rename(id: string, name: string): Result<void>;
  /** Faults: `no-such-client`, and `clients-unwritable`: it opens nothing all the same, as long as this daemon runs. */
  remove(id: string): Result<void>;
  /** Its client has connected, or left. */
  seen(id: string): void;
  /** `session` goes on what `former` was: a token for that one is for this. */
  takeOver(former: string, session: string): void;
  onChange(listener: () => void): void;
}

const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();
const noSuchClient = failed("no-such-client", "There is no client with this id.");

/** Throws when the file cannot be used: a token that was given out is never silently another. */
export function openClientTokens(path: string, now: () => number = Date.now): ClientTokens {
  let clients = load(path);
  const listeners = new Set<() => void>();
  const write = (next: readonly ClientToken[]): Result<void> => {
    try {
      writePrivateFile(path, `${JSON.stringify({ clients: next }, null, 2)}\n`);
      return ok(undefined);
    } catch (error) {
      return failed("clients-unwritable", `The list of clients could not be written: ${reasonOf(error)}.`);
    }
  };
  const become = (next: ClientToken[]) => {
    clients = next;
    for (const listener of listeners) listener();
  };
  const keep = (next: ClientToken[]): Result<void> => {
    const kept = write(next);
    if (kept.ok) become(next);
    return kept;
  };
  const writtenAt = new Map<string, number>();
  return {
    list: () => clients,
    get: (id) => clients.find((client) => client.id === id),
    async add({ name, tools, origins = [], sessions = "all", timeout_seconds = CLIENT_TIMEOUT_SECONDS }, checks) {
      const declared = await readDeclaredTools(tools ?? [], checks);
      if (clients.length >= MAX_TOKENS) {
        return failed("too-many-clients", `There are ${MAX_TOKENS} client tokens already.`, "Revoke one first.");
      }
      const [first] = declared.leftOut;
      if (first !== undefined) return failed("invalid-tools", `The tools cannot be offered: ${first}`);
      const token = randomBytes(32).toString("hex");
      const client: ClientToken = {
        id: randomUUID(),
        name,
        server: serverName(name, clients),
        hash: hashOf(token).toString("hex"),
        ...(tools !== undefined && { tools: [...declared.tools] }),
        origins,
        sessions,
        timeout_seconds,
        created_at: new Date(now()).toISOString(),
      };
      const kept = keep([...clients, client]);
      return kept.ok ? ok({ client, token }) : kept;
    },
    find(token) {
      const hash = hashOf(token);
      let found: ClientToken | undefined;
      // Every entry is compared, so that the time does not tell which one matched.
      for (const client of clients) if (timingSafeEqual(hash, Buffer.from(client.hash, "hex"))) found = client;
      return found;
    },
    rename(id, name) {
      if (!clients.some((client) => client.id === id)) return noSuchClient;
      const server = serverName(
        name,
        clients.filter((client) => client.id !== id),
      );
      return keep(clients.map((client) => (client.id === id ? { ...client, name, server } : client)));
    },
    remove(id) {
      const others = clients.filter((client) => client.id !== id);
      if (others.length === clients.length) return noSuchClient;
      const kept = write(others);
      become(others);
      return kept;
    },
    seen(id) {
      const at = now();
      const last_seen_at = new Date(at).toISOString();
      clients = clients.map((client) => (client.id === id ? { ...client, last_seen_at } : client));
      const written = writtenAt.get(id);
      if (written !== undefined && at - written < SEEN_STEP_MS) return;
      writtenAt.set(id, at);
      // That it could not be written costs the time alone, once this daemon has ended.
      write(clients);
    },
    takeOver(former, session) {
      const isFor = ({ sessions }: ClientToken) => sessions !== "all" && sessions.includes(former);
      if (!clients.some(isFor)) return;
      const next = clients.map((client) =>
        isFor(client) && client.sessions !== "all" ? { ...client, sessions: [...client.sessions, session] } : client,
      );
      // In this run it holds also where the disk refuses.
      write(next);
      become(next);
    },
    onChange: (listener) => void listeners.add(listener),
  };
}

function load(path: string): ClientToken[] {
  const file = readPrivateFile(path, MAX_FILE_BYTES);
  if (file.outcome === "absent") return [];
  if (file.outcome === "refused") throw new Error(`${path} cannot be used: ${file.reason}`);
  const parsed = parseJson(fileSchema, file.text);
  if (!parsed.ok) throw new Error(`${path} is damaged: ${parsed.reason}`);
  const named: ClientToken[] = [];
  const all = parsed.value.clients;
  for (const client of all)
    named.push({ ...client, server: client.server ?? serverName(client.name, [...all, ...named]) });
  return named;
}
