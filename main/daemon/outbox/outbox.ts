/** The delivery of kept writes: in order for each server, one at a time, until the server has taken or refused them. */
import type { OutboxCounts } from "../../../shared/protocol/outbox-api.ts";
import type { JsonObject } from "../rpc/message.ts";
import type { Connection } from "../upstream/connection/connection.ts";
import { type Attempt, decideDelivery, dueIn, retryDelay, type Verdict } from "./decide-delivery.ts";
import type { Entry, NewEntry, OutboxStore } from "./outbox-store.ts";

/** A server that takes longer over one write counts as lost. */
const ATTEMPT_MS = 60_000;
const CONNECT_MS = 30_000;
/** Between two runs for the same server, whatever came of the first. */
const REST_MS = 1_000;
/** A timer never sleeps longer: the clock may jump. */
const MAX_SLEEP_MS = 60_000;

export type OutboxEvent =
  | { kind: "delivered"; entry: Entry; result: JsonObject }
  | { kind: "dead"; entry: Entry; reason: string; data?: unknown }
  | { kind: "unknown" | "held"; entry: Entry; reason: string }
  | { kind: "queued" | "discarded"; entry: Entry };

export interface Outbox {
  /**
   * Keeps a write that could not be delivered; throws when the disk refuses, and then nothing was kept. A write that the
   * tool has under the same key is the same write: its entry is given, under the call that it was first kept for.
   */
  keep(entry: NewEntry, verdict: "queued" | "unknown", reason: string): Entry;
  /** Whether writes of this tool wait, so that a later one must wait behind them. */
  holds(server: string, tool: string): boolean;
  list(): Entry[];
  counts(): OutboxCounts;
  /** Told whenever `counts` may be other ones. */
  onChange(listener: () => void): () => void;
  /** Sends a dead, unknown, held or waiting write now, to its server as it is configured now; false when there is none of this id. */
  retry(id: number): boolean;
  /** Forgets a write that is not being sent at this moment. */
  discard(id: number): boolean;
  /** A server can be reached again: what waits for it is tried now. */
  wake(server: string): void;
  dispose(): Promise<void>;
}

export interface OutboxOptions {
  store: OutboxStore;
  /** Opens a connection of the outbox's own; undefined when no such server is configured. */
  connect: (server: string) => Connection | undefined;
  /** Learns what the server that was reached offers now, before anything is sent to it. Never fails. */
  look: (connection: Connection) => Promise<void>;
  /** The definition that a server of this name has now, if there is one. */
  definition: (server: string) => string | undefined;
  /** Why a write that is due waits for a person; undefined where it may be sent. */
  whyHeld: (entry: Entry) => string | undefined;
  /** Called with what became of a write: does `write`, which puts it on the disk, and tells of it. */
  onEvent: (event: OutboxEvent, write: () => void) => void;
  now?: () => number;
  random?: () => number;
}

interface Worker {
  timer: NodeJS.Timeout | undefined;
  busy: Promise<void> | undefined;
  connection: Connection | undefined;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { store, connect, look, definition, whyHeld, onEvent, now = Date.now, random = Math.random } = options;
  const workers = new Map<string, Worker>();
  const listeners = new Set<() => void>();
  let disposed = false;
  /** Counted when somebody asks, which may be after the end. */
  let counts: OutboxCounts | undefined;
  const changed = () => {
    counts = undefined;
    for (const listener of listeners) listener();
  };

