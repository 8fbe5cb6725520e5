/** Holds what is known of one configured server: taken from what was kept, updated whenever the server is reached, and kept. */
import { createHash } from "node:crypto";
import type { Log } from "../../../home/create-log.ts";
import type { JsonObject } from "../../rpc/message.ts";
import type { Server } from "../open-server.ts";
import { createAcceptedTools } from "./accepted-tools.ts";
import { definitionOf, type Known, type OtherList } from "./known.ts";
import type { KnownStore } from "./known-store.ts";

export interface ServerKnowledge {
  readonly known: Known | undefined;
  /**
   * Definitions that were seen and not accepted, the latest of each name: what a person is shown, and what they accept.
   * They stay until then, also while another process of the server gives an accepted one.
   */
  readonly changed: ReadonlyMap<string, JsonObject>;
  /** Whether this very definition was not accepted. */
  isChanged(tool: JsonObject): boolean;
  /** It was reached. */
  learn(known: Known): void;
  learnList(list: OtherList, items: readonly JsonObject[]): void;
  /** A person accepts its tools as they are shown. */
  accept(): void;
}

/** Changed definitions that are remembered to be shown; what is beyond is held back all the same. */
const MAX_CHANGED = 2_000;

/** While `current` is false, nothing is written: the server may have another configuration by now. */
export function createServerKnowledge(
  server: Server,
  kept: KnownStore,
  current: () => boolean,
  log: Log,
): ServerKnowledge {
  const definition = definitionOf(server);
  const quietly = <T>(work: () => T): T | undefined => keeping(work, log);
  let known = quietly(() => kept.get(server.name, definition));
  const accepted = createAcceptedTools(quietly(() => kept.accepted(server.name, definition)) ?? []);
  const changed = new Map<string, JsonObject>();
  /** Hashes of what was written down last. */
  const written = { known: "", accepted: "" };

  const note = (tools: readonly JsonObject[]) => {
    for (const tool of tools) {
      const name = String(tool.name);
      changed.delete(name);
      if (changed.size < MAX_CHANGED) changed.set(name, tool);
    }
  };
  const write = (what: keyof typeof written, value: unknown, put: () => void) => {
    const hash = createHash("sha256").update(JSON.stringify(value)).digest("base64");
    if (hash === written[what] || !current()) return;
    written[what] = hash;
    quietly(put);
  };
  const keep = (next: Known) => {
    known = next;
    write("known", next, () => kept.put(server.name, definition, next));
  };
  const keepAccepted = () => {
    const list = accepted.list();
    write("accepted", list, () => kept.putAccepted(server.name, definition, list));
  };
  note(accepted.see(known?.tools ?? []));
  return {
    get known() {
      return known;
    },
    changed,
    isChanged: accepted.isChanged,
    learn(next) {
      const different = accepted.see(next.tools);
      const news = different.map((tool) => String(tool.name)).filter((tool) => !changed.has(tool));
      if (news.length > 0)
        log.warn({ server: server.name, tools: news.slice(0, 20) }, "tools changed their descriptions");
      note(different);
      keepAccepted();
      keep({ ...known, ...next });
    },
    learnList(list, items) {
      if (known !== undefined) keep({ ...known, [list]: items });
    },
    accept() {
      const shown = (known?.tools ?? []).filter((tool) => !changed.has(String(tool.name)));
      accepted.accept([...shown, ...changed.values()]);
      changed.clear();
      // What is listed now and was not what a person saw stays changed.
      note(accepted.see(known?.tools ?? []));
      keepAccepted();
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
