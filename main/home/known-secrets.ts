/** The secrets of a home folder that must be shown nowhere: what its files hold now, and what they held while this process ran. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { argumentParts, secretsIn, settingParts } from "../../shared/servers/secret-parts.ts";
import { readJsonText } from "../../shared/text/json-text.ts";
import type { HomeFolder } from "./home-folder.ts";
import { readPrivateFile } from "./private-file.ts";

/** Values that have been replaced are remembered up to this many; the oldest are forgotten first. */
const MAX_REMEMBERED = 256;
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * The values that `now` gives, and those that it gave before: a token that was replaced is still worth hiding, since what was
 * printed of it may be read much later.
 */
export function rememberSecrets(now: () => readonly string[]): () => readonly string[] {
  const seen = new Set<string>();
  let last: readonly string[] = [];
  let all: readonly string[] = [];
  return () => {
    const current = now();
    if (current.length === last.length && current.every((value, at) => value === last[at])) return all;
    last = current;
    for (const value of current) {
      // The newest use is last.
      seen.delete(value);
      seen.add(value);
    }
    for (const oldest of seen) {
      if (seen.size <= MAX_REMEMBERED || current.includes(oldest)) break;
      seen.delete(oldest);
    }
    all = [...seen];
    return all;
  };
}

/** The owner's token as it stands in its file at this moment; nothing while there is none. A look costs some microseconds. */
export function watchOwnerToken(home: HomeFolder): () => readonly string[] {
  return watchFile(home.ownerToken, (text) => [text.trim()]);
}

/** All that a gateway can know: its own tokens, the daemon's key, kept secrets and those that are written into servers.json. */
export function knownSecrets(home: HomeFolder, env: NodeJS.ProcessEnv = process.env): () => readonly string[] {
  const sources = [
    watchOwnerToken(home),
    watchFile(home.daemonKey, (text) => [text.trim()]),
    watchFile(join(home.path, "secrets.json"), (text) => strings(parse(text))),
    watchFile(home.servers, (text) => serverSecrets(text, env)),
  ];
  return rememberSecrets(() => sources.flatMap((source) => source()));
}

/** What `read` makes of a private file, read again whenever it is another one. It is looked at once in a turn of the event loop. */
function watchFile(path: string, read: (text: string) => readonly string[]): () => readonly string[] {
  let seen = "";
  let values: readonly string[] = [];
  let isFresh = false;
  return () => {
    // Events are written several in a turn, and each asks several times.
    if (isFresh) return values;
    isFresh = true;
    setImmediate(() => {
      isFresh = false;
    });
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    const now = stat === undefined ? "-" : `${stat.ino}.${stat.mtimeNs}.${stat.ctimeNs}.${stat.size}`;
    if (now === seen) return values;
    seen = now;
    const file = stat === undefined ? undefined : readPrivateFile(path, MAX_FILE_BYTES);
    values = file?.outcome === "read" ? read(file.text).filter((value) => value !== "") : [];
    return values;
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}

const REFERENCE = /\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}/g;

/** What the file says is a secret by its name or its looks, and the variables that it refers to. */
function serverSecrets(text: string, env: NodeJS.ProcessEnv): string[] {
  const read = readJsonText(text);
  if (!read.ok) return [];
  const walk = (value: unknown, name: string): string[] => {
    if (typeof value === "string") {
      const referred = [...value.matchAll(REFERENCE)].flatMap(([, variable = ""]) => env[variable] ?? []);
      return [...referred, ...secretsIn(settingParts(name, value)).filter((secret) => !secret.includes("${"))];
    }
    if (typeof value !== "object" || value === null) return [];
    if (Array.isArray(value)) {
      const words = value.filter((item) => typeof item === "string");
      return [...argumentParts(words).flatMap(secretsIn), ...value.flatMap((item) => walk(item, name))];
    }
    return Object.entries(value).flatMap(([key, item]) => walk(item, key));
  };
  return walk(read.value.value, "");
}
