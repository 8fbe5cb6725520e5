/** Finds calls of all sessions by what the page has not: the gateway searches its history, arguments and results included. */
import { useEffect, useState } from "react";
import { readCall } from "../../shared/events/read-call.ts";
import { linkPath } from "../../shared/links/deep-link.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { isEnough } from "../activity/use-found-calls.ts";
import { useServices } from "../shell/services.ts";
import { matcher, NO_FILTER, namesCalls, readFilterText } from "../stores/filters.ts";
import { closeOverlay, followPath } from "../stores/view-store.ts";
import type { Entry } from "./entries.ts";

const NONE: Entry[] = [];
/** Waiting for the typing to pause. */
const PAUSE_MS = 150;

/** Calls of `session`, the shown one, stand with those that the page found itself. */
export function useSearch(query: string, session: string | undefined): Entry[] {
  const { client } = useServices();
  const [entries, setEntries] = useState(NONE);
  useEffect(() => {
    setEntries(NONE);
    const { words } = readFilterText(query);
    if (!isEnough(words)) return;
    let gone = false;
    const timer = setTimeout(async () => {
      const answer = await client.search(words);
      if (gone || !answer.ok) return;
      // The gateway has found the words; what else is asked for is looked at here.
      const found = new Set(answer.value.hits.map(({ call }) => call.id));
      const matches = matcher({ ...NO_FILTER, text: query, found });
      const wanted = ({ call }: (typeof answer.value.hits)[number]) => {
        const known = namesCalls(query) ? readCall(call) : undefined;
        return known === undefined ? !namesCalls(query) : matches(known);
      };
      setEntries(
        answer.value.hits.filter(wanted).map((hit) => ({
          id: hit.session === session ? `call:${hit.call.id}` : `hit:${hit.session}:${hit.call.id}`,
          group: hit.session === session ? "Calls" : "Calls of other sessions",
          name: oneLine(hit.call.tool, 80),
          detail: oneLine([hit.snippet, hit.label, hit.call.state].filter(Boolean).join(" · "), 200),
          at: hit.call.startedAt,
          keys: undefined,
          tone: undefined,
          run() {
            closeOverlay();
            const path = linkPath({ session: hit.session, call: hit.call.id });
            history.pushState(null, "", path);
            followPath(path);
          },
        })),
      );
    }, PAUSE_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [client, query, session]);
  return entries;
}
