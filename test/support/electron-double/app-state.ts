/** Small, valid pieces of app state for tests. */
import type { AppState, SessionStatus, SessionView } from "../../../shared/protocol/app-frames.ts";

export interface SessionSketch {
  id?: string;
  label?: string;
  state?: SessionStatus["state"];
  since?: string;
  created_at?: string;
}

export function session(sketch: SessionSketch = {}): SessionView {
  const created_at = sketch.created_at ?? "2026-11-20T10:00:00Z";
  const state = sketch.state ?? "running";
  const terminal = state === "finished" || state === "failed" ? "exited" : "running";
  return {
    id: sketch.id ?? "a",
    agent: "claude",
    agent_name: "Claude Code",
    label: sketch.label ?? "api-refactor",
    cwd: "~/src/api",
    command: "claude",
    created_at,
    status: { state, evidence: "test", since: sketch.since ?? created_at },
    terminal: { state: terminal },
    calls: { total: 0, running: 0, failed: 0 },
  };
}

export function appState(parts: Partial<AppState> = {}): AppState {
  return {
    version: "0",
    now: "2026-11-20T10:00:00Z",
    home_dir: "/home/p",
    daemon: { state: "connected", own: true, since: "2026-11-20T10:00:00Z", attempts: [] },
    servers: [],
    sessions: [],
    recording: { ok: true },
    ...parts,
  };
}
