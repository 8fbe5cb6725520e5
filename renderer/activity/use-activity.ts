/** What the activity list shows at a moment: filtered, ordered, and held still while somebody reads or points. */
import { useCallback, useEffect, useMemo, useReducer, useRef, useState, useSyncExternalStore } from "react";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { changesWithTime, type Filter } from "../stores/filters.ts";
import { nextTask, sliceTime } from "../stores/slices.ts";
import { LIST_HEIGHTS, type RowHeights } from "./list-item.ts";
import { ListItems } from "./list-items.ts";

export interface Activity {
  list: ListItems;
  /** Changes with every change of the list, which is one object that grows. */
  version: number;
  /** Another one for another session or filter: reading begins at the top. */
  beginning: object;
  /** Calls that came since the list was held. */
  fresh: number;
}

/** Calls leave the filters for running and errors while time passes; looked at this often. */
const REFILTER_MS = 250;
/** More than any screen shows: with these the first look at a long list is over. */
const FIRST_ROWS = 80;
/** …or after so many milliseconds. */
const FIRST_MS = 12;

/** `held`: nothing is added, removed or moved; what the rows say stays live. */
export function useActivity(
  store: CallLogStore,
  filter: Filter,
  held: boolean,
  heights: RowHeights = LIST_HEIGHTS,
): Activity {
  const [version, changed] = useReducer((count: number) => count + 1, 0);
  const first = useMemo(() => beginList(store, filter, heights), [store, filter, heights]);
  const [later, setLater] = useState({ of: first, list: first });
  const list = later.of === first ? later.list : first;
  const missed = useRef(new Set<string>());

  // What did not fit into the first look, in slices.
  useEffect(() => (list === first ? inSlices(store, list, changed) : undefined), [store, list, first]);

  /** Lays everything out once more beside what is shown, and shows it when it is whole: nothing jumps. */
  const renew = useCallback(
    (shown: ListItems, isHeld: boolean) => {
      const next = new ListItems(store, filter, heights, isHeld ? shown.newest : undefined);
      return inSlices(store, next, () => next.complete && setLater({ of: first, list: next }));
    },
    [store, filter, heights, first],
  );

  // History has come, or the turns are others.
  useEffect(() => {
    let stop: (() => void) | undefined;
    const look = () => {
      if (store.generation() !== list.generation) stop ??= renew(list, held);
    };
    look();
    const unsubscribe = store.subscribeShape(look);
    return () => {
      unsubscribe();
      stop?.();
    };
  }, [store, list, held, renew]);

  useEffect(() => {
    if (held) {
      let calls = store.order.length;
      return store.subscribeAny((ids) => {
        for (const id of ids) missed.current.add(id);
        if (store.order.length !== calls) changed();
        calls = store.order.length;
      });
    }
    // Turns that were made anew are no neighbours of those in the list: another one is on its way.
    const grown = () => store.generation() === list.generation && list.sync();
    const added = grown();
    const resized = list.resize(missed.current);
    missed.current.clear();
    if (added || resized) changed();
    const stops = [
      store.subscribeShape(() => grown() && changed()),
      store.subscribeAny((ids) => list.resize(ids) && changed()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [store, list, held]);

  useEffect(() => {
    if (held || !changesWithTime(filter)) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopRenewing: (() => void) | undefined;
    // Once: what comes of it is another list.
    const stop = store.subscribeAny(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        stopRenewing ??= renew(list, false);
      }, REFILTER_MS);
    });
    return () => {
      stop();
      stopRenewing?.();
      clearTimeout(timer);
    };
  }, [store, filter, list, held, renew]);

  return { list, version, beginning: first, fresh: held ? store.order.length - store.older - list.newest : 0 };
}

/** As much as is seen at once. */
function beginList(store: CallLogStore, filter: Filter, heights: RowHeights): ListItems {
  const list = new ListItems(store, filter, heights);
  const more = sliceTime(FIRST_MS);
  list.fill((rows) => rows < FIRST_ROWS && more());
  return list;
}

/** Fills a list to its end, telling after each slice, unless it is out of date by then; gives what stops it. */
function inSlices(store: CallLogStore, list: ListItems, told: () => void): () => void {
  let stopped = false;
  const run = async () => {
    while (!list.complete) {
      await nextTask();
      if (stopped || store.generation() !== list.generation) return;
      list.fill(sliceTime());
      told();
    }
  };
  void run();
  return () => {
    stopped = true;
  };
}

export interface Counts {
  all: number;
  running: number;
  errors: number;
}

export function useCounts(store: CallLogStore): Counts {
  const all = useSyncExternalStore(store.subscribeAny, store.count);
  const running = useSyncExternalStore(store.subscribeAny, () => store.log.running);
  const errors = useSyncExternalStore(store.subscribeAny, () => store.errors.size);
  return { all, running, errors };
}
