/** Owns reading and replacing `<home>/servers.json` for the UI. The daemon watches the file and applies it. */
import { type ServersFile, serversFileSchema } from "../../../shared/protocol/daemon-api.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { isSecretKey, REDACTED } from "../../../shared/text/redact.ts";
import { readPrivateFile, writePrivateFile } from "../../home/private-file.ts";

const MAX_SERVERS_BYTES = 1024 * 1024;

/** What the file says, with secret values replaced. A missing file is an empty list. Fault: `servers-unreadable`. */
export function readServers(path: string): Result<ServersFile> {
  const file = load(path);
  return file.ok ? ok(mapSecrets(file.value, () => REDACTED)) : file;
}

/**
 * Replaces the file. A value that comes back as it was shown, replaced, keeps what it was: secrets are never shown again,
 * and editing something else must not lose them. Fault: `servers-unwritable`.
 */
export function writeServers(path: string, next: ServersFile): Result<void> {
  const before = load(path);
  const known = before.ok ? before.value.mcpServers : {};
  const merged = mapSecrets(next, (value, server, field, key) => {
    if (value !== REDACTED) return value;
    const old = known[server];
    const values =
      old === undefined
        ? undefined
        : field === "env" && "env" in old
          ? old.env
          : "headers" in old
            ? old.headers
            : undefined;
    return values?.[key] ?? value;
  });
  try {
    writePrivateFile(path, `${JSON.stringify(merged, null, 2)}\n`);
    return ok(undefined);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed("servers-unwritable", `${path} could not be written: ${reason}.`, "The servers are as they were.");
  }
}

function load(path: string): Result<ServersFile> {
  const file = readPrivateFile(path, MAX_SERVERS_BYTES);
  if (file.outcome === "absent") return ok({ mcpServers: {} });
  if (file.outcome === "refused") return failed("servers-unreadable", `${path} is not used: ${file.reason}.`);
  const parsed = parseJson(serversFileSchema, file.text);
  return parsed.ok
    ? parsed
    : failed("servers-unreadable", `${path}: ${parsed.reason}.`, "Correct the file; the last good one stays in force.");
}

type Change = (value: string, server: string, field: "env" | "headers", key: string) => string;

/** Environment and header values are secrets unless they refer to one by name (`${VAR}`) or their own name is harmless. */
function mapSecrets(file: ServersFile, change: Change): ServersFile {
  const servers = Object.entries(file.mcpServers).map(([name, config]) => {
    const map = (field: "env" | "headers", values: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(values).map(([key, value]) => [
          key,
          isSecret(key, value) ? change(value, name, field, key) : value,
        ]),
      );
    if ("url" in config)
      return [name, config.headers === undefined ? config : { ...config, headers: map("headers", config.headers) }];
    return [name, config.env === undefined ? config : { ...config, env: map("env", config.env) }];
  });
  return { mcpServers: Object.fromEntries(servers) };
}

function isSecret(key: string, value: string): boolean {
  return value === REDACTED || (isSecretKey(key) && !/^(Bearer )?\$\{[^}]+\}$/.test(value));
}
