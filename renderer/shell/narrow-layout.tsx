/** The window below 760 px: one pane, the activity as a sheet at the bottom, a key row, the sessions as a page. */
import { type ReactNode, Suspense, useMemo, useSyncExternalStore } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { ActivityPanel } from "../activity/activity-panel.tsx";
import { CallRow } from "../activity/call-row.tsx";
import { rowHeight } from "../activity/list-item.ts";
import { PortChip } from "../preview/port-chip.tsx";
import { SessionList } from "../sessions/session-list.tsx";
import { DaemonBanner } from "../states/daemon-banner.tsx";
import { useWatching } from "../stores/app-store.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { selectCall, useView } from "../stores/view-store.ts";
import { KeyRow } from "../terminal/key-row.tsx";
import { TerminalPane } from "../terminal/terminal-pane.tsx";
import styles from "./layout.module.css";
import { Drawer, PreviewPanel } from "./lazy-panels.tsx";
import { useServices } from "./services.ts";
import { useTurnStarts } from "./use-turn-starts.ts";

export function NarrowLayout({ session, middle }: { session: SessionView | undefined; middle: ReactNode }) {
  const { streams } = useServices();
  const sessionsOpen = useView((view) => view.sessionsOpen);
  const sheetOpen = useView((view) => view.sheetOpen);
  const preview = useView((view) => (view.call === undefined ? view.preview : undefined));
  const visit = useView((view) => view.previewVisit);
  const watching = useWatching();
  const id = session?.id;
  const store = useMemo(() => (id === undefined ? undefined : streams.open(id)), [streams, id]);
  useTurnStarts(id, store);
  if (sessionsOpen) {
    return (
      <div className={styles.narrow}>
        <SessionList />
      </div>
    );
  }
  if (session === undefined || store === undefined) return <div className={styles.narrow}>{middle}</div>;
  if (preview !== undefined) {
    return (
      <div className={styles.narrow}>
        <Suspense>
          <PreviewPanel key={`${session.id} ${preview} ${visit}`} session={session} number={preview} back="terminal" />
        </Suspense>
      </div>
    );
  }
  return (
    <div className={styles.narrow}>
      {!sheetOpen && <DaemonBanner session={session} />}
      <div className={styles.narrowChip}>
        <PortChip session={session} />
      </div>
      <div className={styles.narrowTerminal}>
        <TerminalPane key={session.id} session={session} />
      </div>
      <Sheet store={store} />
      {!watching && <KeyRow session={session.id} />}
      <Drawer session={session} />
    </div>
  );
}

/** Pulled down it shows the newest running call and the counts; pulled up the whole activity. */
function Sheet({ store }: { store: CallLogStore }) {
  const open = useView((view) => view.sheetOpen);
  const toggle = () => useView.setState({ sheetOpen: !open });
  return (
    <div className={open ? styles.sheetOpen : styles.sheet}>
      <button type="button" className={styles.handle} aria-expanded={open} aria-label="Activity sheet" onClick={toggle}>
        <span />
      </button>
      {open ? <ActivityPanel store={store} /> : <Summary store={store} onOpen={toggle} />}
    </div>
  );
}

function Summary({ store, onOpen }: { store: CallLogStore; onOpen: () => void }) {
  useSyncExternalStore(
    store.subscribeAny,
    () => `${store.log.running}|${store.errors.size}|${store.count()}|${store.isReady()}`,
  );
  const { running } = store.log;
  const failed = store.errors.size;
  const shown = newest(store);
  const call = shown === undefined ? undefined : store.log.calls.get(shown);
  const others = running - (call?.state === "running" ? 1 : 0);
  return (
    <div className={styles.summary}>
      {call !== undefined && (
        <div role="grid" aria-label="Activity" className={styles.summaryRow} style={{ height: rowHeight(call) }}>
          <CallRow
            store={store}
            id={call.id}
            domId="summary-call"
            index={0}
            height={rowHeight(call)}
            top={0}
            current={false}
            onOpen={selectCall}
          />
        </div>
      )}
      <button type="button" className={styles.counts} onClick={onOpen}>
        {call === undefined && (store.isReady() ? "No tool calls yet" : "Loading calls…")}
        {others > 0 && `+${others} running`}
        {others > 0 && failed > 0 && " · "}
        {failed > 0 && (
          <span className={styles.failed}>
            {failed} {failed === 1 ? "error" : "errors"}
          </span>
        )}
        {call !== undefined &&
          others <= 0 &&
          failed === 0 &&
          `${store.count()} ${store.count() === 1 ? "call" : "calls"}`}
      </button>
    </div>
  );
}

/** The newest call that runs, else the newest. Looks back a bounded way. */
function newest(store: CallLogStore): string | undefined {
  for (let index = store.order.length - 1; index >= Math.max(0, store.order.length - 200); index -= 1) {
    const id = store.order[index];
    if (id !== undefined && store.log.calls.get(id)?.state === "running") return id;
  }
  return store.order.at(-1);
}
