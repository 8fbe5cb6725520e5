/** Replaces the references in one text of servers.json, in the ways in which tools write them. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, sep } from "node:path";
import { isSecretSetting, looksSecret } from "../../../../shared/text/secret-names.ts";
import { type Decoded, decodeText } from "../../../home/decode-text.ts";

export interface References {
  env: NodeJS.ProcessEnv;
  /** The value of a kept secret. */
  secret: (name: string) => string | undefined;
  /** What a file's `inputs` say of `${input:ID}`. */
  input?: ((id: string) => { description?: string; default?: string } | undefined) | undefined;
  /** The session's folder; the person's own where a server is only looked at. */
  folder?: string | undefined;
}

export interface Expansion {
  /** A sentence for each reference that leads nowhere. */
  missing: string[];
  /** Ids of `${input:ID}` that nobody has given. */
  needs: string[];
  /** Values that stood nowhere in the file: who records must not hold them. */
  sensitive: string[];
}

/** opencode's `{env:NAME}` and `{file:path}`, at the brace. */
const BRACED = /(?:env|file):[^{}]+\}/y;
const NAMED = /^(?:(env|secret):)?([A-Za-z_][\w.()-]*)(?::-(.*))?$/s;
const BARE = /^((?:[Bb]earer|[Bb]asic|[Tt]oken) +)?(\$([A-Z_][A-Z0-9_]*))$/;
/** Known elsewhere, with no meaning here: sent as they stand they would be something else. */
const FOREIGN = /^[A-Za-z]+:[A-Za-z]/;
/** A shell's, and no shell reads a variable, a header or an address. */
const OF_SHELL = /^[A-Za-z_]\w*:?[=?+]/;
/** Variables that everybody may see. */
const PUBLIC =
  /^(HOME|USER|USERNAME|LOGNAME|USERPROFILE|PATH|PWD|SHELL|LANG|LC_.*|TZ|TERM|TMPDIR|TEMP|TMP|HOSTNAME|APPDATA|LOCALAPPDATA|NODE_ENV|XDG_.*)$/;
const MAX_FILE_BYTES = 64 * 1024;

/** Where a text stands: as the value of a variable or header, as an address, or anywhere else. */
export type Place = "setting" | "address" | "text";

/**
 * What cannot be replaced stays, and is named. As a setting or an address, `$NAME` as the whole text is a reference too, as
 * Gemini CLI has it.
 */
export function replaceReferences(text: string, from: References, into: Expansion, place: Place): string {
  const [, scheme = "", written = "", name] = (place === "text" ? null : BARE.exec(text)) ?? [];
  if (name !== undefined) return `${scheme}${variable(name, undefined, from, into, place) ?? written}`;
  const ends = closingBraces(text);
  let replaced = "";
  let at = 0;
  for (const [open, end] of ends) {
    const isReference = text[open - 1] === "$";
    const start = isReference ? open - 1 : open;
    // Inside of one that was looked at as a whole.
    if (start < at) continue;
    BRACED.lastIndex = open + 1;
    if (!isReference && !BRACED.test(text)) continue;
    const value = resolveReference(text.slice(open + 1, end), from, into, place);
    replaced += text.slice(at, start) + (value ?? text.slice(start, end + 1));
    at = end + 1;
  }
  return replaced + text.slice(at);
}

/** Where each brace that is opened is closed, in the order of the text; references may stand within each other. */
function closingBraces(text: string): [open: number, end: number][] {
  const waiting: number[] = [];
  const pairs: [number, number][] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "{") waiting.push(at);
    const open = text[at] === "}" ? waiting.pop() : undefined;
    if (open !== undefined) pairs.push([open, at]);
  }
  return pairs.sort(([a], [b]) => a - b);
}

