/** Owns what is known of one configured server: taken from what was kept, learnt anew each time that it is reached, and kept. */
import { createHash } from "node:crypto";
import type { Log } from "../../home/create-log.ts";
import type { JsonObject } from "../rpc/message.ts";
import { acceptTools, compareTools } from "./accepted-tools.ts";
import { definitionOf, type Known, type OtherList } from "./known.ts";
import type { KnownStore } from "./known-store.ts";
import type { Server } from "./open-server.ts";

export interface ServerKnowledge {
  readonly known: Known | undefined;
  /** Tools that are described otherwise than they were accepted. */
  readonly changed: ReadonlySet<string>;
  /** It was reached. */
  learn(known: Known): void;
  learnList(list: OtherList, items: readonly JsonObject[]): void;
  /** A person accepts its tools as they are now. */
  accept(): void;
}

/** While `current` is false, nothing is written: the server may be configured otherwise by now. */
export function createServerKnowledge(
  server: Server,
  kept: KnownStore,
  current: () => boolean,
  log: Log,
): ServerKnowledge {
  const definition = definitionOf(server);
  const quietly = <T>(work: () => T): T | undefined => keeping(work, log);
  let known = quietly(() => kept.get(server.name, definition));
  let changed = compareTools(known?.accepted ?? {}, known?.tools ?? []).changed;
  /** Hash of what was written down last. */
  let written = "";

  const keep = (next: Known) => {
    known = next;
    const hash = createHash("sha256").update(JSON.stringify(next)).digest("base64");
    if (hash === written || !current()) return;
    written = hash;
    quietly(() => kept.put(server.name, definition, next));
  };
  return {
    get known() {
      return known;
    },
    get changed() {
      return changed;
    },
    learn(next) {
      const compared = compareTools(known?.accepted ?? {}, next.tools);
      const news = [...compared.changed].filter((tool) => !changed.has(tool));
      if (news.length > 0) log.warn({ server: server.name, tools: news.slice(0, 20) }, "tools are described anew");
      changed = compared.changed;
      keep({ ...known, ...next, accepted: compared.accepted });
    },
    learnList(list, items) {
      if (known !== undefined) keep({ ...known, [list]: items });
    },
    accept() {
      changed = new Set();
      if (known !== undefined) keep({ ...known, accepted: acceptTools(known.accepted ?? {}, known.tools) });
    },
  };
}

/** A disk that refuses costs the menu after a restart, and nothing now. */
export function keeping<T>(work: () => T, log: Log): T | undefined {
  try {
    return work();
  } catch (error) {
    log.warn({ error }, "what is known of servers cannot be kept");
    return undefined;
  }
}
