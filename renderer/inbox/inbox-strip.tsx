/** What waits in a session, above its terminal: the oldest of it in full, and how much more there is. */
import { lazy, Suspense } from "react";
import { isTold } from "../../shared/protocol/inbox-api.ts";
import { loadCode } from "../gateway/load-code.ts";
import { Button } from "../parts/button.tsx";
import { openOverlay } from "../stores/view-store.ts";
import styles from "./inbox.module.css";
import { useInbox, useInboxSummary } from "./inbox-store.ts";

/** Forms and their patterns are much code, and most of the time nothing waits. */
const EntryCard = lazy(() =>
  loadCode(() => import("./entry-card.tsx")).then(({ EntryCard }) => ({ default: EntryCard })),
);

export function InboxStrip({ session }: { session: string }) {
  const waits = useInboxSummary().heads.some((head) => head.session === session);
  return waits ? <Strip session={session} /> : null;
}

function Strip({ session }: { session: string }) {
  const { entries } = useInbox();
  const here = (entries ?? []).filter((entry) => entry.session === session && entry.answered === undefined);
  // Who is waited for comes before what was told.
  const open = [...here.filter(({ kind }) => !isTold(kind)), ...here.filter(({ kind }) => isTold(kind))];
  const [first] = open;
  if (first === undefined) return null;
  return (
    <section className={styles.stripFrame} aria-label="Waits for you">
      <Suspense>
        <EntryCard key={first.id} entry={first} strip />
      </Suspense>
      {open.length > 1 && (
        <Button kind="link" onClick={() => openOverlay("inbox", first.id)}>
          {open.length - 1} more {open.length === 2 ? "waits" : "wait"} in this session
        </Button>
      )}
    </section>
  );
}
