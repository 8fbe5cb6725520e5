/** What history says of calls beyond the calls themselves: the sums of a session, and the words in which a search found one. */

import { messageTexts, valueTexts } from "../../../shared/events/call-texts.ts";
import { type CallTotals, createCallTotals } from "../../../shared/events/call-totals.ts";
import type { LogEntry, ToolEvent } from "../../../shared/events/tool-event.ts";
import { snippetOf } from "../../../shared/text/snippet.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { Journal } from "../journal/open-journal.ts";
import { readStoredCall } from "../journal/stored-call.ts";
import { entryAt, readEntries } from "./read-entries.ts";

/** Reads the history page by page, so that nothing else waits for it. */
export async function callTotals(journal: Pick<Journal, "read" | "calls">, session: string): Promise<CallTotals> {
  const totals = createCallTotals();
  for (const text of await journal.calls(session)) {
    const call = readStoredCall(text);
    if (call !== undefined) totals.call(call);
  }
  for await (const { event } of readEntries(journal, session)) {
    if (event.kind === "gap" || event.kind === "progress") continue;
    const bytes = bytesOf(event);
    if (bytes > 0) totals.bytes(event.tool, event.server, bytes);
  }
  return totals.result();
}

/** Of arguments and result as JSON, what is kept beside the event or was cut included. */
function bytesOf({ args, result, cut, parts }: ToolEvent): number {
  const size = (value: unknown, full: number | undefined) =>
    full ?? (value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value) ?? ""));
  const beside = (parts ?? []).reduce((sum, part) => sum + part.bytes, 0);
  return size(args, cut?.args) + size(result, cut?.result) + beside;
}

/** Where a found call holds the words: in its message or error, its arguments, or its result. `call` is its JSON. */
export async function callSnippet(
  journal: Pick<Journal, "read">,
  session: string,
  call: string,
  query: string,
): Promise<string | undefined> {
  const found = readStoredCall(call);
  if (found === undefined) return undefined;
  const said = snippetOf(messageTexts(found), query);
  if (said !== undefined) return oneLine(said, 160);
  const entries = await Promise.all([found.firstSeq, found.lastSeq].map((seq) => entryAt(journal, session, seq)));
  const snippet = snippetOf(entries.flatMap(textsOf), query);
  return snippet === undefined ? undefined : oneLine(snippet, 160);
}

const textsOf = (entry: LogEntry | undefined): string[] =>
  entry === undefined || entry.event.kind === "gap"
    ? []
    : [
        ...valueTexts(entry.event.args),
        ...valueTexts(entry.event.result),
        ...messageTexts({ message: entry.event.message, error: entry.event.error }),
      ];
