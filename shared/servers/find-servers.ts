/** Finds the servers in a configuration, under whichever key the tool that it was written for keeps them. */
import type { JsonPath } from "../text/json-text.ts";
import type { ServerInput } from "./server-config.ts";

export interface FoundServer {
  name: string;
  path: JsonPath;
  entry: unknown;
  /** Why it cannot be used, whatever it says. */
  misplaced?: string;
  /** Where further entries of the same name stand, which are not used. */
  again?: JsonPath[];
}

export type FindResult =
  | {
      ok: true;
      servers: FoundServer[];
      /** The object that takes further servers. */
      container: JsonPath;
      inputs: ReadonlyMap<string, ServerInput>;
    }
  | { ok: false; path: JsonPath; reason: string };

type Fields = Readonly<Record<string, unknown>>;

/** In the order in which they win where two of them hold the same name. */
const PLACES: readonly JsonPath[] = [
  ["mcpServers"],
  ["servers"],
  ["context_servers"],
  ["mcp_servers"],
  ["mcp", "servers"],
  ["mcp", "mcpServers"],
  ["mcp.servers"],
  ["amp.mcpServers"],
  ["mcp"],
];
const HELPFUL = 'write {"mcpServers": {"a-name": {"command": "…"}}}';
/** At the top of a bare map of servers, these are none. */
const TOP_WORDS = new Set(["inputs", "version", "name", "description"]);

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether it says what to start or where to connect, as an entry of a server does. */
export function isEntry(value: unknown): value is Fields {
  if (!isFields(value)) return false;
  const { command, cmd } = value;
  if (typeof command === "string" || Array.isArray(command) || typeof cmd === "string") return true;
  if (isFields(command) && typeof command.path === "string") return true;
  return ["url", "serverUrl", "httpUrl", "uri"].some((key) => typeof value[key] === "string");
}

const isMap = (value: unknown): value is Fields =>
  isFields(value) && Object.keys(value).length > 0 && Object.values(value).every(isEntry);

/** `{}` is a configuration without servers; an object in which none of the known places is found is a mistake. */
export function findServers(root: unknown): FindResult {
  if (!isFields(root)) return { ok: false, path: [], reason: `the file must hold an object: ${HELPFUL}` };
  const inputs = inputsOf(root);
  if (Object.keys(root).length === 0) return { ok: true, servers: [], container: ["mcpServers"], inputs };
  if (isEntry(root)) {
    return { ok: false, path: [], reason: `this is one server without a name: ${HELPFUL}` };
  }
  const servers = new Map<string, FoundServer>();
  let container: JsonPath | undefined;
  const add = (found: FoundServer) => {
    const first = servers.get(found.name);
    if (first === undefined) servers.set(found.name, found);
    else first.again = [...(first.again ?? []), found.path];
  };
  for (const path of PLACES) {
    const value = at(root, path);
    if (value === undefined || value === null || isEntry(value)) continue;
    if (path.length === 1 && path[0] === "mcp" && isFields(value)) {
      // VS Code's settings keep their servers one level further down, beside what the person is asked for.
      if (isFields(value.servers) || isFields(value.mcpServers)) continue;
      if (!Object.values(value).some(isFields)) continue;
    }
    const entries = listOf(value, path);
    if (entries === undefined) {
      return { ok: false, path, reason: `"${path.join(".")}" must hold an object with each server under its name` };
    }
    if (!Array.isArray(value)) container ??= path;
    for (const found of entries) add(found);
    container ??= path;
  }
  if (container !== undefined) {
    for (const [name, entry] of Object.entries(root)) {
      const known = PLACES.some((path) => path[0] === name && !isEntry(entry));
      if (!known && isEntry(entry)) {
        add({ name, path: [name], entry, misplaced: `it stands beside "${container.join(".")}": move it inside` });
      }
    }
    return { ok: true, servers: [...servers.values()], container, inputs };
  }
  return bareMap(root, inputs);
}

function bareMap(root: Fields, inputs: ReadonlyMap<string, ServerInput>): FindResult {
  const entries = Object.entries(root).filter(([name, entry]) => !(isTopWord(name) && !isEntry(entry)));
  if (entries.some(([, entry]) => isEntry(entry))) {
    const servers = entries
      .filter(([, entry]) => entry !== null)
      .map(([name, entry]) => ({ name, path: [name], entry }));
    return { ok: true, servers, container: [], inputs };
  }
  // A place that is known and null says as much as {}.
  if (PLACES.some((path) => at(root, path) === null))
    return { ok: true, servers: [], container: ["mcpServers"], inputs };
  const misspelt = Object.entries(root).find(([, value]) => isMap(value));
  if (misspelt !== undefined) {
    return { ok: false, path: [misspelt[0]], reason: `"${misspelt[0]}" is not understood: call it "mcpServers"` };
  }
  return { ok: false, path: [], reason: `no servers are named in it: ${HELPFUL}` };
}

const isTopWord = (name: string) => TOP_WORDS.has(name) || name.startsWith("$");

/** Undefined for what can hold no servers. A list names each in itself. */
function listOf(value: unknown, path: JsonPath): FoundServer[] | undefined {
  if (isFields(value)) {
    return Object.entries(value)
      .filter(([, entry]) => entry !== null)
      .map(([name, entry]) => ({
        name,
        path: [...path, name],
        entry,
        ...(isMap(entry) && { misplaced: "it holds servers itself: move them one level up" }),
      }));
  }
  if (!Array.isArray(value)) return undefined;
  return value.map((entry: unknown, i) => {
    const name = isFields(entry) && typeof entry.name === "string" ? entry.name : `server ${i + 1}`;
    const nameless = isFields(entry) && typeof entry.name !== "string";
    return { name, path: [...path, i], entry, ...(nameless && { misplaced: 'it has no "name"' }) };
  });
}

function at(root: Fields, path: JsonPath): unknown {
  let value: unknown = root;
  for (const step of path) {
    if (!isFields(value)) return undefined;
    value = Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/** VS Code: https://code.visualstudio.com/docs/copilot/reference/mcp-configuration#_input-variables-for-sensitive-data */
function inputsOf(root: Fields): ReadonlyMap<string, ServerInput> {
  const lists = [root.inputs, at(root, ["mcp", "inputs"])].filter((list) => Array.isArray(list));
  const inputs = lists.flat().flatMap((item: unknown): [string, ServerInput][] => {
    if (!isFields(item) || typeof item.id !== "string") return [];
    const input: ServerInput = {};
    if (typeof item.description === "string") input.description = item.description;
    if (typeof item.default === "string") input.default = item.default;
    return [[item.id, input]];
  });
  return new Map(inputs);
}
