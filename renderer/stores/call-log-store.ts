/**
 * Owns one session's calls in the page: the shared fold in a mutable map, told to the rows once per animation frame.
 * React sees immutable `Call` objects; only rows whose call changed are asked to paint again.
 */
import type { Call } from "../../shared/events/call.ts";
import { applyEntry, applyGap, type CallLog, createCallLog } from "../../shared/events/fold.ts";
import type { LogEntry } from "../../shared/events/tool-event.ts";
import type { EventServerFrame } from "../../shared/protocol/event-frames.ts";
import { isError } from "../activity/filters.ts";
import type { LinkState } from "../gateway/reconnecting-socket.ts";
import { createTurns, noteCall, type Turns } from "./turns.ts";

/** Entries kept per call for the drawer; older progress is read from the gateway's history. */
const MAX_ENTRIES_PER_CALL = 200;
/** In a long session new rows are told this often at most: 100,000 rows need not be looked through in every frame. */
const LONG_LIST = 20_000;
const LONG_LIST_MS = 100;

const OUTBOX_KINDS = new Set(["queued", "delivered", "discarded"]);

type Listener = () => void;

export interface StreamStatus {
  status: "connecting" | "live" | "reconnecting" | "ended";
  detail?: string;
}

export interface CallLogStore {
  readonly log: CallLog;
  /** Ids in the order of their start; it only grows. */
  readonly order: readonly string[];
  readonly turns: Turns;
  /** Names of the servers seen, for the filter. */
  readonly servers: ReadonlySet<string>;
  /** Ids of the calls that did not end well for certain. */
  readonly errors: ReadonlySet<string>;
  entries(call: string): readonly LogEntry[];
  receive(frame: EventServerFrame, at: string): void;
  setLink(link: LinkState): void;
  /** Counts the events about writes that wait. */
  outboxChanges(): number;
  subscribeCall(id: string, listener: Listener): () => void;
  /** Told when calls or gaps were added. */
  subscribeShape(listener: Listener): () => void;
  /** Told at each flush in which anything changed, with the ids of the calls that did. */
  subscribeAny(listener: (changed: ReadonlySet<string>) => void): () => void;
  shapeVersion(): number;
  anyVersion(): number;
  stream(): StreamStatus;
  link(): LinkState;
}

/** `schedule` runs its argument in the next animation frame. */
export function createCallLogStore(schedule: (flush: () => void) => void): CallLogStore {
  const log = createCallLog();
  const order: string[] = [];
  const turns = createTurns();
  const servers = new Set<string>();
  const errors = new Set<string>();
  const kept = new Map<string, LogEntry[]>();
  const callListeners = new Map<string, Set<Listener>>();
  const shapeListeners = new Set<Listener>();
  const anyListeners = new Set<(changed: ReadonlySet<string>) => void>();
  let dirty = new Set<string>();
  let shapeDirty = false;
  let shapeToldAt = 0;
  let shapeVersion = 0;
  let anyVersion = 0;
  let outboxChanges = 0;
  let scheduled = false;
  let stream: StreamStatus = { status: "connecting" };
  let link: LinkState = { state: "connecting" };

  function request(): void {
    if (scheduled) return;
    scheduled = true;
    schedule(flush);
  }

  function flush(): void {
    scheduled = false;
    anyVersion += 1;
    const now = performance.now();
    if (shapeDirty && (order.length < LONG_LIST || now - shapeToldAt >= LONG_LIST_MS)) {
      shapeDirty = false;
      shapeToldAt = now;
      shapeVersion += 1;
      for (const listener of shapeListeners) listener();
    }
    const changed = dirty;
    dirty = new Set();
    for (const id of changed) for (const listener of callListeners.get(id) ?? []) listener();
    for (const listener of anyListeners) listener(changed);
    if (shapeDirty) request();
  }

  function touched(ids: readonly string[]): void {
    for (const id of ids) {
      const call = log.calls.get(id);
      if (call === undefined) continue;
      if (!turns.byCall.has(id)) {
        order.push(id);
        if (call.server !== undefined) servers.add(call.server);
        shapeDirty = true;
      }
      noteCall(turns, call, order.length - 1);
      if (isError(call)) errors.add(id);
      else errors.delete(id);
      dirty.add(id);
    }
    request();
  }

  function keep(entry: LogEntry, ids: readonly string[]): void {
    const [id] = ids;
    if (id === undefined || entry.event.kind === "gap") return;
    const list = kept.get(id);
    if (list === undefined) kept.set(id, [entry]);
    else {
      // The first stays: it has the arguments.
      if (list.length >= MAX_ENTRIES_PER_CALL) list.splice(1, 1);
      list.push(entry);
    }
  }

  return {
    log,
    order,
    turns,
    servers,
    errors,
    entries: (call) => kept.get(call) ?? [],
    receive(frame, at) {
      if ("events" in frame) {
        for (const entry of frame.events) {
          const changed = applyEntry(log, entry);
          if (OUTBOX_KINDS.has(entry.event.kind ?? "")) outboxChanges += 1;
          if (entry.event.kind === "gap") shapeDirty = true;
          else keep(entry, changed);
          touched(changed);
        }
        return;
      }
      if ("gap" in frame) {
        const changed = applyGap(log, frame.gap.to, at, { kind: "gap", missed: frame.gap.missed });
        shapeDirty = true;
        touched(changed);
        return;
      }
      stream = { status: frame.status, ...(frame.detail === undefined ? {} : { detail: frame.detail }) };
      request();
    },
    setLink(next) {
      link = next;
      request();
    },
    subscribeCall(id, listener) {
      const set = callListeners.get(id) ?? new Set();
      callListeners.set(id, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) callListeners.delete(id);
      };
    },
    subscribeShape: (listener) => subscribe(shapeListeners, listener),
    subscribeAny: (listener) => subscribe(anyListeners, listener),
    outboxChanges: () => outboxChanges,
    shapeVersion: () => shapeVersion,
    anyVersion: () => anyVersion,
    stream: () => stream,
    link: () => link,
  };
}

function subscribe<T>(set: Set<T>, listener: T): () => void {
  set.add(listener);
  return () => set.delete(listener);
}

export const findCall = (store: CallLogStore, id: string): Call | undefined => store.log.calls.get(id);
