/** Reads servers.json into the servers that can be used, those that cannot, and what is noted of each. */
import { readEntry } from "../../../../shared/servers/read-entry.ts";
import { readServersText } from "../../../../shared/servers/read-servers-text.ts";
import type { ServerConfig, ServerInput } from "../../../../shared/servers/server-config.ts";

/** One entry: what is used of it, or why nothing is. */
export type ConfiguredEntry = { notes: string[] } & (
  | { config: ServerConfig }
  | {
      /** Begins with `line N: `. */
      refused: string;
      disabled: boolean;
      /** What it seems to be meant as. */
      remote: boolean;
    }
);

export interface ServersFileContent {
  /** By name, in the file's order. */
  entries: ReadonlyMap<string, ConfiguredEntry>;
  inputs: ReadonlyMap<string, ServerInput>;
}

/** A reason begins with `line N: `, and is given only where no entry can be told from another. */
export function readServersFile(text: string): { ok: true; value: ServersFileContent } | { ok: false; reason: string } {
  const read = readServersText(text);
  if (!read.ok) return read;
  const entries = read.servers.map(({ name, config, refused, disabled, notes, entry }): [string, ConfiguredEntry] => {
    if (config !== undefined) return [name, { config, notes }];
    const remote = typeof entry === "object" && entry !== null && "url" in entry;
    return [name, { refused: refused ?? "", disabled, remote, notes }];
  });
  return { ok: true, value: { entries: new Map(entries), inputs: read.inputs } };
}

/** Reads one server's entry. The reason names the field that is wrong. */
export function readServerConfig(entry: unknown): { ok: true; value: ServerConfig } | { ok: false; reason: string } {
  const read = readEntry(entry);
  return read.ok ? { ok: true, value: read.config } : { ok: false, reason: read.reason };
}
