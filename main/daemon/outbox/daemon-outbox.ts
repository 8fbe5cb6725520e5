/** Joins the outbox to the daemon: its own connections to servers, and what sessions and histories hear of their writes. */
import type { OutboxEntryView } from "../../../shared/protocol/outbox-api.ts";
import { redactValue } from "../../../shared/text/redact.ts";
import { VERSION } from "../../home/version.ts";
import { type LaterEnd, laterEvent, withNumber } from "../progress/call-recorder.ts";
import { errorOf, RPC } from "../rpc/message.ts";
import type { SessionNumbers } from "../sessions/session-numbers.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { ToolRules } from "../settings/tool-rules.ts";
import { definitionOf } from "../upstream/catalogue/known.ts";
import { type Connection, createConnection } from "../upstream/connection/connection.ts";
import { LATEST_REVISION, listTools } from "../upstream/connection/handshake.ts";
import type { UpstreamServers } from "../upstream/upstream-servers.ts";
import { createOutbox, type Outbox, type OutboxEvent } from "./outbox.ts";
import type { Entry, OutboxStore, Outcome } from "./outbox-store.ts";

/** A server that does not list its tools in this time is believed to have those that it had. */
const LIST_MS = 10_000;

/** Each has at most what an event may have. */
const OUTCOMES_AT_ONCE = 10;

export interface DaemonOutbox extends Outbox {
  /**
   * What became of writes and stands in no event stream of this run: their session is not here. The oldest ones, each
   * with its number among the session's events. Those of sessions that are here are told in their streams by this.
   */
  untold(): Outcome[];
  /** A history has it. */
  took(id: number): boolean;
}

export interface RecordOptions {
  secrets: () => readonly string[];
  /** Keeps a large part of a result of a session (home/results/). */
  keep: (session: string, name: string, base64: string) => boolean;
}