  const settle = (entry: Entry, verdict: Verdict, result: JsonObject): void => {
    switch (verdict.next) {
      case "delivered":
        onEvent({ kind: "delivered", entry, result }, () => store.remove(entry.id));
        changed();
        break;
      case "retry": {
        const attempts = entry.attempts + 1;
        const nextAt = now() + retryDelay(attempts, random());
        store.update(entry.id, { state: "queued", reason: verdict.reason, attempts, nextAt });
        break;
      }
      default: {
        const { next: kind, ...why } = verdict;
        onEvent({ kind, entry, ...why }, () =>
          store.update(entry.id, { state: kind, reason: why.reason, attempts: entry.attempts + 1 }),
        );
        changed();
      }
    }
  };
  const send = async (connection: Connection, entry: Entry) => {
    store.update(entry.id, { state: "sending", reason: entry.reason });
    const attempt = await deliver(connection, entry);
    // What was in flight at the end is decided at the next start.
    if (disposed) return;
    const result = attempt.outcome === "reply" && "result" in attempt.reply ? attempt.reply.result : {};
    settle(entry, decideDelivery(attempt, entry.repeatable), result);
  };
  /** The first write that may be sent now. Those before it that wait for a person are put aside. */
  const nextDue = (server: string): Entry | undefined => {
    for (;;) {
      const entry = store.next(server);
      if (entry === undefined || disposed || dueIn(entry.nextAt, now()) > 0) return undefined;
      const reason = whyHeld(entry);
      if (reason === undefined) return entry;
      onEvent({ kind: "held", entry, reason }, () => store.update(entry.id, { state: "held", reason }));
      changed();
    }
  };
  /** Sends everything that is due; ends early when the first one has to wait. */
  const work = async (server: string) => {
    // Before a connection is made: the server of this name may be somebody else's by now.
    if (nextDue(server) === undefined) return;
    const connection = connect(server);
    if (connection === undefined) return;
    const worker = workers.get(server);
    if (worker !== undefined) worker.connection = connection;
    try {
      await connection.settled(CONNECT_MS);
      await look(connection);
      for (;;) {
        const entry = nextDue(server);
        if (entry === undefined) return;
        if (connection.state.phase === "ready") await send(connection, entry);
        else {
          const reason = connection.state.phase === "failed" ? connection.state.fault.reason : "does not answer";
          settle(entry, { next: "retry", reason }, {});
        }
      }
    } finally {
      await connection.close();
    }
  };
  const wakeOne = (server: string, rest = 0) => {
    const worker: Worker = workers.get(server) ?? { timer: undefined, busy: undefined, connection: undefined };
    workers.set(server, worker);
    clearTimeout(worker.timer);
    if (worker.busy !== undefined || disposed) return;
    const first = store.next(server);
    if (first === undefined) return;
    const delay = Math.max(rest, dueIn(first.nextAt, now()));
    if (delay > 0) worker.timer = setTimeout(() => wakeOne(server), Math.min(delay, MAX_SLEEP_MS));
    else {
      worker.busy = work(server).finally(() => {
        worker.busy = undefined;
        wakeOne(server, REST_MS);
      });
    }
  };

  for (const entry of store.list()) {
    if (entry.state !== "sending") continue;
    const reason = "Signalbox ended while it was being sent";
    if (entry.repeatable) store.update(entry.id, { state: "queued", reason });
    else onEvent({ kind: "unknown", entry, reason }, () => store.update(entry.id, { state: "unknown", reason }));
  }
  changed();
  for (const server of store.waitingServers()) wakeOne(server);

  return {
    keep(entry, verdict, reason) {
      const kept = store.add(entry, verdict, reason, now());
      // One that is known by its key may be on its way: then it is left to its attempt.
      if (kept.state !== "sending") {
        const nextAt = now() + retryDelay(0, random());
        store.update(kept.id, { state: verdict, reason, ...(verdict === "queued" && { nextAt }) });
      }
      wakeOne(entry.server);
      changed();
      return kept;
    },
    holds: (server, tool) => store.holds(server, tool),
    list: () => store.list(),
    counts() {
      if (!disposed) counts ??= store.counts();
      return counts ?? { waiting: 0, dead: 0, unknown: 0, held: 0 };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retry(id) {
      const entry = store.get(id);
      if (entry === undefined || entry.state === "sending") return false;
      const write = () => {
        store.approve(id, definition(entry.server));
        store.update(id, { state: "queued", reason: entry.reason, nextAt: now() });
      };
      if (entry.state === "queued") write();
      else onEvent({ kind: "queued", entry }, write);
      changed();
      wakeOne(entry.server);
      return true;
    },
    discard(id) {
      const entry = store.get(id);
      if (entry === undefined || entry.state === "sending") return false;
      onEvent({ kind: "discarded", entry }, () => store.remove(id));
      changed();
      return true;
    },
    wake(server) {
      if (disposed) return;
      const first = store.next(server);
      if (first === undefined) return;
      store.update(first.id, { state: "queued", reason: first.reason, nextAt: now() });
      wakeOne(server);
    },
    async dispose() {
      disposed = true;
      for (const { timer, connection } of workers.values()) {
        clearTimeout(timer);
        // Its open attempt is lost with it.
        void connection?.close();
      }
      await Promise.all([...workers.values()].map(({ busy }) => busy));
      store.close();
    },
  };
}

function deliver(connection: Connection, entry: Entry): Promise<Attempt> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      sent.cancel("timeout");
      resolve({ outcome: "lost", fault: { reason: `did not answer within ${ATTEMPT_MS / 1000} s` } });
    }, ATTEMPT_MS);
    const sent = connection.send("tools/call", entry.params, {
      reply(reply) {
        clearTimeout(late);
        resolve({ outcome: "reply", reply });
      },
      lost(fault) {
        clearTimeout(late);
        resolve({ outcome: "lost", fault });
      },
    });
  });
}