function resolveReference(inside: string, from: References, into: Expansion, where: Place): string | undefined {
  const place = placeOf(inside, from);
  if (place !== undefined) return place;
  if (inside.startsWith("input:")) return inputOf(inside.slice(6), from, into, where);
  if (inside.startsWith("file:")) return fileOf(inside.slice(5), into);
  const named = NAMED.exec(inside);
  if (named === null) {
    if (FOREIGN.test(inside) || (where !== "text" && OF_SHELL.test(inside)))
      into.missing.push(`\${${inside}} is not understood`);
    return undefined;
  }
  const [, kind, name = "", fallback] = named;
  const rest = fallback === undefined ? undefined : () => replaceReferences(fallback, from, into, where);
  if (kind !== "secret") return variable(name, rest, from, into, where);
  const found = from.secret(name);
  if (found !== undefined) into.sensitive.push(found);
  else if (rest === undefined) into.missing.push(`there is no secret ${name}`);
  return found ?? rest?.();
}

/** Predefined by VS Code and Cursor. */
function placeOf(name: string, { folder = homedir(), env }: References): string | undefined {
  switch (name) {
    case "userHome":
      return homedir();
    case "HOME":
      return env.HOME ?? homedir();
    case "workspaceFolder":
    case "workspaceRoot":
    case "cwd":
      return folder;
    case "workspaceFolderBasename":
      return basename(folder);
    case "pathSeparator":
    case "/":
      return sep;
    default:
      return undefined;
  }
}

/** An empty variable counts as set, but not before a default. */
function variable(
  name: string,
  fallback: (() => string) | undefined,
  { env }: References,
  into: Expansion,
  place: Place,
): string | undefined {
  const found = env[name];
  if (found !== undefined && (found !== "" || fallback === undefined)) {
    if (isSensitive(name, found, place)) into.sensitive.push(found);
    return found;
  }
  if (fallback === undefined) into.missing.push(`the variable ${name} is not set`);
  return fallback?.();
}

/** What a variable or header is given is taken for a credential unless it is a folder or an address; elsewhere only what looks like one. */
function isSensitive(name: string, value: string, place: Place): boolean {
  if (isSecretSetting(name) || looksSecret(value)) return true;
  return place === "setting" && !PUBLIC.test(name) && !HARMLESS.test(value);
}

const HARMLESS = /^([/~]|[A-Za-z]:[\\/]|https?:\/\/[^@?#]*$)/;

function inputOf(written: string, from: References, into: Expansion, where: Place): string | undefined {
  const [id = "", ...rest] = written.split(":-");
  const kept = from.secret(id);
  if (kept !== undefined) {
    into.sensitive.push(kept);
    return kept;
  }
  const input = from.input?.(id);
  if (input?.default !== undefined) return input.default;
  if (rest.length > 0) return replaceReferences(rest.join(":-"), from, into, where);
  into.needs.push(id);
  const called = input?.description === undefined ? "" : ` (${input.description})`;
  into.missing.push(`the input ${id}${called} has not been given: keep it as the secret ${id}`);
  return undefined;
}

function fileOf(path: string, into: Expansion): string | undefined {
  const file = readSmallFile(underHome(path));
  if (!file.ok) {
    into.missing.push(`the file ${path} cannot be read${file.reason}`);
    return undefined;
  }
  const text = file.text.trim();
  into.sensitive.push(text);
  return text;
}

/** `~` and `~/…` as every shell has it. */
export const underHome = (path: string): string =>
  path === "~" ? homedir() : /^~[/\\]/.test(path) ? join(homedir(), path.slice(2)) : path;

/** Without a byte order mark. The reason is the end of a sentence, empty for what is no ordinary file or cannot be opened. */
export function readSmallFile(path: string, maxBytes = MAX_FILE_BYTES): Decoded {
  let fd: number | undefined;
  try {
    // A pipe would be waited for.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { ok: false, reason: "" };
    if (stat.size > maxBytes) return { ok: false, reason: `: it is larger than ${maxBytes} bytes` };
    const decoded = decodeText(readFileSync(fd));
    return decoded.ok
      ? { ok: true, text: decoded.text.replace(/^\uFEFF/, "") }
      : { ok: false, reason: `: ${decoded.reason}` };
  } catch {
    return { ok: false, reason: "" };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