export function createDaemonOutbox(
  store: OutboxStore,
  servers: UpstreamServers,
  sessions: { registry: SessionRegistry; numbers: SessionNumbers },
  whyNotDeliver: ToolRules["whyNotDeliver"],
  record: RecordOptions,
): DaemonOutbox {
  const { registry, numbers } = sessions;
  const definition = (name: string) => {
    const server = servers.find(name);
    return server === undefined ? undefined : definitionOf(server);
  };
  const changes = new Set<() => void>();
  let outcomes = store.outcomes();
  const isTold = ({ session, epoch }: { session: string; epoch: string | undefined }) =>
    epoch !== undefined && registry.present(session)?.ring.epoch === epoch;

  /** Both on the disk, or neither: a write that is gone from the queue has an outcome that somebody can be told. */
  const conclude = (event: OutboxEvent, write: () => void) => {
    const { session, call, tool, server } = event.entry;
    const live = registry.present(session);
    const keep = (name: string, base64: string) => record.keep(session, name, base64);
    const told = JSON.stringify(
      laterEvent({ id: call, tool, server }, endOf(event), { secrets: record.secrets(), keep }),
    );
    try {
      store.together(() => {
        write();
        store.addOutcome({ session, call, epoch: live?.ring.epoch, event: told });
      });
      outcomes = store.outcomes();
    } catch {
      // A disk without room for one more row: what is to happen with the write matters more.
      write();
    }
    live?.calls.later(told);
    for (const listener of changes) listener();
  };

  /** Tells it in its session's stream, or gives it with a number of its own where there is no stream. */
  const tell = (id: number): Outcome | undefined => {
    const outcome = store.outcome(id);
    if (outcome === undefined || isTold(outcome)) return undefined;
    const { session, event } = outcome;
    const live = registry.present(session);
    if (live !== undefined) {
      live.calls.later(event);
      store.placeOutcome(id, event, live.ring.epoch);
      return undefined;
    }
    if (event.startsWith(NUMBERED)) return outcome;
    // First the end of the session's run: what is told later has the higher number.
    numbers.ofEnd(session);
    const seq = numbers.give(session);
    if (seq === undefined) return outcome;
    const numbered = withNumber(event, seq);
    store.placeOutcome(id, numbered, undefined);
    return { ...outcome, event: numbered };
  };

  const outbox = createOutbox({
    store,
    connect(name) {
      const server = servers.find(name);
      if (server === undefined) return undefined;
      const connection: Connection = createConnection({
        name,
        open: servers.open(server),
        client: {
          protocolVersion: LATEST_REVISION,
          capabilities: {},
          clientInfo: { name: "signalbox", version: VERSION },
        },
        handlers: {
          // Whoever caused the write is no longer there to be asked.
          request: ({ id, method }) =>
            connection.answer(errorOf(id, RPC.methodNotFound, `${method} is not offered here`)),
          notification() {},
          state() {},
        },
      });
      return connection;
    },
    async look({ name, peer, state }) {
      if (peer === undefined || state.phase !== "ready") return;
      const listed = await listTools(peer, state.server, LIST_MS);
      if (!listed.ok) return;
      const known = { server: state.server, tools: listed.tools };
      servers.catalogue.reportReady(name, known, state.latencyMs, listed.leftOut);
    },
    definition,
    whyHeld({ server, tool, session, definition: written, approved }) {
      const now = definition(server);
      // Without a server of this name there is nothing to send it to: it waits for one.
      if (now === undefined) return undefined;
      if (written !== undefined && written !== now) {
        return `“${server}” was configured differently when this was written: it may be another server or another account`;
      }
      if (approved) return undefined;
      const shown = servers.catalogue.definition(server, tool);
      const owner = { server, tool, definition: shown ?? { name: tool } };
      const hidden = whyNotDeliver(session, registry.get(session)?.cwd, owner);
      return hidden === undefined ? undefined : `the tool is hidden by now: ${hidden}`;
    },
    onEvent: conclude,
  });
  return {
    ...outbox,
    counts() {
      const untold = outcomes.filter((outcome) => !isTold(outcome)).length;
      return { ...outbox.counts(), ...(untold > 0 && { untold }) };
    },
    onChange(listener) {
      const off = outbox.onChange(listener);
      changes.add(listener);
      return () => {
        off();
        changes.delete(listener);
      };
    },
    untold() {
      const first = outcomes.filter((outcome) => !isTold(outcome)).slice(0, OUTCOMES_AT_ONCE);
      const untold = first.flatMap(({ id }) => tell(id) ?? []);
      outcomes = store.outcomes();
      return untold;
    },
    took(id) {
      const known = store.dropOutcome(id);
      outcomes = store.outcomes();
      for (const listener of changes) listener();
      return known;
    },
  };
}

/** How an event begins that `withNumber` gave one. */
const NUMBERED = '{"seq":';

function endOf(event: OutboxEvent): LaterEnd {
  switch (event.kind) {
    case "delivered":
      return { kind: "delivered", result: event.result };
    case "dead":
      return { kind: "failed", error: { code: "refused", message: event.reason, data: event.data } };
    case "unknown":
      return { kind: "failed", error: { code: "outcome-unknown", message: event.reason } };
    case "held":
      return { kind: "queued", reason: event.reason };
    default:
      return { kind: event.kind };
  }
}

/** Characters of a write's arguments that are told: enough to know which write it is. */
const MAX_TOLD_ARGS = 64_000;

/** `secrets` are left out of what is told of its arguments. */
export function entryView(entry: Entry, secrets: readonly string[]): OutboxEntryView {
  const { id, key, server, tool, session, call, state, reason, attempts } = entry;
  return {
    id,
    key,
    server,
    tool,
    session,
    call,
    state,
    attempts,
    args: toldArgs(entry.params.arguments ?? {}, secrets),
    ...(reason !== undefined && { reason }),
    created_at: new Date(entry.createdAt).toISOString(),
    ...(state === "queued" && { next_at: new Date(entry.nextAt).toISOString() }),
  };
}

function toldArgs(args: unknown, secrets: readonly string[]): string {
  const text = JSON.stringify(redactValue(args, secrets), null, 2);
  return text.length <= MAX_TOLD_ARGS ? text : `${text.slice(0, MAX_TOLD_ARGS)}…`;
}
