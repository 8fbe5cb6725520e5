/** Reads one server's entry in any of the forms that tools write, or says which field cannot be used and why. */
import { REDACTED } from "../text/redact.ts";
import { oneLine } from "../text/visible.ts";
import { ignoredBecause, isHarmless, KINDS, type Kind, NAMES } from "./entry-fields.ts";
import type { HttpConfig, ServerConfig, StdioConfig } from "./server-config.ts";

/** `path`: where in the entry. `notes`: what the entry says that has no effect here, one sentence's end each. */
export type EntryRead =
  | { ok: true; config: ServerConfig; notes: string[] }
  | { ok: false; path: readonly (string | number)[]; reason: string };

/** What cannot be used, where; caught in this file alone. */
class Unusable extends Error {
  readonly path: readonly (string | number)[];
  constructor(path: readonly (string | number)[], reason: string) {
    super(reason);
    this.path = path;
  }
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Never throws. A field that is null counts as absent. `shown`: masks stand where values are kept. */
export function readEntry(entry: unknown, shown = false): EntryRead {
  try {
    return { ok: true, ...read(entry, shown) };
  } catch (error) {
    if (error instanceof Unusable) return { ok: false, path: error.path, reason: error.message };
    throw error;
  }
}

/** Whether the entry says that it is off, also where the rest of it cannot be read. */
export function isOff(entry: unknown): boolean {
  if (!isFields(entry)) return false;
  return entry.disabled === true || entry.disabled === "true" || entry.enabled === false || entry.enabled === "false";
}

function read(entry: unknown, shown: boolean): { config: ServerConfig; notes: string[] } {
  if (!isFields(entry)) throw new Unusable([], "it must be an object with a command or a url");
  const masked = shown ? undefined : findMask(entry);
  if (masked !== undefined) {
    throw new Unusable(masked, `${masked.join(".")} holds ${REDACTED}, which stands for a value: write the value`);
  }
  const given = new Map(Object.entries(entry).filter(([, value]) => value !== null));
  const used = new Set<string>();
  /** The first of the names that is there, and its value. */
  const take = (names: readonly string[]): { key: string; value: unknown } | undefined => {
    let first: { key: string; value: unknown } | undefined;
    for (const key of names) {
      if (!given.has(key)) continue;
      used.add(key);
      first ??= { key, value: given.get(key) };
    }
    return first;
  };
  const kind = kindOf(take(NAMES.type));
  const notes: string[] = [];
  const common = {
    ...flag(take(NAMES.disabled), take(NAMES.enabled)),
    ...patterns("offer", take(NAMES.offer)),
    ...patterns("hide", take(NAMES.hide)),
  };
  const command = take(NAMES.command);
  const url = take(NAMES.url);
  if (kind?.kind === "extension") {
    throw new Unusable(["source"], "it is an extension of an editor: only servers with a command or a url can be used");
  }
  if (command !== undefined && url !== undefined && kind === undefined) {
    throw new Unusable(
      [url.key],
      `it has both a ${command.key} and a ${url.key}: remove one, or say which with "type"`,
    );
  }
  const remote = kind === undefined ? url !== undefined : kind.kind !== "stdio";
  if (remote && url === undefined) {
    throw new Unusable([], command === undefined ? NEEDS : `its type is "${kind?.written}", but it has no url`);
  }
  if (!remote && command === undefined) {
    throw new Unusable([], url === undefined ? NEEDS : `its type is "${kind?.written}", but it has no command`);
  }
  let config: ServerConfig;
  if (remote && url !== undefined) {
    if (command !== undefined) notes.push(`${command.key}: its type is "${kind?.written}"`);
    config = { url: address(url.key, url.value), ...common };
    http(config, kind?.kind, take, notes);
  } else {
    if (url !== undefined) notes.push(`${url.key}: its type is "${kind?.written}"`);
    config = { ...stdio(command ?? { key: "command", value: undefined }, take), ...common };
  }
  for (const [key, value] of given) {
    if (used.has(key) || isHarmless(key)) continue;
    notes.push(`${oneLine(key, 60)}: ${ignoredBecause(key, value, remote) ?? "not understood"}`);
  }
  return { config, notes };
}

const NEEDS = 'it needs a "command" to start or a "url" to connect to';

type Taken = { key: string; value: unknown } | undefined;
type Take = (names: readonly string[]) => Taken;

function kindOf(type: Taken): { kind: Kind; written: string } | undefined {
  if (type === undefined) return undefined;
  // Zed says under `source` who wrote the entry; a person did.
  if (type.key === "source")
    return type.value === "extension" ? { kind: "extension", written: "extension" } : undefined;
  const written = text(type.key, type.value);
  const kind = KINDS[written.toLowerCase().replace(/[-_ ]/g, "")];
  if (kind === "websocket") throw new Unusable([type.key], `type "${written}" is not supported: use "http" or "sse"`);
  if (kind === undefined) {
    throw new Unusable([type.key], `type "${oneLine(written, 40)}" is not understood: use "stdio", "http" or "sse"`);
  }
  return { kind, written };
}

function stdio(command: { key: string; value: unknown }, take: Take): StdioConfig {
  let words: string[];
  let inner: Fields = {};
  if (Array.isArray(command.value)) words = texts(command.key, command.value);
  else if (isFields(command.value)) {
    inner = command.value;
    words = [text("command.path", inner.path)];
  } else words = [text(command.key, command.value)];
  const args = take(NAMES.args) ?? (inner.args == null ? undefined : { key: "args", value: inner.args });
  const env = take(NAMES.env) ?? (inner.env == null ? undefined : { key: "env", value: inner.env });
  const [program = "", ...rest] = words;
  if (program.trim() === "") throw new Unusable([command.key], `${command.key} is empty`);
  const all = [...rest, ...(args === undefined ? [] : texts(args.key, args.value))];
  const cwd = take(NAMES.cwd);
  const envFile = take(NAMES.envFile);
  return {
    command: program.trim(),
    ...((all.length > 0 || args !== undefined) && { args: all }),
    ...(env !== undefined && { env: record(env.key, env.value) }),
    ...(cwd !== undefined && { cwd: text(cwd.key, cwd.value) }),
    ...(envFile !== undefined && { envFile: text(envFile.key, envFile.value) }),
  };
}

function http(config: HttpConfig, kind: Kind | undefined, take: Take, notes: string[]): void {
  if (kind === "sse") config.transport = "sse";
  const headers = take(NAMES.headers);
  if (headers !== undefined) config.headers = record(headers.key, headers.value);
  const fromEnv = take(NAMES.headersFromEnv);
  if (fromEnv !== undefined) {
    const named = Object.entries(record(fromEnv.key, fromEnv.value)).map(([key, name]) => [key, `\${env:${name}}`]);
    config.headers = { ...Object.fromEntries(named), ...config.headers };
  }
  const bearer = take(NAMES.bearerFromEnv);
  if (bearer !== undefined) {
    config.headers = { Authorization: `Bearer \${env:${text(bearer.key, bearer.value)}}`, ...config.headers };
  }
  const helper = take(NAMES.headersHelper);
  if (helper !== undefined) config.headersHelper = text(helper.key, helper.value);
  const instances = take(NAMES.instances);
  if (instances !== undefined) {
    const all = texts(instances.key, instances.value);
    if (all.length > MAX_INSTANCES) throw new Unusable([instances.key], `${MAX_INSTANCES} further addresses at most`);
    config.instances = all.map((item, i) => address([instances.key, i], item));
  }
  const oauth = take(NAMES.oauth);
  if (oauth !== undefined) client(config, oauth, notes);
}

const MAX_INSTANCES = 16;

/** Also Cursor's `auth` with `CLIENT_ID`, and Claude Code's and Gemini CLI's fields, which are named where they have no effect. */
function client(config: HttpConfig, { key, value }: { key: string; value: unknown }, notes: string[]): void {
  if (typeof value === "boolean" || value === "oauth") return;
  if (!isFields(value)) {
    notes.push(`${key}: not understood`);
    return;
  }
  const field = (...names: string[]): string | undefined => {
    const name = names.find((item) => value[item] !== undefined && value[item] !== null);
    if (name === undefined) return undefined;
    const found = value[name];
    return Array.isArray(found) ? texts(`${key}.${name}`, found).join(" ") : text(`${key}.${name}`, found);
  };
  const clientId = field("clientId", "client_id", "CLIENT_ID");
  const clientSecret = field("clientSecret", "client_secret", "CLIENT_SECRET");
  const scope = field("scope", "scopes");
  const issuer = field("issuer");
  const known = new Set(CLIENT_FIELDS);
  for (const [name, item] of Object.entries(value)) {
    if (!known.has(name) && item !== null) notes.push(`${key}.${oneLine(name, 60)}: not supported`);
  }
  if (clientId === undefined || clientId === "") {
    if (clientSecret !== undefined) notes.push(`${key}.clientSecret: there is no clientId`);
    if (scope !== undefined) notes.push(`${key}.scope: there is no clientId`);
    return;
  }
  config.oauth = {
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    ...(scope !== undefined && { scope }),
    ...(issuer !== undefined && { issuer }),
  };
}

const CLIENT_FIELDS = [
  ...["clientId", "client_id", "CLIENT_ID", "clientSecret", "client_secret", "CLIENT_SECRET"],
  ...["scope", "scopes", "issuer", "enabled", "type"],
];

/** A variable may stand for all of it: it is looked at again once it is known (`expand-config.ts`). */
function address(key: string | readonly (string | number)[], value: unknown): string {
  const path = typeof key === "string" ? [key] : key;
  const written = text(path, value).trim();
  const reason = /^\$/.test(written) || /^\{(env|file):/.test(written) ? undefined : badAddress(written);
  if (reason !== undefined) throw new Unusable(path, `${path.join(".")} ${reason}`);
  return written;
}

/** Why it is no address of a server, as the rest of a sentence; undefined when it is one. */
export function badAddress(url: string): string | undefined {
  if (/^wss?:/i.test(url)) return "is a WebSocket's address: Signalbox speaks Streamable HTTP and HTTP with SSE";
  if (!/^https?:\/\//i.test(url)) return "must begin with http:// or https://";
  return /^https?:\/\/[^\s/?#]/i.test(url) ? undefined : "names no host";
}

function flag(disabled: Taken, enabled: Taken): { disabled?: boolean } {
  const off = disabled !== undefined && truth(disabled.key, disabled.value);
  const on = enabled === undefined || truth(enabled.key, enabled.value);
  return off || !on ? { disabled: true } : {};
}

function truth(key: string, value: unknown): boolean {
  if (value === true || value === "true" || value === 1) return true;
  if (value === false || value === "false" || value === 0) return false;
  throw new Unusable([key], `${key} must be true or false`);
}

function patterns(as: "offer" | "hide", taken: Taken): { offer?: string[]; hide?: string[] } {
  if (taken === undefined) return {};
  // Some tools take a call's pattern, `tool(arguments)`; its arguments are the agent's to judge.
  const names = texts(taken.key, taken.value).map((name) => name.replace(/\(.*\)$/s, ""));
  return as === "offer" && names.includes("*") ? {} : { [as]: names };
}

function text(key: string | readonly (string | number)[], value: unknown): string {
  const path = typeof key === "string" ? key.split(".") : key;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Unusable(path, `${path.join(".")} must be a text`);
}

function texts(key: string, value: unknown): string[] {
  if (!Array.isArray(value)) throw new Unusable([key], `${key} must be a list of texts: ["…", "…"]`);
  return value.flatMap((item: unknown, i) => (item === null ? [] : [text([key, i], item)]));
}

function record(key: string, value: unknown): Record<string, string> {
  if (!isFields(value)) throw new Unusable([key], `${key} must be an object of texts: {"NAME": "…"}`);
  const known = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(known.map(([name, item]) => [name, text([key, name], item)]));
}

function findMask(value: unknown, path: (string | number)[] = []): (string | number)[] | undefined {
  if (typeof value === "string") return value.includes(REDACTED) ? path : undefined;
  if (typeof value !== "object" || value === null || path.length > 16) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const found = findMask(item, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
