/** Tells of each write in the daemon's outbox where its session and its call are in the history. */
import {
  type OutboxEntryView,
  type OutboxResponse,
  outboxResponseSchema,
} from "../../../shared/protocol/outbox-api.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { OWN_DAEMON } from "../link/daemon-ref.ts";
import type { DaemonText } from "./shown-inbox.ts";

interface KnownSessions {
  /** The session that has, or had, this id at its daemon. */
  byDaemonId(id: string): { record: { id: string } } | undefined;
}

/** Names that our daemon gives to no second call. Those of earlier versions, `c1`, `c2` and so on, may be of several. */
const UNIQUE_CALL = /^c\d+-[0-9a-f]{12}$/;

/** `text` is the daemon's answer; one that is not understood is given back as it came. */
export function withShownCalls(text: string, sessions: KnownSessions): string {
  const told = parseJson(outboxResponseSchema, text);
  return told.ok ? JSON.stringify({ ...told.value, entries: told.value.entries.map(shownCall(sessions)) }) : text;
}

/** The answers of several daemons as one. */
export function joinedCalls(answers: readonly DaemonText[], missing: string[], sessions: KnownSessions): string {
  const told = answers.flatMap(({ daemon, text }) => {
    const read = parseJson(outboxResponseSchema, text);
    return read.ok ? [{ machine: daemon === OWN_DAEMON ? undefined : daemon, ...read.value }] : [];
  });
  const entries = told.flatMap(({ machine, entries }) =>
    entries.map(shownCall(sessions)).map((entry) => ({ ...entry, ...(machine !== undefined && { machine }) })),
  );
  const damaged = told.flatMap(({ machine, damaged = [] }) =>
    damaged.map((path) => (machine === undefined ? path : `${path} on another machine`)),
  );
  return JSON.stringify({
    entries,
    ...(damaged.length > 0 && { damaged }),
    ...(missing.length > 0 && { missing }),
  } satisfies OutboxResponse);
}

const shownCall =
  (sessions: KnownSessions) =>
  ({ shown: _, ...entry }: OutboxEntryView): OutboxEntryView => {
    const session = sessions.byDaemonId(entry.session)?.record.id;
    if (session === undefined) return entry;
    return { ...entry, shown: { session, ...(UNIQUE_CALL.test(entry.call) && { call: entry.call }) } };
  };
