/** Lists sessions: who needs the person, what runs, what ran. */
import { Plus } from "lucide-react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { oneLine } from "../../shared/text/visible.ts";
import { IconButton } from "../parts/button.tsx";
import { useKeptFocus } from "../parts/keep-focus.ts";
import { InterruptedNotice } from "../resume/interrupted-notice.tsx";
import { useApp, useSessions, useWatching } from "../stores/app-store.ts";
import { useSettings } from "../stores/settings-store.ts";
import { openOverlay, selectSession, useView } from "../stores/view-store.ts";
import { groupSessions, inOrder, type SessionGroup } from "./session-groups.ts";
import styles from "./session-list.module.css";
import { SessionRow } from "./session-row.tsx";

export function useSessionGroups(search = "", showArchived = false): SessionGroup[] {
  const sessions = useSessions();
  const pinned = useSettings((settings) => settings.pinned);
  const archived = useSettings((settings) => settings.archived);
  return useMemo(
    () => groupSessions(sessions, { pinned: new Set(pinned), archived: new Set(archived), search, showArchived }),
    [sessions, pinned, archived, search, showArchived],
  );
}

export function SessionList({ newKeys }: { newKeys?: string | undefined }) {
  const panel = useRef<HTMLElement>(null);
  useKeptFocus(panel);
  const [search, setSearch] = useState("");
  const [showArchived, setShowArchived] = useState(false);
  const groups = useSessionGroups(search, showArchived);
  const selected = useView((view) => view.session);
  const home = useApp((store) => store.app?.home_dir ?? "");
  const total = useSessions().length;
  const archivedCount = useSettings((settings) => settings.archived.length);
  const watching = useWatching();
  const all = inOrder(groups);
  const tabbable = all.some((session) => session.id === selected) ? selected : all[0]?.id;

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    const from = all.findIndex((session) => session.id === focusedSession());
    const to = nextIndex(event.key, from, all.length);
    if (to === undefined) return;
    event.preventDefault();
    const id = all[to]?.id;
    if (event.key === "Enter" || event.key === " ") selectSession(id);
    else if (id !== undefined) event.currentTarget.querySelector<HTMLElement>(`[data-session="${id}"]`)?.focus();
  }

  return (
    <nav ref={panel} className={styles.panel} aria-label="Sessions panel" data-region="sessions">
      <header className={styles.head}>
        <h2 className={styles.title}>Sessions</h2>
        {!watching && (
          <IconButton label="New session" keys={newKeys} onClick={() => openOverlay("new-session")}>
            <Plus aria-hidden size={16} strokeWidth={1.75} />
          </IconButton>
        )}
      </header>
      {!watching && <InterruptedNotice />}
      {total > 8 && (
        <input
          className={styles.search}
          type="search"
          placeholder="Search sessions"
          aria-label="Search sessions"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      <div className={styles.scroll} role="listbox" aria-label="Sessions" onKeyDown={onKeyDown} tabIndex={-1}>
        {groups.map((group) => (
          <div key={group.name} className={styles.group} role="group" aria-label={oneLine(group.name)}>
            <div className={styles.groupName} role="presentation">
              {group.name}
              {group.name !== "Recent" && <span className={styles.count}>{group.sessions.length}</span>}
            </div>
            {group.sessions.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                home={home}
                selected={session.id === selected}
                tabbable={session.id === tabbable}
                onSelect={selectSession}
              />
            ))}
          </div>
        ))}
      </div>
      {total > 0 && all.length === 0 && search !== "" && <p className={styles.none}>No sessions match “{search}”.</p>}
      {archivedCount > 0 && (
        <button type="button" className={styles.archived} onClick={() => setShowArchived(!showArchived)}>
          {showArchived ? "Hide archived" : `Archived ${archivedCount}`}
        </button>
      )}
    </nav>
  );
}

const focusedSession = (): string | undefined =>
  document.activeElement instanceof HTMLElement ? document.activeElement.dataset.session : undefined;

/** The row that a key leads to from row `from` of `count`; undefined for a key that is not ours. */
function nextIndex(key: string, from: number, count: number): number | undefined {
  if (count === 0) return undefined;
  if (key === "ArrowDown") return Math.min(count - 1, from + 1);
  if (key === "ArrowUp") return Math.max(0, from - 1);
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if ((key === "Enter" || key === " ") && from >= 0) return from;
  return undefined;
}
