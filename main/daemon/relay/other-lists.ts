/**
 * The lists of prompts, resources and templates of one session's servers, each by itself: asked for while its server
 * is there, as it was last while it is away, and the word to the agent when a server comes back with another one.
 */
import { isObject, type JsonObject } from "../rpc/message.ts";
import type { Catalogue } from "../upstream/catalogue/catalogue.ts";
import { OTHER_LISTS, type OtherList } from "../upstream/catalogue/known.ts";
import type { Connection } from "../upstream/connection/connection.ts";
import { listAll } from "../upstream/connection/handshake.ts";
import type { ListWatches } from "./list-watch.ts";

const LIST_TIMEOUT_MS = 10_000;

export interface OtherLists {
  /** Whether the server offers it, by what it says now or said last. */
  offers(server: Connection, capability: string): boolean;
  /** Never rejects; a server that does not list in time is told as it was last. */
  of(server: Connection, list: OtherList): Promise<readonly JsonObject[]>;
  /** As it was last; undefined where nothing is known. The agent is told once the server is back with another one. */
  last(server: Connection, list: OtherList): readonly JsonObject[] | undefined;
  /** The server has given the whole list. */
  heard(server: Connection, list: OtherList, items: readonly JsonObject[]): void;
  /** The server is (again) there. */
  back(server: Connection): void;
}

export interface OtherListsOptions {
  catalogue: Catalogue;
  watches: ListWatches;
  /** Waits, for a bounded time, while this server is connecting. */
  reach: (server: string) => Promise<void>;
  /** What the agent was given is no longer so. */
  changed: (list: OtherList) => void;
}

export function createOtherLists({ catalogue, watches, reach, changed }: OtherListsOptions): OtherLists {
  /** What the agent was given of servers that were away, as JSON. */
  const given = new Map<string, Map<OtherList, string>>();

  const offers: OtherLists["offers"] = ({ state, name }, capability) => {
    const side = state.phase === "ready" ? state.server : catalogue.known(name)?.server;
    return isObject(side?.capabilities[capability]);
  };
  const last: OtherLists["last"] = ({ name }, list) => {
    const items = catalogue.known(name)?.[list];
    const lists = given.get(name) ?? new Map<OtherList, string>();
    given.set(name, lists.set(list, JSON.stringify(items ?? [])));
    return items;
  };
  const ask = async (server: Connection, list: OtherList): Promise<readonly JsonObject[] | undefined> => {
    const { peer } = server;
    if (peer === undefined) return undefined;
    const { capability, method } = OTHER_LISTS[list];
    const read = watches.of(server.name, capability).reading(list);
    const listed = await listAll(peer, method, list, LIST_TIMEOUT_MS);
    read(listed.ok ? JSON.stringify(listed.items) : undefined);
    if (!listed.ok) return undefined;
    catalogue.reportList(server.name, list, listed.items);
    return listed.items;
  };
  return {
    offers,
    last,
    async of(server, list) {
      if (server.state.phase === "resting" || catalogue.known(server.name)?.[list] === undefined)
        await reach(server.name);
      const absent = server.state.phase === "ready" && !offers(server, OTHER_LISTS[list].capability);
      return absent ? [] : ((await ask(server, list)) ?? last(server, list) ?? []);
    },
    heard: ({ name }, list, items) => catalogue.reportList(name, list, items),
    back(server) {
      const lists = given.get(server.name);
      given.delete(server.name);
      for (const [list, before] of lists ?? []) {
        const now = offers(server, OTHER_LISTS[list].capability) ? ask(server, list) : Promise.resolve([]);
        void now.then((items) => {
          if (items !== undefined && JSON.stringify(items) !== before) changed(list);
        });
      }
    },
  };
}
