/** Owns what is known of each configured server, for people and for lists: its state, why it fails, what it offers, how fast it is. */
import { createHash } from "node:crypto";
import type { ServerStatus } from "../../../shared/protocol/daemon-api.ts";
import { redactText } from "../../../shared/text/redact.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { Log } from "../../home/create-log.ts";
import type { JsonObject } from "../rpc/message.ts";
import { acceptTools, compareTools } from "./accepted-tools.ts";
import { definitionOf, type Known, type OtherList } from "./known.ts";
import type { KnownStore } from "./known-store.ts";
import { isAway, type LinkFault } from "./link.ts";
import type { OpenServer, Server } from "./open-server.ts";
import { type ProbeOutcome, probeServer } from "./probe-server.ts";

/** Servers that are started at once to be looked at. */
const PARALLEL_PROBES = 8;
/** A server that is new gets this long to be reached for the first time, before lists are served without it. */
const FIRST_START_MS = 5_000;
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
  /** What a session's connection found out. */
  reportReady(name: string, known: Pick<Known, "server" | "tools">, latencyMs: number, leftOut?: string): void;
  reportList(name: string, list: OtherList, items: readonly JsonObject[]): void;
  reportFailed(name: string, fault: LinkFault): void;
  /** Whether a tool is described otherwise than it was accepted. */
  hasChanged(name: string, tool: string): boolean;
  /** A person accepts the server's tools as they are now; false when there is none of this name. */
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
  /** Of its launch. */
  definition: string;
  status: ServerStatus;
  known: Known | undefined;
  /** As `known` was last written down. */
  written: string;
  /** Whether this run of the daemon has reached it. */
  reached: boolean;
  changed: ReadonlySet<string>;
  /** Raised with each probe, so that an overtaken one says nothing. */
  turn: number;
}

