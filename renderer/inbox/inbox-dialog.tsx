/** The inbox as a place of its own: everything that waits, oldest first, and what was answered in the last day. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { InboxEntry } from "../../shared/protocol/inbox-api.ts";
import { visible } from "../../shared/text/visible.ts";
import { AwayMachines } from "../machines/away-machines.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { closeOverlay, useView } from "../stores/view-store.ts";
import { EntryCard } from "./entry-card.tsx";
import styles from "./inbox.module.css";
import { useInbox } from "./inbox-store.ts";

/** Answered ones that are drawn. */
const MAX_PAST = 100;

export function InboxDialog() {
  const { entries, fault, missing } = useInbox();
  const wanted = useView((view) => view.about);
  const here = useSeen(entries);
  const list = useRef<HTMLDivElement>(null);
  const focus = (id: string | undefined) =>
    list.current?.querySelector<HTMLElement>(id === undefined ? "[data-open]" : `[data-entry="${CSS.escape(id)}"]`);
  const reached = useRef<string>(undefined);
  const loaded = entries !== undefined;
  useEffect(() => {
    if (!loaded || reached.current === (wanted ?? "")) return;
    const frame = requestAnimationFrame(() => {
      const card = (focus(wanted) ?? focus(undefined))?.querySelector<HTMLElement>("article");
      reached.current = wanted ?? "";
      card?.scrollIntoView({ block: "nearest" });
      card?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  });

  const past = (entries ?? []).filter(({ id, answered }) => answered !== undefined && !here.has(id)).reverse();
  const shown = (entries ?? []).filter(({ id }) => here.has(id));
  const waiting = shown.filter(({ answered }) => answered === undefined).length;
  /** After an answer: the next one that waits. */
  const goOn = () =>
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>("[data-open] > article")?.focus());
  return (
    <Dialog title="Inbox" onClose={closeOverlay} width={680}>
      {fault !== undefined && (
        <p className={styles.note} role="alert">
          {visible(fault.message)} {visible(fault.hint ?? "")}
        </p>
      )}
      <AwayMachines ids={missing} lacks="so what waits there is not listed" className={styles.note} />
      {loaded && waiting === 0 && <p className={styles.empty}>Nothing waits for you.</p>}
      <div ref={list} className={styles.list}>
        {shown.map((entry) => (
          <div key={entry.id} data-entry={entry.id} data-open={entry.answered === undefined ? "" : undefined}>
            <EntryCard entry={entry} onAnswered={goOn} />
          </div>
        ))}
      </div>
      {past.length > 0 && (
        <details className={styles.past}>
          <summary>Answered in the last day ({past.length})</summary>
          <div className={styles.list}>
            {past.slice(0, MAX_PAST).map((entry) => (
              <EntryCard key={entry.id} entry={entry} />
            ))}
          </div>
        </details>
      )}
    </Dialog>
  );
}

/** What waits, and what waited when it was first seen: nothing moves away under a person's hand. */
function useSeen(entries: readonly InboxEntry[] | undefined): ReadonlySet<string> {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const now = useMemo(() => (entries ?? []).filter(({ answered }) => answered === undefined), [entries]);
  if (now.every(({ id }) => seen.has(id))) return seen;
  const all = new Set([...seen, ...now.map(({ id }) => id)]);
  setSeen(all);
  return all;
}
