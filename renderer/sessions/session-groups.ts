/** The order of the session list: who needs the person first, then what runs, then the rest by recency. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { textMatcher } from "../../shared/text/search-words.ts";

export type GroupName = "Pinned" | "Needs you" | "Running" | "Recent" | "Archived";

export interface SessionGroup {
  name: GroupName;
  sessions: SessionView[];
}

export interface Arrangement {
  pinned: ReadonlySet<string>;
  archived: ReadonlySet<string>;
  /** Words of a search in name, agent, folder. */
  search: string;
  showArchived: boolean;
}

export const NO_ARRANGEMENT: Arrangement = {
  pinned: new Set(),
  archived: new Set(),
  search: "",
  showArchived: false,
};

/** Groups that are empty are left out. A session that needs the person is never hidden by being archived or pinned. */
export function groupSessions(sessions: readonly SessionView[], how: Arrangement = NO_ARRANGEMENT): SessionGroup[] {
  const matches = textMatcher(how.search);
  const groups = new Map<GroupName, SessionView[]>();
  for (const session of sessions) {
    if (!matches(`${session.label} ${session.agent_name} ${session.cwd}`)) continue;
    const name = groupOf(session, how);
    if (name === "Archived" && !how.showArchived && how.search.trim() === "") continue;
    groups.set(name, [...(groups.get(name) ?? []), session]);
  }
  const order: GroupName[] = ["Needs you", "Pinned", "Running", "Recent", "Archived"];
  return order.flatMap((name) => {
    const found = groups.get(name);
    return found === undefined ? [] : [{ name, sessions: found.sort(byRecency(name)) }];
  });
}

function groupOf(session: SessionView, how: Arrangement): GroupName {
  const { state } = session.status;
  if (state === "needs_you") return "Needs you";
  if (how.archived.has(session.id)) return "Archived";
  if (how.pinned.has(session.id)) return "Pinned";
  return state === "running" || state === "starting" ? "Running" : "Recent";
}

/** Running sessions keep the order in which they were made, so that they do not jump about; ended ones go by their end. */
function byRecency(name: GroupName): (a: SessionView, b: SessionView) => number {
  const moment = (session: SessionView) =>
    name === "Running" || name === "Pinned" ? session.created_at : session.status.since;
  return (a, b) => moment(b).localeCompare(moment(a));
}

/** The sessions as they are numbered for the keys 1–9. */
export const inOrder = (groups: readonly SessionGroup[]): SessionView[] => groups.flatMap((group) => group.sessions);

/** The session that needs the person next after `current`, in list order and around its end. */
export function nextNeedsYou(groups: readonly SessionGroup[], current: string | undefined): SessionView | undefined {
  const waiting = groups.find((group) => group.name === "Needs you")?.sessions ?? [];
  const at = waiting.findIndex((session) => session.id === current);
  return waiting[(at + 1) % Math.max(1, waiting.length)];
}

/** A folder as people write it: `~` for the home directory. */
export function shortFolder(path: string, home: string): string {
  if (home !== "" && path === home) return "~";
  return home !== "" && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
