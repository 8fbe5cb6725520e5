/** What waits for a person on this machine and on others, told as one: the heads of inboxes and the counts of outboxes. */
import { type InboxEntry, type InboxSummary, MAX_HEADS } from "../../../shared/protocol/inbox-api.ts";
import type { OutboxCounts } from "../../../shared/protocol/outbox-api.ts";
import { type DaemonId, OWN_DAEMON } from "../link/daemon-ref.ts";

/** An entry's id as pages know it: another machine's has the machine's before it, since two machines may name the same. */
export const shownEntryId = (daemon: DaemonId, id: string): string => (daemon === OWN_DAEMON ? id : `${daemon}.${id}`);

/** Where the entry of this id is, and what it is called there. */
export function entryPlace(shown: string): { daemon: DaemonId; id: string } {
  const [, daemon, id] = /^([0-9a-f]{16})\.(.+)$/s.exec(shown) ?? [];
  return daemon === undefined || id === undefined ? { daemon: OWN_DAEMON, id: shown } : { daemon, id };
}

/** A list's items as pages know them, each with its machine where that is another one. */
export function ofDaemon<Item extends Pick<InboxEntry, "id">>(daemon: DaemonId, items: readonly Item[]): Item[] {
  if (daemon === OWN_DAEMON) return [...items];
  return items.map((item) => ({ ...item, id: shownEntryId(daemon, item.id), machine: daemon }));
}

export interface Waiting {
  /** That daemon's inbox is this now. Gives that of all. */
  inbox(daemon: DaemonId, summary: InboxSummary): InboxSummary;
  outbox(daemon: DaemonId, counts: OutboxCounts): OutboxCounts;
  /** Nobody can be asked there any more. Gives what has changed by that. */
  gone(daemon: DaemonId): { inbox?: InboxSummary; outbox?: OutboxCounts };
  /** All daemons that have told of something. */
  daemons(): DaemonId[];
}

export function createWaiting(): Waiting {
  const inboxes = new Map<DaemonId, InboxSummary>();
  const outboxes = new Map<DaemonId, OutboxCounts>();
  let revision = 0;

  function allInboxes(): InboxSummary {
    revision += 1;
    const heads = [...inboxes].flatMap(([daemon, summary]) => ofDaemon(daemon, summary.heads));
    return {
      open: [...inboxes.values()].reduce((sum, { open }) => sum + open, 0),
      revision,
      heads: heads.sort((a, b) => a.created_at.localeCompare(b.created_at)).slice(0, MAX_HEADS),
    };
  }
  function allOutboxes(): OutboxCounts {
    const sum = { waiting: 0, dead: 0, unknown: 0, held: 0 };
    for (const counts of outboxes.values()) {
      sum.waiting += counts.waiting;
      sum.dead += counts.dead;
      sum.unknown += counts.unknown;
      sum.held += counts.held ?? 0;
    }
    return sum;
  }

  return {
    inbox(daemon, summary) {
      inboxes.set(daemon, summary);
      return allInboxes();
    },
    outbox(daemon, counts) {
      outboxes.set(daemon, counts);
      // On a machine alone it stays as its daemon told it.
      return outboxes.size === 1 ? counts : allOutboxes();
    },
    gone(daemon) {
      const hadInbox = inboxes.delete(daemon);
      const hadOutbox = outboxes.delete(daemon);
      return { ...(hadInbox && { inbox: allInboxes() }), ...(hadOutbox && { outbox: allOutboxes() }) };
    },
    daemons: () => [...new Set([...inboxes.keys(), ...outboxes.keys()])],
  };
}
