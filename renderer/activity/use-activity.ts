/** Owns what the activity list shows at a moment: filtered, ordered, and held still while somebody reads or points. */
import { useEffect, useMemo, useReducer, useRef, useSyncExternalStore } from "react";
import type { CallLogStore } from "../stores/call-log-store.ts";
import type { Filter } from "./filters.ts";
import { ListItems } from "./list-items.ts";

export interface Activity {
  list: ListItems;
  /** Changes with every change of the list, which is one object that grows. */
  version: number;
  /** Calls that came since the list was held. */
  fresh: number;
}

/** Calls leave the filters for running and errors while time passes; looked at this often. */
const REFILTER_MS = 250;

/** `held`: nothing is added, removed or moved; what the rows say stays live. */
export function useActivity(store: CallLogStore, filter: Filter, held: boolean): Activity {
  const [generation, refilter] = useReducer((count: number) => count + 1, 0);
  const [version, changed] = useReducer((count: number) => count + 1, 0);
  const list = useFreshList(store, filter, generation);
  const missed = useRef(new Set<string>());

  useEffect(() => {
    if (held) {
      return store.subscribeAny((ids) => {
        for (const id of ids) missed.current.add(id);
        changed();
      });
    }
    const grown = list.sync();
    const resized = list.resize(missed.current);
    missed.current.clear();
    if (grown || resized) changed();
    const stops = [
      store.subscribeShape(() => list.sync() && changed()),
      store.subscribeAny((ids) => list.resize(ids) && changed()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [store, list, held]);

  useEffect(() => {
    if (held || filter.chip === "all") return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = store.subscribeAny(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        refilter();
      }, REFILTER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store, filter.chip, held]);

  return { list, version, fresh: held ? store.order.length - list.seen : 0 };
}

/** Made anew for another store, another filter, and when `generation` says that calls may have left the filter. */
function useFreshList(store: CallLogStore, filter: Filter, generation: number): ListItems {
  const key = useMemo(() => ({ store, filter, generation }), [store, filter, generation]);
  return useMemo(() => new ListItems(key.store, key.filter), [key]);
}

export interface Counts {
  all: number;
  running: number;
  errors: number;
}

export function useCounts(store: CallLogStore): Counts {
  const all = useSyncExternalStore(store.subscribeAny, () => store.order.length);
  const running = useSyncExternalStore(store.subscribeAny, () => store.log.running);
  const errors = useSyncExternalStore(store.subscribeAny, () => store.errors.size);
  return { all, running, errors };
}
