/** What agents see of resources, prompts and tasks while several servers are behind the daemon, and whose each of them is. */
import { isObject, type JsonObject } from "../rpc/message.ts";
import type { OtherList } from "../upstream/catalogue/known.ts";
import type { Connection } from "../upstream/connection/connection.ts";
import { listAll } from "../upstream/connection/handshake.ts";
import type { OtherLists } from "./other-lists.ts";
import { type SeenUris, schemeOf } from "./seen-uris.ts";
import { createShownNames } from "./shown-names.ts";
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
  /** The servers that a resource may be of, the likeliest first. Empty when none has resources. */
  ownersOfUri(uri: string, from: readonly Connection[]): Promise<UriOwners>;
}

export interface UriOwners {
  servers: string[];
  /** The first is known to be its server: it listed the resource, or has named it in an answer. */
  known: boolean;
}

export function createMergedLists(lists: OtherLists, uris: Pick<SeenUris, "of" | "servers">): MergedLists {
  let promptOwners: ReadonlyMap<string, ToolOwner> = new Map();
  const shownPrompts = createShownNames();
  let uriOwners = new Map<string, string>();
  let templateOwners: { prefix: string; server: string }[] = [];

  const gather = (from: readonly Connection[], list: OtherList): Promise<ServerTools[]> =>
    Promise.all(from.map(async (server) => ({ server: server.name, tools: await lists.of(server, list) })));
  const prompts = async (from: readonly Connection[]) => {
    const merged = mergeTools(await gather(from, "prompts"), shownPrompts.of);
    shownPrompts.show(merged);
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
      const known = () => shownPrompts.of(name) ?? promptOwners.get(name);
      if (known() === undefined) await prompts(from);
      return known();
    },
    async ownersOfUri(uri, from) {
      const able = from.filter((server) => lists.offers(server, "resources")).map(({ name }) => name);
      const seen = uris.of(uri);
      if (!uriOwners.has(uri) && seen === undefined) await Promise.all([resources(from), templates(from)]);
      const sure = uriOwners.get(uri) ?? seen;
      if (sure !== undefined && able.includes(sure)) return { servers: [sure], known: true };
      const fitting = templateOwners
        .filter(({ prefix }) => prefix !== "" && uri.startsWith(prefix))
        .sort((a, b) => b.prefix.length - a.prefix.length)
        .map(({ server }) => server);
      const scheme = schemeOf(uri);
      const related = [
        ...uris.servers(scheme),
        ...[...uriOwners].filter(([known]) => schemeOf(known) === scheme).map(([, server]) => server),
        ...templateOwners.filter(({ prefix }) => schemeOf(prefix) === scheme).map(({ server }) => server),
      ];
      const likely = [...new Set([...fitting, ...related, ...able])].filter((name) => able.includes(name));
      return { servers: likely, known: false };
    },
  };
}

export function withCapability(from: readonly Connection[], capability: string): Connection[] {
  return from.filter(({ state }) => state.phase === "ready" && isObject(state.server.capabilities[capability]));
}
