/** Above the list of sessions: how many ran when their daemon ended, and the way to go on with them. */
import { isInterrupted } from "../../shared/sessions/interrupted.ts";
import { useSessions } from "../stores/app-store.ts";
import { openOverlay } from "../stores/view-store.ts";
import styles from "./resume.module.css";

export function InterruptedNotice() {
  const count = useSessions().filter((session) => isInterrupted(session) && session.resumable === true).length;
  if (count === 0) return null;
  return (
    <button type="button" className={styles.notice} onClick={() => openOverlay("resume")}>
      {count === 1 ? "1 session was interrupted" : `${count} sessions were interrupted`}
      <span className={styles.more}>Resume…</span>
    </button>
  );
}
