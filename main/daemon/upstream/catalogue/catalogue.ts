/** What is known of each configured server, for people and for lists: its state, why it fails, what it offers, how fast it is. */
import type { ServerStatus } from "../../../../shared/protocol/daemon-api.ts";
import { redactText } from "../../../../shared/text/redact.ts";
import { oneLine } from "../../../../shared/text/visible.ts";
import type { Log } from "../../../home/create-log.ts";
import type { JsonObject } from "../../rpc/message.ts";
import { isAway, type LinkFault } from "../connection/link.ts";
import type { OpenServer, Server } from "../open-server.ts";
import type { Known, OtherList } from "./known.ts";
import type { KnownStore } from "./known-store.ts";
import { isLeftOut } from "./left-out.ts";
import { createProbeQueue } from "./probe-queue.ts";
import type { ProbeOutcome } from "./probe-server.ts";
import { createServerKnowledge, keeping, type ServerKnowledge } from "./server-knowledge.ts";

/** A server that is new gets this long to be reached for the first time, before lists are served without it. */
const FIRST_START_MS = 5_000;
/** Kinds of clients whose lists are remembered for one server; the oldest is forgotten first. */
const MAX_KINDS = 8;
/** The capabilities of the client that looks at a server. */
const PROBE = "{}";
/** A remote server that could not be reached is looked at again after this long, in silence. */
const LOOK_AGAIN_MS = 30_000;

export interface Catalogue {
  /**
   * The servers that are configured now. New and changed ones are looked at, others keep what is known of them. What was
   * kept of any other is forgotten, unless `partial` says that these may not be all.
   */
  apply(servers: readonly Server[], partial?: boolean): void;
  status(): ServerStatus[];
  /** What it said of itself when it was last reached, in this run of the daemon or an earlier one. */
  known(name: string): Known | undefined;
  /**
   * Milliseconds for which a list may still wait for this server: some while this run has not reached it, none ever after.
   * One that is not configured, as the demo's may be, is as old as its connection, opened at `openedAt`.
   */
  graceFor(name: string, openedAt: number): number;
  /** The tools that a client of these capabilities (as JSON) was shown last, in this run of the daemon. */
  shownTo(name: string, capabilities: string): readonly JsonObject[] | undefined;
  /** What a session's connection found out, whose client has these capabilities. */
  reportReady(
    name: string,
    known: Pick<Known, "server" | "tools">,
    latencyMs: number,
    leftOut?: string,
    capabilities?: string,
  ): void;
  reportList(name: string, list: OtherList, items: readonly JsonObject[]): void;
  reportFailed(name: string, fault: LinkFault): void;
  /** How a server describes a tool: as it was last seen to change, else as it was last listed. */
  definition(name: string, tool: string): JsonObject | undefined;
  /** Whether this definition of a tool was never accepted. */
  hasChanged(name: string, tool: JsonObject): boolean;
  /** A person accepts the server's tools as its status shows them; false when there is none of this name. */
  accept(name: string): boolean;
  /** Looks at one server again; false when there is none of this name. */
  probe(name: string): boolean;
  dispose(): Promise<void>;
}

export interface CatalogueOptions {
  open: OpenServer;
  log: Log;
  secrets: () => readonly string[];
  onChange: () => void;
  /** A server that was not ready is. */
  onReady: (name: string) => void;
  kept: KnownStore;
  clock?: () => number;
}

interface Entry {
  addedAt: number;
  server: Server;
  status: ServerStatus;
  knowledge: ServerKnowledge;
  /** Whether this run of the daemon has reached it. */
  reached: boolean;
  /** The tools that clients were shown, by their capabilities. */
  shownTo: Map<string, readonly JsonObject[]>;
  /** Raised with each probe, so that an overtaken one says nothing. */
  turn: number;
}