export function createCatalogue(options: CatalogueOptions): Catalogue {
  const { open, log, secrets, onChange, kept, clock = () => performance.now() } = options;
  const entries = new Map<string, Entry>();
  const running = new Set<Promise<void>>();
  const waiting: Entry[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const stop = new AbortController();

  const set = (entry: Entry, status: ServerStatus) => {
    if (JSON.stringify(entry.status) === JSON.stringify(status)) return;
    entry.status = status;
    if (entries.get(entry.server.name) === entry) onChange();
  };
  const start = () => {
    while (running.size < PARALLEL_PROBES && !stop.signal.aborted) {
      const entry = waiting.shift();
      if (entry === undefined) return;
      const turn = entry.turn;
      const done = probeServer(entry.server, { open, signal: stop.signal, whole: true }).then((outcome) => {
        running.delete(done);
        if (turn === entry.turn && !stop.signal.aborted) settle(entry, outcome);
        start();
      });
      running.add(done);
    }
  };
  const settle = (entry: Entry, outcome: ProbeOutcome) => {
    if (outcome.ok) ready(entry, outcome.known, outcome.latencyMs, outcome.leftOut);
    else failed(entry, outcome.fault);
  };
  /** A disk that refuses costs the menu after a restart, and nothing now. */
  const keeping = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      log.warn({ error }, "what is known of servers cannot be kept");
      return undefined;
    }
  };
  const learn = (entry: Entry, known: Known) => {
    entry.known = known;
    const written = createHash("sha256").update(JSON.stringify(known)).digest("base64");
    if (written === entry.written || entries.get(entry.server.name) !== entry) return;
    entry.written = written;
    keeping(() => kept.put(entry.server.name, entry.definition, known));
  };
  const toolLines = ({ known, changed }: Entry) =>
    (known?.tools ?? []).map((tool) => ({
      ...toolLine(tool),
      ...(changed.has(String(tool.name)) && { changed: true }),
    }));
  const ready = (entry: Entry, known: Known, latencyMs: number, leftOut: string | undefined) => {
    const before = entry.status.state;
    entry.reached = true;
    const { accepted, changed } = compareTools(entry.known?.accepted ?? {}, known.tools);
    const news = [...changed].filter((tool) => !entry.changed.has(tool));
    if (news.length > 0) log.warn({ server: entry.server.name, tools: news.slice(0, 20) }, "tools are described anew");
    entry.changed = changed;
    learn(entry, { ...entry.known, ...known, accepted });
    set(entry, {
      ...blank(entry.server, "ready"),
      tools: toolLines(entry),
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
  /** Also while no session is there to find out that it is back. */
  const lookAgain = (entry: Entry) => {
    const { turn } = entry;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (entry.turn === turn && entries.get(entry.server.name) === entry) enqueue(entry);
    }, LOOK_AGAIN_MS);
    timers.add(timer);
  };
  const probe = (entry: Entry) => {
    set(entry, { ...blank(entry.server, "connecting"), tools: entry.status.tools });
    enqueue(entry);
  };
  const enqueue = (entry: Entry) => {
    entry.turn += 1;
    if (!waiting.includes(entry)) waiting.push(entry);
    start();
  };

  return {
    apply(servers, partial = false) {
      const names = new Set(servers.map((server) => server.name));
      if (!partial) keeping(() => kept.keepOnly(names));
      let changed = false;
      for (const name of [...entries.keys()]) {
        if (!names.has(name)) changed = entries.delete(name) || changed;
      }
      for (const server of servers) {
        const before = entries.get(server.name);
        if (before !== undefined && JSON.stringify(before.server) === JSON.stringify(server)) continue;
        const state = server.config.disabled === true ? "disabled" : "connecting";
        const definition = definitionOf(server);
        const known = keeping(() => kept.get(server.name, definition));
        const tools = state === "disabled" ? [] : (known?.tools.map(toolLine) ?? []);
        const status = { ...blank(server, state), tools };
        const entry: Entry = {
          server,
          definition,
          addedAt: clock(),
          status,
          known,
          written: "",
          reached: false,
          changed: compareTools(known?.accepted ?? {}, known?.tools ?? []).changed,
          turn: 0,
        };
        entries.set(server.name, entry);
        changed = true;
        if (state === "connecting") probe(entry);
      }
      if (changed) onChange();
    },
    status: () => [...entries.values()].map((entry) => entry.status),
    known: (name) => entries.get(name)?.known,
    graceFor(name, openedAt) {
      const entry = entries.get(name);
      if (entry?.reached === true) return 0;
      return Math.max(0, FIRST_START_MS - (clock() - (entry?.addedAt ?? openedAt)));
    },
    reportReady(name, known, latencyMs, leftOut) {
      const entry = entries.get(name);
      if (entry === undefined) return;
      entry.turn += 1;
      ready(entry, known, latencyMs, leftOut);
    },
    reportList(name, list, items) {
      const entry = entries.get(name);
      if (entry?.known !== undefined) learn(entry, { ...entry.known, [list]: items });
    },
    reportFailed(name, fault) {
      const entry = entries.get(name);
      if (entry === undefined) return;
      entry.turn += 1;
      failed(entry, fault);
    },
    hasChanged: (name, tool) => entries.get(name)?.changed.has(tool) === true,
    accept(name) {
      const entry = entries.get(name);
      if (entry === undefined) return false;
      entry.changed = new Set();
      if (entry.known === undefined) return true;
      learn(entry, { ...entry.known, accepted: acceptTools(entry.known.accepted ?? {}, entry.known.tools) });
      set(entry, { ...entry.status, tools: toolLines(entry) });
      return true;
    },
    probe(name) {
      const entry = entries.get(name);
      if (entry === undefined || entry.server.config.disabled === true) return false;
      probe(entry);
      return true;
    },
    async dispose() {
      stop.abort();
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running);
      kept.close();
    },
  };
}

export function blank(server: Server, state: ServerStatus["state"]): ServerStatus {
  return { name: server.name, transport: server.transport, state, tools: [] };
}

export function toolLine(tool: JsonObject): ServerStatus["tools"][number] {
  const name = typeof tool.name === "string" ? tool.name : "?";
  return typeof tool.description === "string" ? { name, description: oneLine(tool.description, 300) } : { name };
}
