/** Owns the one list of tools that an agent sees, and which server's tool each name in it means. */
import type { JsonObject } from "../rpc/message.ts";

export interface ServerTools {
  server: string;
  tools: readonly JsonObject[];
}

export interface ToolOwner {
  server: string;
  /** The name that the server itself uses. */
  tool: string;
  /** As the server describes it. */
  definition: JsonObject;
}

export interface ToolMenu {
  tools: JsonObject[];
  owners: ReadonlyMap<string, ToolOwner>;
}

/**
 * Merges the lists in their order. A name that several servers use becomes `server__tool` for every one of them, so
 * that no name ever changes its meaning with the order in which servers answer. So does one that looks like another
 * server's: `git__push` of a server that is not `git`.
 */
export function mergeTools(lists: readonly ServerTools[]): ToolMenu {
  const uses = new Map<string, number>();
  for (const { tools } of lists) {
    for (const name of new Set(tools.map(nameOf))) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const owners = new Map<string, ToolOwner>();
  const tools: JsonObject[] = [];
  for (const list of lists) {
    const own = new Set<string>();
    for (const tool of list.tools) {
      const name = nameOf(tool);
      if (name === "" || own.has(name)) continue;
      own.add(name);
      const plain = uses.get(name) === 1 && !others(lists, list).some((other) => name.startsWith(prefixed(other, "")));
      const shown = plain ? name : free(prefixed(list.server, name), uses, owners);
      owners.set(shown, { server: list.server, tool: name, definition: tool });
      tools.push(shown === name ? tool : { ...tool, name: shown });
    }
  }
  return { tools, owners };
}

const others = (lists: readonly ServerTools[], own: ServerTools) =>
  lists.flatMap((list) => (list === own ? [] : [list.server]));

/** `server__tool`, in the characters that every agent accepts in a tool's name. */
export const prefixed = (server: string, tool: string): string => `${server.replace(/[^A-Za-z0-9_-]/g, "_")}__${tool}`;

/** Another server may really have a tool of the prefixed name. */
function free(name: string, uses: ReadonlyMap<string, number>, owners: ReadonlyMap<string, unknown>): string {
  let candidate = name;
  for (let n = 2; uses.has(candidate) || owners.has(candidate); n += 1) candidate = `${name}_${n}`;
  return candidate;
}

const nameOf = (tool: JsonObject): string => (typeof tool.name === "string" ? tool.name : "");
