/** Reads the text of servers.json: each server as it was understood, or refused alone, with its line. */
import { type JsonPath, type Repeated, readJsonText } from "../text/json-text.ts";
import { oneLine, visible } from "../text/visible.ts";
import { type FoundServer, findServers } from "./find-servers.ts";
import { isOff, readEntry } from "./read-entry.ts";
import type { ServerConfig, ServerInput } from "./server-config.ts";

export const MAX_SERVERS = 64;
const MAX_NAME = 128;

export interface ReadServer {
  /** As written. */
  name: string;
  path: JsonPath;
  line: number;
  /** Where further entries of the same name stand, which are not used. */
  again: readonly JsonPath[];
  /** As written. */
  entry: unknown;
  /** Undefined where `refused` says why. */
  config?: ServerConfig;
  /** Begins with `line N: `. */
  refused?: string;
  /** Switched off, as far as it can be read. */
  disabled: boolean;
  /** What of the entry has no effect, each with its reason: `timeout: calls run until …`. */
  notes: string[];
}

export type ServersRead =
  | {
      ok: true;
      servers: ReadServer[];
      /** The object that takes further servers. */
      container: JsonPath;
      inputs: ReadonlyMap<string, ServerInput>;
    }
  | { ok: false; reason: string };

/** The reason of a whole file that cannot be used begins with `line N: `. */
export function readServersText(text: string): ServersRead {
  const json = readJsonText(text);
  if (!json.ok) return { ok: false, reason: `line ${json.line}: ${json.reason}` };
  const { value, lineOf, repeated } = json.value;
  const found = findServers(value);
  if (!found.ok) return { ok: false, reason: `line ${lineOf(found.path)}: ${found.reason}` };
  const servers = found.servers.map((server, i): ReadServer => {
    const { name, path, entry } = server;
    const base = { name, path, line: lineOf(path), again: server.again ?? [], entry, disabled: isOff(entry) };
    const refuse = (reason: string, at: JsonPath = path): ReadServer => {
      return { ...base, refused: `line ${lineOf(at)}: ${reason}`, notes: [] };
    };
    const reason = i >= MAX_SERVERS ? `at most ${MAX_SERVERS} servers are allowed` : unusable(server);
    if (reason !== undefined) return refuse(reason);
    const read = readEntry(entry);
    if (!read.ok) return refuse(read.reason, [...path, ...read.path]);
    const again = (server.again ?? []).map((other) => `line ${lineOf(other)}: a further entry of the same name`);
    const twice = repeated
      .filter(({ path: other }) => other.length >= path.length && path.every((step, at) => other[at] === step))
      .map(({ path: other }) => `${oneLine(String(other.at(-1)), 60)}: it stands there twice, and the last one counts`);
    return {
      ...base,
      config: read.config,
      disabled: read.config.disabled === true,
      notes: [...read.notes, ...twice, ...again],
    };
  });
  const lost = repeated.flatMap((earlier) => lostServers(earlier, found.container, servers));
  return { ok: true, servers: [...servers, ...lost], container: found.container, inputs: found.inputs };
}

/** Servers under a key that the file has a second time: nobody reads them, so each says so in a row of its own. */
function lostServers(
  { path, value, line }: Repeated,
  container: JsonPath,
  servers: readonly ReadServer[],
): ReadServer[] {
  const isAround = path.length <= container.length && path.every((step, at) => container[at] === step);
  if (!isAround) return [];
  let held: unknown = value;
  for (const step of container.slice(path.length)) {
    held = typeof held === "object" && held !== null ? (held as Record<string | number, unknown>)[step] : undefined;
  }
  if (typeof held !== "object" || held === null || Array.isArray(held)) return [];
  const key = String(path.at(-1));
  return Object.entries(held)
    .filter(([name]) => !servers.some((server) => server.name === name))
    .map(([name, entry]) => ({
      name,
      path: [...container, name],
      line,
      again: [],
      entry,
      refused: `line ${line}: "${key}" stands twice in the file, and the last one counts: move this server there`,
      disabled: isOff(entry),
      notes: [],
    }));
}

function unusable({ name, misplaced }: FoundServer): string | undefined {
  if (misplaced !== undefined) return misplaced;
  return badServerName(name);
}

/** Why nobody can be shown this name, as a sentence; undefined when it can be used. */
export function badServerName(name: string): string | undefined {
  if (name.trim() === "") return "it has no name";
  if (name.length > MAX_NAME) return `its name has more than ${MAX_NAME} characters`;
  if (visible(name) !== name) return "its name holds characters that cannot be seen";
  return name === "__proto__" ? "it cannot be called __proto__" : undefined;
}
