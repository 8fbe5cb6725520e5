/** The bar at the bottom: what runs and what failed, and the terminal's facts. */
import { CircleX } from "lucide-react";
import { useMemo, useSyncExternalStore } from "react";
import { OutboxStatus } from "../outbox/outbox-status.tsx";
import { Spinner } from "../parts/state-icon.tsx";
import { useSession, useSessions } from "../stores/app-store.ts";
import { useSettings } from "../stores/settings-store.ts";
import { useView } from "../stores/view-store.ts";
import { useLiveTerminal, useTerminalStatus } from "../terminal/terminal-view.tsx";
import { useServices } from "./services.ts";
import styles from "./status-bar.module.css";

export function StatusBar() {
  const id = useView((view) => view.session);
  const session = useSession(id);
  const count = useSessions().length;
  return (
    <footer className={styles.bar}>
      {session === undefined ? (
        <span>{count === 0 ? "No sessions yet" : `${count} ${count === 1 ? "session" : "sessions"}`}</span>
      ) : (
        <Calls id={session.id} />
      )}
      <OutboxStatus />
      <span className={styles.space} />
      {session !== undefined && <TerminalFacts id={session.id} />}
    </footer>
  );
}

function Calls({ id }: { id: string }) {
  const { streams } = useServices();
  const store = useMemo(() => streams.open(id), [streams, id]);
  const running = useSyncExternalStore(store.subscribeAny, () => store.log.running);
  const failed = useSyncExternalStore(store.subscribeAny, () => store.errors.size);
  const total = useSyncExternalStore(store.subscribeAny, store.count);
  const ready = useSyncExternalStore(store.subscribeAny, store.isReady);
  return (
    <>
      {running > 0 && (
        <span className={styles.running}>
          <Spinner size={13} />
          {running} running
        </span>
      )}
      {failed > 0 && (
        <span className={styles.failed}>
          <CircleX aria-hidden size={13} strokeWidth={1.75} />
          {failed} {failed === 1 ? "error" : "errors"}
        </span>
      )}
      {running === 0 && failed === 0 && (
        <span>
          {total === 0
            ? ready
              ? "No calls yet"
              : "Loading calls…"
            : `${total.toLocaleString("en-US")} ${total === 1 ? "call" : "calls"}, none running`}
        </span>
      )}
    </>
  );
}

function TerminalFacts({ id }: { id: string }) {
  const status = useTerminalStatus(useLiveTerminal(id));
  const scrollback = useSettings((settings) => settings.scrollback);
  if (status === undefined) return null;
  return (
    <>
      <span className={styles.wide} title="Lines that the terminal keeps to scroll back to">
        {scrollback.toLocaleString("en-US")} lines of scrollback
      </span>
      <span className={styles.wide}>UTF-8</span>
      <span title="Columns × rows">
        {status.cols} × {status.rows}
      </span>
    </>
  );
}
