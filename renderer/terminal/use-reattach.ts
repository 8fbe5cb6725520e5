/** Comes back to a terminal that was gone when the page attached, and that somebody has started again since. */
import { useEffect } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { CLOSE } from "../../shared/protocol/wire.ts";
import type { LiveTerminal, TerminalStatus } from "./live-terminal.ts";

/** Waiting before the next attempt at a terminal that is said to run but was not found. */
const REATTACH_MS = 1_000;

export function useReattach(
  session: SessionView,
  live: LiveTerminal | undefined,
  status: TerminalStatus | undefined,
): void {
  const lost = status?.link.state === "closed" && status.link.code === CLOSE.noSuchSession;
  const runs = session.terminal.state === "running";
  useEffect(() => {
    if (!lost || !runs) return;
    const timer = setTimeout(() => live?.reconnectNow(), REATTACH_MS);
    return () => clearTimeout(timer);
  }, [lost, runs, live]);
}
