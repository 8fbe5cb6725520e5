/** Reads what a person pasted as MCP servers, in any form that tools write, or typed into the form. */
import type { Parsed } from "../../shared/protocol/schema.ts";
import { isEntry } from "../../shared/servers/find-servers.ts";
import { readEntry } from "../../shared/servers/read-entry.ts";
import { badServerName, readServersText } from "../../shared/servers/read-servers-text.ts";
import { readJsonText } from "../../shared/text/json-text.ts";
import { oneLine } from "../../shared/text/visible.ts";

/** Each entry as it was written, under its name. */
export type Entries = Record<string, unknown>;

/**
 * Takes everything that servers.json may hold, and `"name": {…}` without braces, with a comma at the end or not. One entry
 * without a name is given `name`; where that is empty, the reason asks for it.
 */
export function parseServers(text: string, name = ""): Parsed<Entries> {
  const trimmed = text.trim().replace(/,$/, "");
  if (trimmed === "") return { ok: false, reason: "Paste the JSON of a server first." };
  const whole = /^[{["]|^\/[/*]/.test(trimmed) && !/^"/.test(trimmed) ? trimmed : `{${trimmed}}`;
  const single = namelessIn(whole);
  if (single !== undefined) {
    return name.trim() === ""
      ? { ok: false, reason: "This is one server without a name: give it one." }
      : named(name.trim(), single);
  }
  const read = readServersText(whole);
  if (!read.ok) return { ok: false, reason: `That wasn't understood: ${read.reason}.` };
  const wrong = read.servers.find(({ refused }) => refused !== undefined);
  if (wrong?.refused !== undefined) {
    return { ok: false, reason: `${oneLine(wrong.name, 64) || "A server"}, ${wrong.refused}.` };
  }
  if (read.servers.length === 0) return { ok: false, reason: "There is no server in it." };
  return { ok: true, value: Object.fromEntries(read.servers.map((server) => [server.name, server.entry])) };
}

/** Whether the text is one entry alone, so that a name has to be asked for. */
export const isNameless = (text: string): boolean => namelessIn(text.trim().replace(/,$/, "")) !== undefined;

function namelessIn(text: string): unknown {
  const json = readJsonText(text);
  return json.ok && isEntry(json.value.value) ? json.value.value : undefined;
}

/** One server from the form: a command line or an address. */
export function serverFromForm(name: string, target: string, split: (text: string) => string[]): Parsed<Entries> {
  const typed = target.trim();
  if (name.trim() === "") return { ok: false, reason: "Give the server a name." };
  if (/^https?:\/\//i.test(typed)) return named(name.trim(), { url: typed });
  const [command, ...args] = split(typed);
  if (command === undefined) return { ok: false, reason: "Type a command, or an address that begins with https://." };
  return named(name.trim(), { command, args });
}

function named(name: string, entry: unknown): Parsed<Entries> {
  const unusable = badServerName(name);
  if (unusable !== undefined) return { ok: false, reason: `Choose another name: ${unusable}.` };
  const read = readEntry(entry);
  return read.ok
    ? { ok: true, value: { [name]: entry } }
    : { ok: false, reason: `${oneLine(name, 64)}: ${read.reason}.` };
}

/** The entries under names that are free: `files` becomes `files-2`. */
export function besides(entries: Entries, taken: ReadonlySet<string>): Entries {
  const used = new Set(taken);
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => {
      let free = name;
      for (let n = 2; used.has(free); n += 1) free = `${name}-${n}`;
      used.add(free);
      return [free, entry];
    }),
  );
}
