/** Owns noticing the calls that begin while a session's terminal is looked at. */
import { useEffect } from "react";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import type { LiveTerminal } from "./live-terminal.ts";

/** A start that arrives later than this was not live, and says nothing about the line that is being written. */
const LIVE_MS = 1_500;

const gatewayNow = (): number => Date.now() + useApp.getState().clockOffset;

export function useCallMarks(session: string, live: LiveTerminal | undefined): void {
  const { streams } = useServices();
  useEffect(() => {
    if (live === undefined) return;
    const store = streams.open(session);
    const calls = () => store.order.length - store.older;
    let seen = calls();
    return store.subscribeAny(() => {
      for (; seen < calls(); seen += 1) {
        const id = store.order[seen + store.older] ?? "";
        const [first] = store.entries(id);
        if (first !== undefined && Math.abs(Date.parse(first.at) - gatewayNow()) < LIVE_MS) live.marks.set(id);
      }
    });
  }, [streams, session, live]);
}
