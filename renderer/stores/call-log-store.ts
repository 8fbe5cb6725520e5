/**
 * One session's calls in the page: the shared fold in a mutable map, told to the rows once per animation frame.
 * React sees immutable `Call` objects; only rows whose call changed are asked to paint again.
 */
import { type Call, isOpen } from "../../shared/events/call.ts";
import { applyEntry, applyGap, type CallLog, createCallLog, restoreCall } from "../../shared/events/fold.ts";
import type { LogEntry } from "../../shared/events/tool-event.ts";
import type { EventServerFrame } from "../../shared/protocol/event-frames.ts";
import type { CallPage } from "../gateway/read-call-page.ts";
import type { LinkState } from "../gateway/reconnecting-socket.ts";
import { createKeptEntries } from "./kept-entries.ts";
import { createPlacement, type Placement } from "./placement.ts";

/** In a long session new rows are told this often at most: 100,000 rows need not be looked through in every frame. */
const LONG_LIST = 20_000;
const LONG_LIST_MS = 100;

/** Ended calls that keep their arguments, result and steps here; those of older ones are read again when they are looked at. */
const MAX_WHOLE = 1_000;

const OUTBOX_KINDS = new Set(["queued", "delivered", "discarded"]);

type Listener = () => void;

export interface StreamStatus {
  status: "connecting" | "live" | "reconnecting" | "ended";
  detail?: string;
}

export interface CallLogStore extends Placement {
  readonly log: CallLog;
  entries(call: string): readonly LogEntry[];
  /** Begins with what the gateway has folded: the newest calls, and all that are open. Nothing may have been received before. */
  restore(page: CallPage): void;
  /** Whether a call is here without its arguments and result. */
  isPartial(id: string): boolean;
  /** Adds to such a call what its first and last entries tell. */
  complete(id: string, told: Pick<Call, "args" | "result" | "cut" | "parts">): void;
  /** Whether it is known what there was before: until then an empty list says nothing. */
  isReady(): boolean;
  setReady(): void;
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
  const kept = createKeptEntries();
  const partial = new Set<string>();
  const whole = new Set<string>();
  const callListeners = new Map<string, Set<Listener>>();
  const shapeListeners = new Set<Listener>();
  const anyListeners = new Set<(changed: ReadonlySet<string>) => void>();
  let dirty = new Set<string>();
  let shapeDirty = false;
  let shapeToldAt = 0;
  let shapeVersion = 0;
  let anyVersion = 0;
  let outboxChanges = 0;
  let ready = false;
  let scheduled = false;
  let stream: StreamStatus = { status: "connecting" };
  let link: LinkState = { state: "connecting" };

  const placement = createPlacement({
    calls: log.calls,
    adopt,
    changed() {
      shapeDirty = true;
      request();
    },
  });

  function request(): void {
    if (scheduled) return;
    scheduled = true;
    schedule(flush);
  }

  function flush(): void {
    scheduled = false;
    anyVersion += 1;
    const now = performance.now();
    if (shapeDirty && (placement.order.length < LONG_LIST || now - shapeToldAt >= LONG_LIST_MS)) {
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
      dirty.add(id);
      placement.note(call);
    }
    request();
  }

  function receiveEntry(entry: LogEntry): void {
    const { event } = entry;
    const changed = applyEntry(log, entry);
    const [id] = changed;
    if (event.kind === "gap") shapeDirty = true;
    else {
      if (OUTBOX_KINDS.has(event.kind ?? "")) outboxChanges += 1;
      if (id !== undefined) {
        kept.keep(id, entry);
        keepWhole(id);
      }
    }
    touched(changed);
  }

  /** A result may have a quarter of a megabyte: a long session must not keep them all. */
  function keepWhole(id: string): void {
    const ended = log.calls.get(id);
    if (ended === undefined || isOpen(ended)) return;
    whole.add(id);
    const [oldest] = whole;
    const call = oldest === undefined ? undefined : log.calls.get(oldest);
    if (whole.size <= MAX_WHOLE || call === undefined) return;
    whole.delete(call.id);
    kept.forget(call.id);
    const { parts: _, ...rest } = call;
    log.calls.set(call.id, { ...rest, args: undefined, result: undefined, cut: undefined });
    partial.add(call.id);
    dirty.add(call.id);
  }

  function adopt(call: Call): void {
    if (!log.calls.has(call.id)) {
      log.calls.set(call.id, call);
      partial.add(call.id);
    }
    if (callListeners.has(call.id)) dirty.add(call.id);
  }

  return Object.assign(placement, {
    log,
    entries: kept.of,
    restore(page: CallPage) {
      log.gaps.push(...page.gaps);
      for (const call of [...page.open, ...page.calls.toReversed()]) {
        restoreCall(log, call);
        partial.add(call.id);
      }
      log.lastSeq = page.last;
      log.run = page.run;
      log.failed = page.failed;
      const newest = page.calls.toReversed();
      placement.begin(newest, page.more ? (newest[0]?.firstSeq ?? 0) : 0, Math.max(0, page.total - newest.length));
      request();
    },
    isReady: () => ready,
    setReady() {
      ready = true;
      request();
    },
    isPartial: (id: string) => partial.has(id),
    complete(id: string, told: Pick<Call, "args" | "result" | "cut" | "parts">) {
      const call = log.calls.get(id);
      if (call === undefined || !partial.delete(id)) return;
      log.calls.set(id, {
        ...call,
        args: call.args ?? told.args,
        result: call.result ?? told.result,
        cut: call.cut === undefined ? told.cut : { ...told.cut, ...call.cut },
        parts: [...new Map([...(told.parts ?? []), ...(call.parts ?? [])].map((part) => [part.at, part])).values()],
      });
      keepWhole(id);
      dirty.add(id);
      request();
    },
    receive(frame: EventServerFrame, at: string) {
      if ("events" in frame) {
        for (const entry of frame.events) receiveEntry(entry);
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
    setLink(next: LinkState) {
      link = next;
      request();
    },
    subscribeCall(id: string, listener: Listener) {
      const set = callListeners.get(id) ?? new Set();
      callListeners.set(id, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) callListeners.delete(id);
      };
    },
    subscribeShape: (listener: Listener) => subscribe(shapeListeners, listener),
    subscribeAny: (listener: (changed: ReadonlySet<string>) => void) => subscribe(anyListeners, listener),
    outboxChanges: () => outboxChanges,
    shapeVersion: () => shapeVersion,
    anyVersion: () => anyVersion,
    stream: () => stream,
    link: () => link,
  });
}

function subscribe<T>(set: Set<T>, listener: T): () => void {
  set.add(listener);
  return () => set.delete(listener);
}

export const findCall = (store: CallLogStore, id: string): Call | undefined => store.log.calls.get(id);
