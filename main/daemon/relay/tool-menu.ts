/** The one list of tools that an agent sees, and which server's tool each name in it means. */
import type { JsonObject } from "../rpc/message.ts";
import { looksLikeMade, madeName } from "./made-names.ts";

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
 * server's, `git__push` of a server that is not `git`, and one that the agent was shown as something else before.
 */
export function mergeTools(
  lists: readonly ServerTools[],
  shownBefore: (name: string) => ToolOwner | undefined = () => undefined,
): ToolMenu {
  const uses = new Map<string, number>();
  for (const { tools } of lists) {
    for (const name of new Set(tools.map(nameOf))) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const owners = new Map<string, ToolOwner>();
  const tools: JsonObject[] = [];
  /** Whether the name may stand for this tool: it never stood for another. */
  const means = (shown: string, server: string, tool: string) => {
    const before = shownBefore(shown);
    return before === undefined || (before.server === server && before.tool === tool);
  };
  for (const list of lists) {
    const { server } = list;
    const rivals = lists.filter((other) => other !== list).map((other) => other.server);
    const own = new Set<string>();
    for (const tool of list.tools) {
      const name = nameOf(tool);
      if (name === "" || own.has(name)) continue;
      own.add(name);
      const looksForeign = rivals.some((rival) => looksLikeMade(name, rival));
      let shown = name;
      if (uses.get(name) !== 1 || looksForeign || !means(name, server, name)) {
        shown = madeName(server, name);
        // Another server may really have a tool of the made name.
        for (let n = 2; uses.has(shown) || owners.has(shown) || !means(shown, server, name); n += 1) {
          shown = madeName(server, name, n);
        }
      }
      owners.set(shown, { server, tool: name, definition: tool });
      tools.push(shown === name ? tool : { ...tool, name: shown });
    }
  }
  return { tools, owners };
}

const nameOf = (tool: JsonObject): string => (typeof tool.name === "string" ? tool.name : "");
