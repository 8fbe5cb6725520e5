/**
 * Owns which definition of a tool counts as accepted: the first that was seen, until a person accepts another. Agents ask
 * for a tool's approval once, by its name; a server that describes it otherwise afterwards would be approved unseen.
 */
import { createHash } from "node:crypto";
import type { JsonObject } from "../rpc/message.ts";

/** Names of one server that are remembered, also while it does not offer them. */
const MAX_NAMES = 4_000;

/** Hash of the accepted definition of each tool, by its name. */
export type Accepted = Readonly<Record<string, string>>;

/** `known` with what is seen for the first time, and the names of tools that are not as they were accepted. */
export function compareTools(
  known: Accepted,
  tools: readonly JsonObject[],
): { accepted: Accepted; changed: ReadonlySet<string> } {
  const accepted = new Map(Object.entries(known));
  const changed = new Set<string>();
  for (const tool of tools) {
    const name = String(tool.name);
    const before = accepted.get(name);
    if (before === undefined && accepted.size < MAX_NAMES) accepted.set(name, hashOf(tool));
    else if (before !== undefined && before !== hashOf(tool)) changed.add(name);
  }
  return { accepted: Object.fromEntries(accepted), changed };
}

/** All of these as they are now. */
export function acceptTools(known: Accepted, tools: readonly JsonObject[]): Accepted {
  return { ...known, ...Object.fromEntries(tools.map((tool) => [String(tool.name), hashOf(tool)])) };
}

const hashOf = (tool: JsonObject): string => createHash("sha256").update(JSON.stringify(tool)).digest("base64url");
