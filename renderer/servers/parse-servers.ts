/** Owns reading what a person pasted as MCP servers: the usual object, its inside, or a single server. */
import {
  type ServerConfig,
  type ServersFile,
  serverConfigSchema,
  serversFileSchema,
} from "../../shared/protocol/daemon-api.ts";
import { check, type Parsed } from "../../shared/protocol/schema.ts";

/** Accepts `{"mcpServers": {…}}`, `{"name": {…}}`, and `"name": {…}` without braces, with a comma at the end or not. */
export function parseServers(text: string): Parsed<ServersFile> {
  const trimmed = text.trim().replace(/,$/, "");
  const candidates = trimmed.startsWith("{") ? [trimmed] : [`{${trimmed}}`, trimmed];
  let reason = "not JSON";
  for (const candidate of candidates) {
    const value = decode(candidate);
    if (value instanceof Error) {
      reason = value.message;
      continue;
    }
    if (typeof value !== "object" || value === null) return { ok: false, reason: "expected an object of servers" };
    const whole = check(serversFileSchema, "mcpServers" in value ? value : { mcpServers: value });
    return whole.ok ? whole : { ok: false, reason: whole.reason.replace(/^mcpServers\./, "") };
  }
  return { ok: false, reason };
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error instanceof Error ? error : new Error("not JSON");
  }
}

/** One server from a form: a command line or an address. */
export function serverFromForm(target: string, split: (text: string) => string[]): Parsed<ServerConfig> {
  if (/^https?:\/\//.test(target.trim())) return check(serverConfigSchema, { url: target.trim() });
  const [command, ...args] = split(target);
  if (command === undefined) return { ok: false, reason: "say a command or an address" };
  return check(serverConfigSchema, { command, args });
}
