/** Every event of one call: what this page has seen, completed from the gateway's history. */
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Call } from "../../shared/events/call.ts";
import { toldCallId } from "../../shared/events/call-id.ts";
import type { LogEntry } from "../../shared/events/tool-event.ts";
import { useServices } from "../shell/services.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";

const PAGE = 1_000;
/** Pages read at most for one call: a long call in a busy session is spread over many. */
const MAX_PAGES = 20;

export function useEntries(store: CallLogStore, session: string, call: Call): readonly LogEntry[] {
  const { client } = useServices();
  const [history, setHistory] = useState<LogEntry[]>([]);
  useSyncExternalStore(store.subscribeAny, store.anyVersion);
  const { id, firstSeq, tool } = call;

  useEffect(() => {
    let gone = false;
    setHistory([]);
    const read = async () => {
      const until = store.log.calls.get(id)?.lastSeq ?? firstSeq;
      const told = toldCallId(id);
      let after = firstSeq - 1;
      for (let page = 0; page < MAX_PAGES && !gone && after < until; page += 1) {
        const answer = await client.events(session, after, PAGE);
        if (!answer.ok || gone) return;
        // Without ids the tool is all there is to go by.
        const ours = answer.value.events.filter(({ event }) =>
          event.kind === "gap" ? false : event.call === undefined ? event.tool === tool : event.call === told,
        );
        setHistory((known) => [...known, ...ours.filter((entry) => entry.seq <= until)]);
        if (answer.value.next === null) return;
        after = answer.value.next;
      }
    };
    void read();
    return () => {
      gone = true;
    };
  }, [client, store, session, id, firstSeq, tool]);

  const bySeq = new Map<number, LogEntry>();
  for (const entry of [...history, ...store.entries(id)]) bySeq.set(entry.seq, entry);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
