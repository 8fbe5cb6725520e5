/** Owns the outbox's place in the status bar. */
import { Inbox } from "lucide-react";
import { useSyncExternalStore } from "react";
import styles from "../shell/status-bar.module.css";
import { useApp } from "../stores/app-store.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { openOverlay } from "../stores/view-store.ts";
import { useOutbox } from "./use-outbox.ts";

/** Calls that are queued, delivered or discarded are the sign that the outbox has changed. */
export function OutboxStatus({ store }: { store: CallLogStore }) {
  const changes = useSyncExternalStore(store.subscribeAny, () => store.outboxChanges());
  const own = useApp((app) => app.app?.daemon.own === true && app.app.daemon.state === "connected");
  return own ? <Count version={changes} /> : null;
}

function Count({ version }: { version: number }) {
  const { entries } = useOutbox(version);
  if (entries === undefined) return null;
  const text = entries.length === 0 ? "Outbox empty" : `${entries.length} in the outbox`;
  return (
    <button
      type="button"
      className={entries.length === 0 ? styles.quiet : styles.waiting}
      onClick={() => openOverlay("settings", "outbox")}
    >
      <Inbox aria-hidden size={13} strokeWidth={1.75} />
      {text}
    </button>
  );
}
