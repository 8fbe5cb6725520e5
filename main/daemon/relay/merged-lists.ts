/** Owns what agents see of resources, prompts and tasks while several servers are behind the daemon, and whose each of them is. */
import { isObject, type JsonObject } from "../rpc/message.ts";
import type { Connection } from "../upstream/connection.ts";
import { listAll } from "../upstream/handshake.ts";
import type { OtherList } from "../upstream/known.ts";
import type { OtherLists } from "./other-lists.ts";
import { mergeTools, type ServerTools, type ToolOwner } from "./tool-menu.ts";

const LIST_TIMEOUT_MS = 10_000;

export interface MergedLists {
  prompts(from: readonly Connection[]): Promise<JsonObject[]>;
  resources(from: readonly Connection[]): Promise<JsonObject[]>;
  templates(from: readonly Connection[]): Promise<JsonObject[]>;
  /** The tasks of each server that lists them. */
  tasks(from: readonly Connection[]): Promise<{ server: string; items: readonly JsonObject[] }[]>;
  /** The server and its own name of a prompt that was listed; lists first where nothing was. */
  ownerOfPrompt(name: string, from: readonly Connection[]): Promise<ToolOwner | undefined>;
  /** The server of a resource: the one that listed it, else the one whose template fits best, else the only or first with resources. */
  ownerOfUri(uri: string, from: readonly Connection[]): Promise<string | undefined>;
}

export function createMergedLists(lists: OtherLists): MergedLists {
  let promptOwners: ReadonlyMap<string, ToolOwner> = new Map();
  let uriOwners = new Map<string, string>();
  let templateOwners: { prefix: string; server: string }[] = [];

  const gather = (from: readonly Connection[], list: OtherList): Promise<ServerTools[]> =>
    Promise.all(from.map(async (server) => ({ server: server.name, tools: await lists.of(server, list) })));
  const prompts = async (from: readonly Connection[]) => {
    const merged = mergeTools(await gather(from, "prompts"));
    promptOwners = merged.owners;
    return merged.tools;
  };
  const resources = async (from: readonly Connection[]) => {
    const owners = new Map<string, string>();
    const all: JsonObject[] = [];
    for (const { server, tools } of await gather(from, "resources")) {
      for (const resource of tools) {
        const uri = String(resource.uri);
        // Of two servers with the same address the first one's is shown, and read.
        if (owners.has(uri)) continue;
        owners.set(uri, server);
        all.push(resource);
      }
    }
    uriOwners = owners;
    return all;
  };
  const templates = async (from: readonly Connection[]) => {
    const given = await gather(from, "resourceTemplates");
    templateOwners = given.flatMap(({ server, tools }) =>
      tools.map((template) => ({ prefix: String(template.uriTemplate).replace(/\{.*$/s, ""), server })),
    );
    return given.flatMap((list) => list.tools);
  };

  return {
    prompts,
    resources,
    templates,
    async tasks(from) {
      const able = withCapability(from, "tasks");
      return Promise.all(
        able.map(async ({ name, peer }) => {
          const listed = peer === undefined ? undefined : await listAll(peer, "tasks/list", "tasks", LIST_TIMEOUT_MS);
          return { server: name, items: listed?.ok === true ? listed.items : [] };
        }),
      );
    },
    async ownerOfPrompt(name, from) {
      if (!promptOwners.has(name)) await prompts(from);
      return promptOwners.get(name);
    },
    async ownerOfUri(uri, from) {
      const able = from.filter((server) => lists.offers(server, "resources"));
      if (able.length === 1) return able[0]?.name;
      if (!uriOwners.has(uri)) await Promise.all([resources(from), templates(from)]);
      const listed = uriOwners.get(uri);
      if (listed !== undefined) return listed;
      const fitting = templateOwners
        .filter(({ prefix }) => uri.startsWith(prefix))
        .sort((a, b) => b.prefix.length - a.prefix.length);
      return fitting[0]?.server ?? able[0]?.name;
    },
  };
}

export function withCapability(from: readonly Connection[], capability: string): Connection[] {
  return from.filter(({ state }) => state.phase === "ready" && isObject(state.server.capabilities[capability]));
}