export function createCatalogue(options: CatalogueOptions): Catalogue {
  const { open, log, secrets, onChange, kept, clock = () => performance.now() } = options;
  const entries = new Map<string, Entry>();
  const probes = createProbeQueue(open);
  let disposed = false;

  const set = (entry: Entry, status: ServerStatus) => {
    if (JSON.stringify(entry.status) === JSON.stringify(status)) return;
    entry.status = status;
    if (entries.get(entry.server.name) === entry) onChange();
  };
  const settle = (entry: Entry, outcome: ProbeOutcome) => {
    if (outcome.ok) ready(entry, outcome.known, outcome.latencyMs, outcome.leftOut, PROBE);
    else failed(entry, outcome.fault);
  };
  const ready = (
    entry: Entry,
    known: Known,
    latencyMs: number,
    leftOut: string | undefined,
    capabilities: string | undefined,
  ) => {
    const before = entry.status.state;
    entry.reached = true;
    if (capabilities !== undefined) {
      entry.shownTo.delete(capabilities);
      entry.shownTo.set(capabilities, known.tools);
      const [oldest] = entry.shownTo.keys();
      if (entry.shownTo.size > MAX_KINDS && oldest !== undefined) entry.shownTo.delete(oldest);
    }
    entry.knowledge.learn(known);
    set(entry, {
      ...blank(entry.server, "ready"),
      tools: toolLines(entry.server, entry.knowledge, secrets()),
      latency_ms: latencyMs,
      ...(leftOut !== undefined && { reason: leftOut }),
    });
    if (before !== "ready") options.onReady(entry.server.name);
  };
  const failed = (entry: Entry, fault: LinkFault) => {
    const { reason, signIn } = fault;
    if (entry.server.transport === "http" && isAway(fault)) lookAgain(entry);
    const said = redactText(reason, secrets());
    if (entry.status.reason !== said) log.warn({ server: entry.server.name, reason: said }, "upstream server failed");
    set(entry, {
      ...blank(entry.server, "failed"),
      reason: said,
      tools: entry.status.tools,
      ...(signIn === true && { sign_in: true }),
    });
  };
  const probe = (entry: Entry) => {
    set(entry, { ...blank(entry.server, "connecting"), tools: entry.status.tools });
    enqueue(entry);
  };
  const enqueue = (entry: Entry) => {
    entry.turn += 1;
    const { turn, server } = entry;
    probes.add({ server, wanted: () => entry.turn === turn, settle: (outcome) => settle(entry, outcome) });
  };
  /** Also while no session is there to find out that it is back. */
  const lookAgain = (entry: Entry) => {
    const { turn } = entry;
    probes.later(LOOK_AGAIN_MS, () => {
      if (entry.turn === turn && entries.get(entry.server.name) === entry) enqueue(entry);
    });
  };

  return {
    apply(servers, partial = false) {
      const names = new Set(servers.map((server) => server.name));
      if (!partial) keeping(() => kept.keepOnly(names), log);
      let changed = false;
      for (const name of [...entries.keys()]) {
        if (!names.has(name)) changed = entries.delete(name) || changed;
      }
      for (const server of servers) {
        const before = entries.get(server.name);
        if (before !== undefined && JSON.stringify(before.server) === JSON.stringify(server)) continue;
        const state =
          server.config.disabled === true ? "disabled" : server.refused === undefined ? "connecting" : "failed";
        const current = () => !disposed && entries.get(server.name) === entry;
        const knowledge = createServerKnowledge(server, kept, current, log);
        const tools = state === "connecting" ? toolLines(server, knowledge, secrets()) : [];
        const { refused } = server;
        const status = { ...blank(server, state), tools, ...(refused !== undefined && { reason: refused }) };
        const entry: Entry = {
          server,
          addedAt: clock(),
          status,
          knowledge,
          reached: false,
          shownTo: new Map(),
          turn: 0,
        };
        entries.set(server.name, entry);
        changed = true;
        if (state === "connecting") probe(entry);
      }
      if (changed) onChange();
    },
    status: () => [...entries.values()].map((entry) => entry.status),
    known: (name) => entries.get(name)?.knowledge.known,
    graceFor(name, openedAt) {
      const entry = entries.get(name);
      if (entry?.reached === true) return 0;
      return Math.max(0, FIRST_START_MS - (clock() - (entry?.addedAt ?? openedAt)));
    },
    shownTo: (name, capabilities) => entries.get(name)?.shownTo.get(capabilities),
    reportReady(name, known, latencyMs, leftOut, capabilities) {
      const entry = entries.get(name);
      if (entry === undefined) return;
      entry.turn += 1;
      ready(entry, known, latencyMs, leftOut, capabilities);
    },
    reportList(name, list, items) {
      entries.get(name)?.knowledge.learnList(list, items);
    },
    reportFailed(name, fault) {
      const entry = entries.get(name);
      if (entry === undefined) return;
      entry.turn += 1;
      failed(entry, fault);
    },
    definition(name, tool) {
      const { changed, known } = entries.get(name)?.knowledge ?? {};
      return changed?.get(tool) ?? known?.tools.find((one) => one.name === tool);
    },
    hasChanged: (name, tool) => entries.get(name)?.knowledge.isChanged(tool) === true,
    accept(name) {
      const entry = entries.get(name);
      if (entry === undefined) return false;
      entry.knowledge.accept();
      if (entry.status.state !== "disabled")
        set(entry, { ...entry.status, tools: toolLines(entry.server, entry.knowledge, secrets()) });
      return true;
    },
    probe(name) {
      const entry = entries.get(name);
      if (entry === undefined || entry.server.config.disabled === true) return false;
      if (entry.server.refused === undefined) probe(entry);
      return true;
    },
    async dispose() {
      disposed = true;
      await probes.dispose();
      kept.close();
    },
  };
}

export function blank(server: Server, state: ServerStatus["state"]): ServerStatus {
  const { name, transport, notes } = server;
  return { name, transport, state, tools: [], ...(notes !== undefined && { notes }) };
}

/** A changed tool is shown as it was changed, so that nobody accepts what they did not see. */
function toolLines(
  { config }: Server,
  { known, changed }: ServerKnowledge,
  secrets: readonly string[],
): ServerStatus["tools"] {
  const listed = known?.tools ?? [];
  const names = new Set(listed.map((tool) => String(tool.name)));
  const elsewhere = [...changed].flatMap(([name, tool]) => (names.has(name) ? [] : [tool]));
  const offered = [...listed, ...elsewhere].filter((tool) => !isLeftOut(config, String(tool.name)));
  return offered.map((tool) => {
    const different = changed.get(String(tool.name));
    return different === undefined ? toolLine(tool, secrets) : { ...toolLine(different, secrets), changed: true };
  });
}

/** For devices that may only watch as well, and a server may name its own key in a description. */
export function toolLine(tool: JsonObject, secrets: readonly string[]): ServerStatus["tools"][number] {
  const name = typeof tool.name === "string" ? tool.name : "?";
  if (typeof tool.description !== "string") return { name };
  return { name, description: oneLine(redactText(tool.description, secrets), 300) };
}
