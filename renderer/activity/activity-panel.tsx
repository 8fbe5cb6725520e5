/** The activity of one session: head with chips, filter, the list and its empty states. */

import { ArrowUpToLine, ChartGantt, ListFilter, Sigma, X } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { loadCode } from "../gateway/load-code.ts";
import { isInputMethod } from "../keys/input-method.ts";
import { Button, IconButton, join } from "../parts/button.tsx";
import { Empty } from "../parts/notice.tsx";
import { useServices } from "../shell/services.ts";
import { DaemonBanner } from "../states/daemon-banner.tsx";
import { useApp, useSession } from "../stores/app-store.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { type Chip, type Filter, isFiltering, NO_FILTER, readFilterText } from "../stores/filters.ts";
import { openOverlay, selectCall, showWaterfall, useView } from "../stores/view-store.ts";
import { ActivityList, type ListHandle } from "./activity-list.tsx";
import styles from "./activity-panel.module.css";
import { LIST_HEIGHTS, WATERFALL_HEIGHTS } from "./list-item.ts";
import { Minimap } from "./minimap.tsx";
import { PinnedCalls } from "./pinned-calls.tsx";
import { ServerFilter } from "./server-filter.tsx";
import { useActivity, useCounts } from "./use-activity.ts";
import { useFoundCalls } from "./use-found-calls.ts";

const Waterfall = lazy(() =>
  loadCode(() => import("../waterfall/waterfall.tsx")).then(({ Waterfall }) => ({ default: Waterfall })),
);

