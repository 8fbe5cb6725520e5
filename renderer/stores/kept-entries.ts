/** The entries that this page has seen of each call, for its detail; older ones are read from the gateway's history. */
import type { LogEntry } from "../../shared/events/tool-event.ts";

/** Entries kept per call, and calls of which any are kept. */
const MAX_ENTRIES = 200;
const MAX_CALLS = 5_000;

export interface KeptEntries {
  of(call: string): readonly LogEntry[];
  keep(call: string, entry: LogEntry): void;
  forget(call: string): void;
}

export function createKeptEntries(): KeptEntries {
  const kept = new Map<string, LogEntry[]>();
  return {
    of: (call) => kept.get(call) ?? [],
    keep(call, entry) {
      const list = kept.get(call);
      if (list === undefined) {
        kept.set(call, [entry]);
        const [oldest] = kept.keys();
        if (kept.size > MAX_CALLS && oldest !== undefined) kept.delete(oldest);
        return;
      }
      // The first stays: it has the arguments.
      if (list.length >= MAX_ENTRIES) list.splice(1, 1);
      list.push(entry);
    },
    forget: (call) => void kept.delete(call),
  };
}
