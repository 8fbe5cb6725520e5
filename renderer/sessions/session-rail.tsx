/** The session list in its 48 px form, for windows of middle width. */
import { Plus } from "lucide-react";
import { oneLine, visibleLines } from "../../shared/text/visible.ts";
import { IconButton } from "../parts/button.tsx";
import { StateIcon } from "../parts/state-icon.tsx";
import { useWatching } from "../stores/app-store.ts";
import { openOverlay, selectSession, useView } from "../stores/view-store.ts";
import { inOrder } from "./session-groups.ts";
import styles from "./session-list.module.css";
import { useSessionGroups } from "./session-list.tsx";
import { sessionTone, sessionWord } from "./session-tone.ts";

export function SessionRail() {
  const sessions = inOrder(useSessionGroups());
  const selected = useView((view) => view.session);
  const watching = useWatching();
  return (
    <nav className={styles.rail} aria-label="Sessions panel" data-region="sessions">
      {!watching && (
        <IconButton label="New session" onClick={() => openOverlay("new-session")}>
          <Plus aria-hidden size={16} strokeWidth={1.75} />
        </IconButton>
      )}
      <ul aria-label="Sessions">
        {sessions.map((session) => {
          const label = oneLine(session.label, 80);
          return (
            <li key={session.id}>
              <button
                type="button"
                className={styles.railButton}
                aria-current={session.id === selected}
                // With the letters: who speaks to the computer says what is seen.
                aria-label={`${label}, ${sessionWord(session)}, ${initials(label)}`}
                title={visibleLines(`${label}\n${session.status.evidence}`)}
                onClick={() => selectSession(session.id)}
              >
                {initials(label)}
                <span className={styles.railState}>
                  <StateIcon tone={sessionTone(session)} />
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** What tells sessions apart in little room: the first letters of two words, or one and the number at the end. */
function initials(label: string): string {
  const words = label.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const number = words.length > 1 ? words.at(-1) : undefined;
  if (number !== undefined && /^\d{1,2}$/.test(number))
    return `${[...(words[0] ?? "")][0] ?? ""}${number}`.toUpperCase();
  const letters =
    words.length > 1 ? words.slice(0, 2).map((word) => [...word][0] ?? "") : [...(words[0] ?? "?")].slice(0, 2);
  return letters.join("").toUpperCase();
}
