/** The outbox's place in the status bar. */
import { Inbox } from "lucide-react";
import { undecided } from "../../shared/protocol/outbox-api.ts";
import styles from "../shell/status-bar.module.css";
import { useApp } from "../stores/app-store.ts";
import { openOverlay } from "../stores/view-store.ts";

/** Nothing where the daemon keeps no outbox. */
export function OutboxStatus() {
  const counts = useApp((store) => store.app?.outbox);
  const connected = useApp((store) => store.app?.daemon.state === "connected");
  if (counts === undefined || !connected) return null;
  const forPerson = undecided(counts);
  const parts = [
    counts.waiting > 0 && `${counts.waiting} in the outbox`,
    forPerson > 0 && `${forPerson} ${forPerson === 1 ? "write needs" : "writes need"} your decision`,
  ].filter((part) => part !== false);
  return (
    <button
      type="button"
      className={parts.length === 0 ? styles.quiet : styles.waiting}
      onClick={() => openOverlay("settings", "outbox")}
    >
      <Inbox aria-hidden size={13} strokeWidth={1.75} />
      {parts.length === 0 ? "Outbox empty" : parts.join(" · ")}
    </button>
  );
}