/** To be keyed by its session: another one begins unfiltered at its newest call. */
export function ActivityPanel({ store }: { store: CallLogStore }) {
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const [follow, setFollow] = useState(true);
  const [pointing, setPointing] = useState(false);
  const { client } = useServices();
  const session = useView((view) => view.session);
  const shown = useSession(session);
  const found = useFoundCalls(client, session, readFilterText(filter.text).words);
  const wanted = useMemo<Filter>(() => (found === undefined ? filter : { ...filter, found }), [filter, found]);
  const [cursor, setCursor] = useState<string>();
  const waterfall = useView((view) => view.waterfall);
  const activity = useActivity(store, wanted, pointing || !follow, waterfall ? WATERFALL_HEIGHTS : LIST_HEIGHTS);
  const counts = useCounts(store);
  const ready = useSyncExternalStore(store.subscribeAny, store.isReady);
  const filterInput = useRef<HTMLInputElement>(null);
  const list = useRef<ListHandle>(null);
  const recording = useApp((app) => app.app?.recording);

  const follows = useCallback((on: boolean) => {
    setFollow(on);
    if (on) {
      setPointing(false);
      setCursor(undefined);
    }
  }, []);
  const open = useCallback((id: string) => {
    setCursor(id);
    selectCall(id);
  }, []);
  /** While a detail is open beside the list, it shows the call that the list is at. */
  const go = useCallback((id: string) => {
    setCursor(id);
    if (useView.getState().call !== undefined) selectCall(id);
  }, []);
  const call = useView((view) => view.call);
  useEffect(() => {
    if (call !== undefined) setCursor(call);
  }, [call]);

  const copy = (id: string) => {
    if (session !== undefined)
      void loadCode(() => import("../detail/copy-call.ts")).then(
        ({ copyCall }) => copyCall(store, client, session, id),
        () => {},
      );
  };

  return (
    <section className={styles.panel} aria-label="Activity panel" data-region="activity">
      <header className={styles.head}>
        <h2 className={styles.title}>Activity</h2>
        <Chips counts={counts} chip={filter.chip} onChip={(chip) => setFilter({ ...filter, chip })} />
        <ServerFilter
          store={store}
          server={filter.server}
          kind={filter.kind}
          onChoose={(chosen) => setFilter({ ...filter, ...chosen })}
        />
        <span className={styles.totals}>
          <IconButton label="Totals" onClick={() => openOverlay("totals", session)}>
            <Sigma aria-hidden size={15} strokeWidth={1.75} />
          </IconButton>
        </span>
        <IconButton label="Waterfall" pressed={waterfall} onClick={() => showWaterfall(!waterfall)}>
          <ChartGantt aria-hidden size={15} strokeWidth={1.75} />
        </IconButton>
      </header>
      <div className={styles.filterBar}>
        <ListFilter aria-hidden size={14} strokeWidth={1.75} className={styles.filterIcon} />
        <input
          ref={filterInput}
          className={styles.filter}
          data-filter
          aria-label="Filter calls"
          placeholder="Filter calls"
          title="Words, tool:name, server:name, state:failed, >1s, <500ms"
          value={filter.text}
          spellCheck={false}
          onChange={(event) => setFilter({ ...filter, text: event.target.value })}
          onKeyDown={(event) => {
            if (isInputMethod(event)) return;
            if (event.key === "Escape") setFilter({ ...filter, text: "" });
            if (event.key === "Escape" || event.key === "ArrowDown" || event.key === "Enter") {
              event.preventDefault();
              list.current?.focus();
            }
          }}
        />
        {filter.text !== "" && (
          <IconButton label="Clear filter" onClick={() => setFilter({ ...filter, text: "" })}>
            <X aria-hidden size={14} strokeWidth={1.75} />
          </IconButton>
        )}
        <button
          type="button"
          className={join(styles.follow, follow && styles.following)}
          aria-pressed={follow}
          onClick={() => follows(!follow)}
        >
          <ArrowUpToLine aria-hidden size={14} strokeWidth={1.75} />
          Follow
        </button>
      </div>
      {shown !== undefined && <DaemonBanner session={shown} />}
      {recording?.ok === false && (
        <p className={styles.recording}>History isn't kept: {recording.reason ?? "it can't be written"}.</p>
      )}
      <Minimap store={store} onPick={open} />
      <PinnedCalls store={store} onOpen={open} />
      {activity.list.items.length === 0 && activity.list.complete && ready ? (
        <ActivityEmpty filter={filter} onClear={() => setFilter(NO_FILTER)} />
      ) : waterfall ? (
        <Suspense>
          <Waterfall store={store} activity={activity} cursor={cursor} onCursor={setCursor} onOpen={open} />
        </Suspense>
      ) : (
        <ActivityList
          ref={list}
          store={store}
          activity={activity}
          cursor={cursor}
          follow={follow}
          onCursor={go}
          onOpen={open}
          onClose={() => selectCall(undefined)}
          onCopy={copy}
          onFollow={follows}
          onPointer={setPointing}
          onFilter={() => filterInput.current?.focus()}
          onHelp={() => openOverlay("shortcuts")}
        />
      )}
    </section>
  );
}

const CHIPS: { chip: Chip; name: string; count: "all" | "running" | "errors" }[] = [
  { chip: "all", name: "All", count: "all" },
  { chip: "running", name: "Running", count: "running" },
  { chip: "errors", name: "Errors", count: "errors" },
];

function Chips(props: {
  counts: Record<"all" | "running" | "errors", number>;
  chip: Chip;
  onChip: (chip: Chip) => void;
}) {
  return (
    <div className={styles.chips} role="group" aria-label="Show">
      {CHIPS.map(({ chip, name, count }) => (
        <button
          key={chip}
          type="button"
          className={styles.chip}
          aria-pressed={props.chip === chip}
          onClick={() => props.onChip(chip)}
        >
          {name} <span className={styles.chipCount}>{props.counts[count].toLocaleString("en-US")}</span>
        </button>
      ))}
    </div>
  );
}

function ActivityEmpty({ filter, onClear }: { filter: Filter; onClear: () => void }) {
  if (!isFiltering(filter)) {
    return <Empty text="No tool calls yet. They appear here when the agent uses an MCP tool." />;
  }
  const text = filter.text.trim();
  const what =
    text === "" ? `No calls are ${filter.chip === "running" ? "running." : "errors."}` : `No calls match '${text}'.`;
  return (
    <Empty text={what}>
      <Button onClick={onClear}>Clear filter</Button>
    </Empty>
  );
}
