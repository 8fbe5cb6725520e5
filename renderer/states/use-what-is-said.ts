/** Gathers what the page knows of gateway, daemon, stream and terminal, and gives what is to be said of it. */
import { useMemo, useSyncExternalStore } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import type { TerminalStatus } from "../terminal/live-terminal.ts";
import { useLiveTerminal, useTerminalStatus } from "../terminal/terminal-view.tsx";
import { type Said, whatIsSaid } from "./what-is-said.ts";

/** `status`: of the session's terminal, where that is shown. */
export function useWhatIsSaid(session: SessionView, status: TerminalStatus | undefined): Said {
  const { streams } = useServices();
  const store = useMemo(() => streams.open(session.id), [streams, session.id]);
  const stream = useSyncExternalStore(store.subscribeAny, () => store.stream().status);
  const gateway = useApp((app) => app.link);
  const daemon = useApp((app) => app.app?.daemon.state ?? "searching");
  const failed = status?.error !== undefined;
  return whatIsSaid({ gateway, daemon, stream, terminal: status?.link, program: session.terminal.state, failed });
}

/** The same for a place that does not show the terminal. */
export function useSaidOf(session: SessionView): { said: Said; reachable: boolean } {
  const status = useTerminalStatus(useLiveTerminal(session.id));
  return { said: useWhatIsSaid(session, status), reachable: status?.link.state === "open" };
}
