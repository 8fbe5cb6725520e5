/** Owns what the activity list shows at a moment: filtered, ordered, and held still while somebody reads or points. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { type Filter, isError, isFiltering, matcher } from "./filters.ts";
import { buildItems, type Item } from "./list-items.ts";

export interface Activity {
  items: Item[];
  /** Calls that came since the list was held. */
  fresh: number;
}

/** `held`: nothing is added, removed or moved; what the rows say stays live. */
export function useActivity(store: CallLogStore, filter: Filter, held: boolean): Activity {
  const shape = useSyncExternalStore(store.subscribeShape, store.shapeVersion);
  const [layout, setLayout] = useState(0);
  const match = useMemo(() => matcher(filter), [filter]);
  const last = useRef<{ store: CallLogStore; match: typeof match; items: Item[]; count: number }>(undefined);

  useRelayout(store, filter.chip !== "all", setLayout);

  // biome-ignore lint/correctness/useExhaustiveDependencies: shape and layout say that the mutable store has changed
  return useMemo(() => {
    const before = last.current;
    if (held && before !== undefined && before.store === store && before.match === match) {
      return { items: before.items, fresh: store.order.length - before.count };
    }
    const items = buildItems({
      order: store.order,
      calls: store.log.calls,
      turns: store.turns,
      gaps: store.log.gaps,
      match,
      withGaps: !isFiltering(filter),
    });
    last.current = { store, match, items, count: store.order.length };
    return { items, fresh: 0 };
  }, [store, match, filter, held, shape, layout]);
}

/** Rows change their height, and leave a filter, without a call being added: looked at a few times a second, not per event. */
const RELAYOUT_MS = 250;

function useRelayout(
  store: CallLogStore,
  always: boolean,
  setLayout: (update: (count: number) => number) => void,
): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let seen = "";
    const look = () => {
      timer = undefined;
      // Cheap evidence that some height may have changed: the newest calls, where almost all changes are.
      const newest = store.order.slice(-RECENT).map((id) => evidence(store, id));
      const now = `${store.log.running}|${store.log.failed}|${newest.join()}`;
      if (now === seen && !always) return;
      seen = now;
      setLayout((count) => count + 1);
    };
    const stop = store.subscribeAny(() => {
      timer ??= setTimeout(look, RELAYOUT_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store, always, setLayout]);
}

const RECENT = 400;

function evidence(store: CallLogStore, id: string): string {
  const call = store.log.calls.get(id);
  if (call === undefined) return "";
  return `${call.state}${call.progress === undefined ? "" : "p"}${call.message === undefined ? "" : "m"}`;
}

export interface Counts {
  all: number;
  running: number;
  errors: number;
}

/** Counts for the chips; of errors only those that failed for certain are counted by the fold, the rest is looked up. */
export function useCounts(store: CallLogStore): Counts {
  const version = useSyncExternalStore(
    store.subscribeAny,
    useCallback(() => `${store.log.running}|${store.log.failed}|${store.order.length}`, [store]),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: version says that the mutable store has changed
  return useMemo(() => {
    let errors = 0;
    for (const call of store.log.calls.values()) if (isError(call)) errors += 1;
    return { all: store.order.length, running: store.log.running, errors };
  }, [store, version]);
}
