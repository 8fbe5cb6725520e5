/** What the gateway says of the daemon, the servers and the sessions, and the state of the link to it. */
import { useMemo } from "react";
import { create } from "zustand";
import type { Me } from "../../shared/protocol/access.ts";
import type { AgentId, AppFrame, AppState, SessionView } from "../../shared/protocol/app-frames.ts";
import type { LinkState } from "../gateway/reconnecting-socket.ts";
import { useView } from "./view-store.ts";

export interface AppStore {
  /** Undefined until the first snapshot. */
  app: AppState | undefined;
  /** Who this page is to the gateway; undefined until the first snapshot, and with gateways that do not say. */
  me: Me | undefined;
  link: LinkState;
  /** Milliseconds to add to this page's clock to get the gateway's. */
  clockOffset: number;
}

export const useApp = create<AppStore>(() => ({
  app: undefined,
  me: undefined,
  link: { state: "connecting" },
  clockOffset: 0,
}));

export const setLink = (link: LinkState): void => useApp.setState({ link });

/** `now` is this page's clock in milliseconds at the moment of receipt. */
export function receiveAppFrame(frame: AppFrame, now: number): void {
  if (frame.type === "snapshot") {
    const theirs = Date.parse(frame.app.now);
    useApp.setState({ app: frame.app, me: frame.me, clockOffset: Number.isNaN(theirs) ? 0 : theirs - now });
    return;
  }
  const { app } = useApp.getState();
  if (app !== undefined) useApp.setState({ app: applyAppFrame(app, frame) });
}

/** One change applied; each replaces what it names. */
export function applyAppFrame(app: AppState, frame: Exclude<AppFrame, { type: "snapshot" }>): AppState {
  switch (frame.type) {
    case "daemon":
      return { ...app, daemon: frame.daemon };
    case "daemons":
      return { ...app, daemons: frame.daemons };
    case "servers": {
      const { servers_error: _, ...rest } = app;
      return { ...rest, servers: frame.servers, ...(frame.error === undefined ? {} : { servers_error: frame.error }) };
    }
    case "session":
      return { ...app, sessions: put(app.sessions, frame.session) };
    case "session_removed":
      return { ...app, sessions: app.sessions.filter((session) => session.id !== frame.id) };
    case "outbox":
      return { ...app, outbox: frame.outbox };
    case "inbox":
      return { ...app, inbox: frame.inbox };
    case "recording":
      return { ...app, recording: frame.recording };
  }
}

function put(sessions: readonly SessionView[], session: SessionView): SessionView[] {
  const known = sessions.some((other) => other.id === session.id);
  return known ? sessions.map((other) => (other.id === session.id ? session : other)) : [...sessions, session];
}

/** This device may look at everything and change nothing. */
export const mayOnlyWatch = ({ me }: Pick<AppStore, "me"> = useApp.getState()): boolean => me?.scope === "read-only";
export const useWatching = (): boolean => useApp(mayOnlyWatch);

/** The agent of a session whose program runs. */
export function runningAgent(id: string): AgentId | undefined {
  const session = useApp.getState().app?.sessions.find((known) => known.id === id);
  return session?.terminal.state === "running" ? session.agent : undefined;
}

const NO_SESSIONS: SessionView[] = [];
/** All sessions but those that are being deleted. */
export function useSessions(): SessionView[] {
  const sessions = useApp((store) => store.app?.sessions ?? NO_SESSIONS);
  const leaving = useView((view) => view.leaving);
  return useMemo(
    () => (leaving.length === 0 ? sessions : sessions.filter(({ id }) => !leaving.includes(id))),
    [sessions, leaving],
  );
}
export const useSession = (id: string | undefined): SessionView | undefined =>
  useApp((store) => store.app?.sessions.find((session) => session.id === id));
