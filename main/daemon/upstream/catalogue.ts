/** Owns what is known of each configured server, for people and for lists: its state, why it fails, its tools, how fast it is. */
import type { ServerStatus } from "../../../shared/protocol/daemon-api.ts";
import { redactText } from "../../../shared/text/redact.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { Log } from "../../home/create-log.ts";
import type { JsonObject } from "../rpc/message.ts";
import type { ServerSide } from "./handshake.ts";
import type { LinkFault } from "./link.ts";
import type { OpenServer, Server } from "./open-server.ts";
import { type ProbeOutcome, probeServer } from "./probe-server.ts";

/** Servers that are started at once to be looked at. */
const PARALLEL_PROBES = 8;
/** A server that is new gets this long to be reached for the first time, before lists are served without it. */
const FIRST_START_MS = 5_000;

/** What a server said of itself when it was last reached; served while it is away. */
export interface Known {
  server: ServerSide;
  tools: readonly JsonObject[];
}

export interface Catalogue {
  /** The servers that are configured now. New and changed ones are looked at, others keep what is known of them. */
  apply(servers: readonly Server[]): void;
  status(): ServerStatus[];
  known(name: string): Known | undefined;
  /**
   * Milliseconds for which a list may still wait for this server: some while it is new, none ever after. One that is not
   * configured, as the demo's may be, is as old as its connection, opened at `openedAt`.
   */
  graceFor(name: string, openedAt: number): number;
  /** What a session's connection found out. */
  reportReady(name: string, known: Known, latencyMs: number): void;
  reportFailed(name: string, fault: LinkFault): void;
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
  clock?: () => number;
}

interface Entry {
  addedAt: number;
  server: Server;
  status: ServerStatus;
  known: Known | undefined;
  /** Raised with each probe, so that an overtaken one says nothing. */
  turn: number;
}

export function createCatalogue(options: CatalogueOptions): Catalogue {
  const { open, log, secrets, onChange, clock = () => performance.now() } = options;
  const entries = new Map<string, Entry>();
  const running = new Set<Promise<void>>();
  const waiting: Entry[] = [];
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
      const done = probeServer(entry.server, { open, signal: stop.signal }).then((outcome) => {
        running.delete(done);
        if (turn === entry.turn && !stop.signal.aborted) settle(entry, outcome);
        start();
      });
      running.add(done);
    }
  };
  const settle = (entry: Entry, outcome: ProbeOutcome) => {
    if (outcome.ok) ready(entry, outcome.known, outcome.latencyMs);
    else failed(entry, outcome.fault);
  };
  const ready = (entry: Entry, known: Known, latencyMs: number) => {
    const before = entry.status.state;
    entry.known = known;
    set(entry, { ...blank(entry.server, "ready"), tools: known.tools.map(toolLine), latency_ms: latencyMs });
    if (before !== "ready") options.onReady(entry.server.name);
  };
  const failed = (entry: Entry, { reason, signIn }: LinkFault) => {
    const said = redactText(reason, secrets());
    log.warn({ server: entry.server.name, reason: said }, "upstream server failed");
    set(entry, {
      ...blank(entry.server, "failed"),
      reason: said,
      tools: entry.status.tools,
      ...(signIn === true && { sign_in: true }),
    });
  };
  const probe = (entry: Entry) => {
    entry.turn += 1;
    set(entry, { ...blank(entry.server, "connecting"), tools: entry.status.tools });
    if (!waiting.includes(entry)) waiting.push(entry);
    start();
  };

  return {
    apply(servers) {
      const names = new Set(servers.map((server) => server.name));
      let changed = false;
      for (const name of [...entries.keys()]) {
        if (!names.has(name)) changed = entries.delete(name) || changed;
      }
      for (const server of servers) {
        const before = entries.get(server.name);
        if (before !== undefined && JSON.stringify(before.server) === JSON.stringify(server)) continue;
        const state = server.config.disabled === true ? "disabled" : "connecting";
        const entry: Entry = { server, addedAt: clock(), status: blank(server, state), known: undefined, turn: 0 };
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
      if (entry?.known !== undefined) return 0;
      return Math.max(0, FIRST_START_MS - (clock() - (entry?.addedAt ?? openedAt)));
    },
    reportReady(name, known, latencyMs) {
      const entry = entries.get(name);
      if (entry === undefined) return;
      entry.turn += 1;
      ready(entry, known, latencyMs);
    },
    reportFailed(name, fault) {
      const entry = entries.get(name);
      if (entry === undefined) return;
      entry.turn += 1;
      failed(entry, fault);
    },
    probe(name) {
      const entry = entries.get(name);
      if (entry === undefined || entry.server.config.disabled === true) return false;
      probe(entry);
      return true;
    },
    async dispose() {
      stop.abort();
      await Promise.all(running);
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
