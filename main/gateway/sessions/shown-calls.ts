/** Tells of each write in the daemon's outbox where its session and its call are in the history. */
import { outboxResponseSchema } from "../../../shared/protocol/outbox-api.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";

interface KnownSessions {
  /** The session that has, or had, this id at its daemon. */
  byDaemonId(id: string): { record: { id: string } } | undefined;
}

/** Names that our daemon gives to no second call. Those of earlier versions, `c1`, `c2` and so on, may be of several. */
const UNIQUE_CALL = /^c\d+-[0-9a-f]{12}$/;

/** `text` is the daemon's answer; one that is not understood is given back as it came. */
export function withShownCalls(text: string, sessions: KnownSessions): string {
  const told = parseJson(outboxResponseSchema, text);
  if (!told.ok) return text;
  const entries = told.value.entries.map(({ shown: _, ...entry }) => {
    const session = sessions.byDaemonId(entry.session)?.record.id;
    if (session === undefined) return entry;
    return { ...entry, shown: { session, ...(UNIQUE_CALL.test(entry.call) && { call: entry.call }) } };
  });
  return JSON.stringify({ ...told.value, entries });
}
