/** What the UI is told beside events and terminals: one state, and each change of it as a frame. */
import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import type { AppFrame, AppState, DaemonView } from "../../shared/protocol/app-frames.ts";
import { VERSION } from "../home/version.ts";

export interface AppHub {
  state(): AppState;
  publish(change: AppFrame): void;
  subscribe(listener: (change: AppFrame) => void): () => void;
}

/** `now` in milliseconds. */
export function createAppHub(daemon: DaemonView, now: () => number): AppHub {
  const listeners = new Set<(change: AppFrame) => void>();
  const state: AppState = {
    version: VERSION,
    run: randomUUID(),
    now: "",
    home_dir: homedir(),
    daemon,
    servers: [],
    sessions: [],
    recording: { ok: true },
  };

  function apply(change: AppFrame): void {
    switch (change.type) {
      case "snapshot":
        return;
      case "daemon":
        state.daemon = change.daemon;
        return;
      case "daemons":
        state.daemons = change.daemons;
        return;
      case "servers":
        state.servers = change.servers;
        if (change.error === undefined) delete state.servers_error;
        else state.servers_error = change.error;
        return;
      case "session": {
        const at = state.sessions.findIndex(({ id }) => id === change.session.id);
        if (at < 0) state.sessions.push(change.session);
        else state.sessions[at] = change.session;
        return;
      }
      case "session_removed":
        state.sessions = state.sessions.filter(({ id }) => id !== change.id);
        return;
      case "outbox":
        state.outbox = change.outbox;
        return;
      case "inbox":
        state.inbox = change.inbox;
        return;
      case "recording":
        state.recording = change.recording;
        return;
    }
  }

  return {
    state: () => ({ ...state, sessions: [...state.sessions], now: new Date(now()).toISOString() }),
    publish(change) {
      apply(change);
      for (const listener of listeners) listener(change);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
