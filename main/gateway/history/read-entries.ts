/** Reads a session's whole history page by page, for exports that must not hold it in memory. */
import { type LogEntry, logEntrySchema } from "../../../shared/events/tool-event.ts";
import { check } from "../../../shared/protocol/schema.ts";
import { parseExact } from "../../../shared/text/exact-json.ts";
import { entriesOf } from "../bridge/chunk.ts";
import type { Journal } from "../journal/open-journal.ts";

/** One entry by its number; undefined where it is kept no more. */
export async function entryAt(
  journal: Pick<Journal, "read">,
  session: string,
  seq: number,
): Promise<LogEntry | undefined> {
  for (const item of await journal.read(session, seq - 1, 1)) {
    if ("lost" in item || item.first > seq || item.last < seq) continue;
    const [value] = JSON.parse(`[${entriesOf(item, seq, seq).toString("utf8")}]`) as unknown[];
    const entry = check(logEntrySchema, value);
    if (entry.ok) return entry.value;
  }
  return undefined;
}

/** Entries in order; runs that are kept no more come as a gap that says how many they were. */
export async function* readEntries(journal: Pick<Journal, "read">, session: string): AsyncGenerator<LogEntry> {
  let at = 0;
  for (;;) {
    const items = await journal.read(session, at);
    if (items.length === 0) return;
    for (const item of items) {
      if (item.last <= at) continue;
      const first = Math.max(item.first, at + 1);
      at = item.last;
      if ("lost" in item) {
        yield { seq: item.last, at: "", event: { kind: "gap", missed: item.last - first + 1 } };
        continue;
      }
      const values: unknown = parseExact(`[${entriesOf(item, first, item.last).toString("utf8")}]`);
      for (const value of Array.isArray(values) ? values : []) {
        const entry = check(logEntrySchema, value);
        if (entry.ok) yield entry.value;
      }
    }
  }
}
