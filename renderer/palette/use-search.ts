/** Owns finding calls of other sessions: the gateway searches its history. */
import { useEffect, useState } from "react";
import { linkPath } from "../../shared/links/deep-link.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { useServices } from "../shell/services.ts";
import { closeOverlay, followPath } from "../stores/view-store.ts";
import type { Entry } from "./entries.ts";

const NONE: Entry[] = [];
/** Waiting for the typing to pause. */
const PAUSE_MS = 150;
const MIN_LENGTH = 2;

/** `session` is left out: its calls are found in the page itself. */
export function useSearch(query: string, session: string | undefined): Entry[] {
  const { client } = useServices();
  const [entries, setEntries] = useState(NONE);
  useEffect(() => {
    setEntries(NONE);
    if (query.length < MIN_LENGTH) return;
    let gone = false;
    const timer = setTimeout(async () => {
      const answer = await client.search(query);
      if (gone || !answer.ok) return;
      const hits = answer.value.hits.filter((hit) => hit.session !== session);
      setEntries(
        hits.map((hit) => ({
          id: `hit:${hit.session}:${hit.call.id}`,
          group: "Calls of other sessions",
          name: oneLine(hit.call.tool, 80),
          detail: oneLine(`${hit.label} · ${hit.call.state}`, 120),
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
