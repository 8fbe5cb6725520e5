/** Names the sessions of what waits for a person as pages know them. */
import { type InboxResponse, type InboxSummary, inboxResponseSchema } from "../../../shared/protocol/inbox-api.ts";
import { parseExactJson } from "../../../shared/protocol/schema.ts";

interface KnownSessions {
  /** The session that has, or had, this id at its daemon. */
  byDaemonId(id: string): { record: { id: string } } | undefined;
}

type Shown = (daemonId: string) => string | undefined;

/** `text` is the daemon's answer; one that is not understood is given back as it came. */
export function withShownEntries(text: string, sessions: KnownSessions): string {
  const told = parseExactJson(inboxResponseSchema, text);
  if (!told.ok) return text;
  const shown: Shown = (id) => sessions.byDaemonId(id)?.record.id;
  return JSON.stringify({ entries: withSessions(told.value.entries, shown) } satisfies InboxResponse);
}

export const withShownSessions = (summary: InboxSummary, shown: Shown): InboxSummary => ({
  ...summary,
  heads: withSessions(summary.heads, shown),
});

/** What belongs to a session that is not known here is told without one. */
function withSessions<Item extends { session?: string | undefined }>(items: readonly Item[], shown: Shown): Item[] {
  return items.map(({ session, ...item }) => {
    const id = session === undefined ? undefined : shown(session);
    return { ...item, ...(id !== undefined && { session: id }) } as Item;
  });
}
