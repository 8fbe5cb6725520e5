/** The icon of each state: colour always comes with a shape, and text says the same beside it. */
import { Ban, Check, CircleAlert, CircleHelp, CircleX, Inbox, Minus } from "lucide-react";
import styles from "./state-icon.module.css";

export type Tone = "running" | "needs-you" | "failed" | "done" | "cancelled" | "queued" | "unknown" | "idle";

export function StateIcon({ tone, fresh = false }: { tone: Tone; fresh?: boolean }) {
  switch (tone) {
    case "running":
      return <Spinner />;
    case "needs-you":
      return <CircleAlert aria-hidden size={16} strokeWidth={1.75} className={styles.warn} />;
    case "failed":
      return <CircleX aria-hidden size={16} strokeWidth={1.75} className={styles.bad} />;
    case "done":
      return <Check aria-hidden size={16} strokeWidth={1.75} className={fresh ? styles.good : styles.quiet} />;
    case "cancelled":
      return <Ban aria-hidden size={15} strokeWidth={1.75} className={styles.quiet} />;
    case "queued":
      return <Inbox aria-hidden size={15} strokeWidth={1.75} className={styles.warn} />;
    case "unknown":
      return <CircleHelp aria-hidden size={15} strokeWidth={1.75} className={styles.quiet} />;
    case "idle":
      return <Minus aria-hidden size={15} strokeWidth={1.75} className={styles.quiet} />;
  }
}

/** Three quarters of a ring. With reduced motion it stands still. */
export function Spinner({ size = 16 }: { size?: number }) {
  return (
    <svg aria-hidden="true" className={styles.spinner} width={size} height={size} viewBox="0 0 16 16">
      <path
        d="M8 1.75a6.25 6.25 0 1 0 6.25 6.25"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
    </svg>
  );
}
