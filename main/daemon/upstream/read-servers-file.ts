/** Owns the reading of servers.json: the servers that it names, or one sentence with the line and the reason. */
import {
  SERVER_NAME,
  type ServerConfig,
  type ServersFile,
  serverConfigSchema,
} from "../../../shared/protocol/daemon-api.ts";
import { check, type Parsed } from "../../../shared/protocol/schema.ts";
import { isObject } from "../rpc/message.ts";

const [stdioSchema, httpSchema] = serverConfigSchema.options;
export const MAX_SERVERS = 64;

/** Parses the text of servers.json. A reason begins with `line N:` wherever a line can be named. */
export function readServersFile(text: string): Parsed<ServersFile> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, reason: syntaxReason(error, text) };
  }
  if (!isObject(value)) return at(text, [], 'the file must hold an object with "mcpServers"');
  const servers = value.mcpServers ?? {};
  if (!isObject(servers)) return at(text, ["mcpServers"], "mcpServers must be an object");
  const entries = Object.entries(servers);
  if (entries.length > MAX_SERVERS) return at(text, ["mcpServers"], `at most ${MAX_SERVERS} servers are allowed`);
  const good: Record<string, ServerConfig> = {};
  for (const [name, entry] of entries) {
    const path = ["mcpServers", name];
    if (!SERVER_NAME.test(name)) {
      return at(text, path, `"${name}" is no server name: letters, digits, dot, dash and underscore only`);
    }
    const config = readServerConfig(entry);
    if (!config.ok) return at(text, path, `${name}: ${config.reason}`);
    good[name] = config.value;
  }
  return { ok: true, value: { mcpServers: good } };
}

/** Checks one server, by the kind that it means to be, so that the reason names the field that is wrong. */
export function readServerConfig(entry: unknown): Parsed<ServerConfig> {
  if (!isObject(entry)) return { ok: false, reason: "must be an object" };
  const parsed: Parsed<ServerConfig> =
    "url" in entry
      ? check(httpSchema, entry)
      : "command" in entry
        ? check(stdioSchema, entry)
        : { ok: false, reason: 'needs a "command" (stdio) or a "url" (Streamable HTTP)' };
  return parsed;
}

function syntaxReason(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : "not JSON";
  const position = /at position (\d+)/.exec(message)?.[1];
  const line = position === undefined ? lines(text) : lines(text.slice(0, Number(position)));
  return `line ${line}: ${message.replace(/ in JSON at position.*$/s, "").replace(/ \(line .*$/s, "")}`;
}

/** Finds the line by following the keys through the text, which is exact unless a value repeats a key before it. */
function at(text: string, path: readonly string[], reason: string): { ok: false; reason: string } {
  let index = 0;
  for (const key of path) {
    const found = text.indexOf(JSON.stringify(key), index);
    if (found < 0) break;
    index = found;
  }
  return { ok: false, reason: `line ${lines(text.slice(0, index))}: ${reason}` };
}

const lines = (text: string): number => text.split("\n").length;
