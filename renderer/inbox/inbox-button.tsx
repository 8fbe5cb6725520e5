/** The inbox's place in the title bar, with how much waits. */
import { MessagesSquare } from "lucide-react";
import { IconButton } from "../parts/button.tsx";
import { openOverlay } from "../stores/view-store.ts";
import styles from "./inbox.module.css";
import { useInboxSummary } from "./inbox-store.ts";

export function InboxButton({ narrow }: { narrow: boolean }) {
  const { open } = useInboxSummary();
  // Where room is short, only while something waits; the palette leads there in any case.
  if (narrow && open === 0) return null;
  const label = open === 0 ? "Inbox: nothing waits" : `Inbox: ${open} ${open === 1 ? "waits" : "wait"} for you`;
  return (
    <IconButton label={label} className={open > 0 ? styles.waiting : undefined} onClick={() => openOverlay("inbox")}>
      <MessagesSquare aria-hidden size={16} strokeWidth={1.75} />
      {open > 0 && (
        <span aria-hidden className={styles.badge}>
          {open > 99 ? "99+" : open}
        </span>
      )}
    </IconButton>
  );
}
