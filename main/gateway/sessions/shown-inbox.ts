/** Names the sessions of what waits for a person as pages know them. */
import {
  type InboxEntry,
  type InboxResponse,
  type InboxSummary,
  inboxResponseSchema,
} from "../../../shared/protocol/inbox-api.ts";
import { parseExactJson } from "../../../shared/protocol/schema.ts";
import { ofDaemon } from "../machines/join-waiting.ts";

interface KnownSessions {
  /** The session that has, or had, this id at its daemon. */
  byDaemonId(id: string): { record: { id: string } } | undefined;
}

/** What a daemon answered. */
export interface DaemonText {
  daemon: string;
  text: string;
}

type Shown = (daemonId: string) => string | undefined;

/** `text` is the daemon's answer; one that is not understood is given back as it came. */
export function withShownEntries(text: string, sessions: KnownSessions): string {
  const entries = shownEntries(text, sessions);
  return entries === undefined ? text : JSON.stringify({ entries } satisfies InboxResponse);
}

function shownEntries(text: string, sessions: KnownSessions): InboxEntry[] | undefined {
  const told = parseExactJson(inboxResponseSchema, text);
  const shown: Shown = (id) => sessions.byDaemonId(id)?.record.id;
  return told.ok ? withSessions(told.value.entries, shown) : undefined;
}

/** The answers of several daemons as one, oldest first. */
export function joinedEntries(answers: readonly DaemonText[], missing: string[], sessions: KnownSessions): string {
  const entries = answers.flatMap(({ daemon, text }) => ofDaemon(daemon, shownEntries(text, sessions) ?? []));
  entries.sort((a, b) => a.created_at.localeCompare(b.created_at));
  return JSON.stringify({ entries, ...(missing.length > 0 && { missing }) } satisfies InboxResponse);
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
