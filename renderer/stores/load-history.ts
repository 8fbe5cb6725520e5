/** Loads a session's calls from before this page looked: the newest at once, the rest behind what is shown already. */
import type { Call } from "../../shared/events/call.ts";
import type { CallPage } from "../gateway/read-call-page.ts";
import type { CallLogStore } from "./call-log-store.ts";
import { nextTask } from "./slices.ts";

/** Shown first: more than fits on any screen. */
const FIRST_CALLS = 200;
/** Read in one go after that: parsing them takes a few milliseconds. */
const PAGE_CALLS = 1_000;
/** Calls of one session in the page at most, each about 0.6 KB; the oldest of a longer one are in its export. */
const MAX_CALLS = 200_000;

/** Gives undefined when the gateway did not answer. */
export type ReadPage = (before: number | undefined, limit: number) => Promise<CallPage | undefined>;

export interface HistorySource {
  read: ReadPage;
  /** Nobody looks any more. */
  gone: () => boolean;
  /** Resolves when the newest calls are drawn, and the page has time for others. */
  drawn: () => Promise<void>;
}

/** Returns once the newest calls are in the store and the stream may begin after them; without an answer it begins at its beginning. */
export async function loadHistory(store: CallLogStore, source: HistorySource): Promise<void> {
  const { read, gone } = source;
  const first = await read(undefined, FIRST_CALLS);
  if (first === undefined || gone()) return;
  store.restore(first);
  if (first.more) void loadOlder(store, source, first);
}

/** A page that does not come ends it: what was read is shown. */
async function loadOlder(store: CallLogStore, { read, gone, drawn }: HistorySource, first: CallPage): Promise<void> {
  await drawn();
  const pages: (readonly Call[])[] = [];
  let loaded = first.calls.length;
  let page: CallPage | undefined = first;
  while (page?.more === true && loaded < MAX_CALLS) {
    page = await read(page.calls.at(-1)?.firstSeq, PAGE_CALLS);
    if (gone()) return;
    if (page === undefined || page.calls.length === 0) break;
    pages.push(page.calls);
    loaded += page.calls.length;
    await nextTask();
  }
  const older = pages.flat().reverse();
  await store.placeOlder(older, page?.more === true || page === undefined ? Math.max(0, first.total - loaded) : 0);
}
