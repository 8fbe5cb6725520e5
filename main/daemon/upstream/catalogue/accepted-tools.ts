/**
 * Knows which definitions of a server's tools count as accepted: the first that was seen of each, and those that a person
 * accepted since. Agents ask for a tool's approval once, by its name; a server that describes it differently afterwards
 * would be approved unseen. Processes of one server may describe a tool differently at the same time, so a verdict is about
 * one definition and never about a name.
 */
import { createHash } from "node:crypto";
import type { JsonObject } from "../../rpc/message.ts";

/** Names of one server that are remembered, also while it does not offer them. */
const MAX_NAMES = 4_000;
/** Accepted definitions of one name; the oldest gives way. */
const MAX_DEFINITIONS = 8;
/** A longer name is remembered by its hash. */
const MAX_NAME_CHARS = 128;

/** Hashes of the accepted definitions of each tool, by its name; some 400 KB at most. */
export type AcceptedList = readonly (readonly [name: string, hashes: readonly string[]])[];

export interface AcceptedTools {
  /** Accepts what is seen for the first time. Gives the tools that are not as they were accepted. */
  see(tools: readonly JsonObject[]): JsonObject[];
  /** Whether this very definition was not accepted. A name beyond what is remembered counts as changed. */
  isChanged(tool: JsonObject): boolean;
  /** A person accepts these definitions. They are remembered before any other name. */
  accept(tools: readonly JsonObject[]): void;
  list(): AcceptedList;
}

export function createAcceptedTools(kept: AcceptedList = []): AcceptedTools {
  let accepted = new Map(kept.slice(0, MAX_NAMES));
  const isChanged = (tool: JsonObject): boolean => {
    const known = accepted.get(keyOf(tool));
    return known === undefined ? accepted.size >= MAX_NAMES : !known.includes(hashOf(tool));
  };
  return {
    isChanged,
    see(tools) {
      const changed: JsonObject[] = [];
      for (const tool of tools) {
        if (isChanged(tool)) changed.push(tool);
        else if (!accepted.has(keyOf(tool))) accepted.set(keyOf(tool), [hashOf(tool)]);
      }
      return changed;
    },
    accept(tools) {
      const next = new Map<string, readonly string[]>();
      for (const tool of tools) {
        const before = next.get(keyOf(tool)) ?? accepted.get(keyOf(tool)) ?? [];
        const others = before.filter((hash) => hash !== hashOf(tool));
        next.set(keyOf(tool), [...others, hashOf(tool)].slice(-MAX_DEFINITIONS));
      }
      for (const [name, hashes] of accepted) {
        if (next.size >= MAX_NAMES) break;
        if (!next.has(name)) next.set(name, hashes);
      }
      accepted = next;
    },
    list: () => [...accepted],
  };
}

const keyOf = ({ name }: JsonObject): string => {
  const text = String(name);
  return text.length <= MAX_NAME_CHARS ? text : `#${sha256(text)}`;
};

/** A definition is hashed once, however often its tool is called. */
const hashes = new WeakMap<JsonObject, string>();
const hashOf = (tool: JsonObject): string => {
  const known = hashes.get(tool) ?? sha256(JSON.stringify(tool));
  hashes.set(tool, known);
  return known;
};
const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64url");
