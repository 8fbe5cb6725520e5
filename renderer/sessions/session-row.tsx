/** One row of the session list. */
import { memo, useEffect, useRef } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine, visibleLines } from "../../shared/text/visible.ts";
import { formatAge, formatMinute } from "../activity/elapsed.ts";
import { useMachine } from "../machines/use-machine.ts";
import { join } from "../parts/button.tsx";
import { StateIcon } from "../parts/state-icon.tsx";
import { useNow } from "../stores/clock.ts";
import styles from "./session-list.module.css";
import { sessionLine, sessionTone, spokenSession } from "./session-tone.ts";

interface RowProps {
  session: SessionView;
  home: string;
  selected: boolean;
  /** The one row of the list that Tab reaches. */
  tabbable: boolean;
  onSelect: (id: string) => void;
}

export const SessionRow = memo(function SessionRow({ session, home, selected, tabbable, onSelect }: RowProps) {
  const now = useNow("slow");
  const machine = useMachine(session.daemon);
  const line = machine === undefined ? sessionLine(session, home) : `${machine} · ${sessionLine(session, home)}`;
  const label = oneLine(session.label, 120);
  const age = formatAge(Date.parse(session.status.since), now);
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected) row.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <div
      ref={row}
      role="option"
      aria-selected={selected}
      tabIndex={tabbable ? 0 : -1}
      aria-description={`since ${formatMinute(session.status.since)}`}
      data-session={session.id}
      className={join(styles.row, selected && styles.selected)}
      title={visibleLines(`${session.status.evidence}\n${session.cwd}`)}
      onClick={() => onSelect(session.id)}
    >
      <span className={styles.icon}>
        <StateIcon tone={sessionTone(session)} />
      </span>
      <span className="visually-hidden">
        {spokenSession(session, home)}
        {machine !== undefined && `, on ${machine}`}
      </span>
      <span className={styles.texts} aria-hidden>
        <span className={styles.first}>
          <span className={styles.name}>{label}</span>
          <span className={styles.age}>{age}</span>
        </span>
        <span className={styles.line}>{line}</span>
      </span>
    </div>
  );
});
