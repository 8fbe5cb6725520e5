/** What scripts get to know of a session: fields that stay, whatever the page's own view becomes. */
import type { SessionNeed, SessionView } from "../../shared/protocol/app-frames.ts";

/** docs/scripts.md has these fields; one is never renamed or given another meaning. */
export interface SessionFacts {
  id: string;
  label: string;
  agent: string;
  agent_name: string;
  cwd: string;
  state: SessionView["status"]["state"];
  /** With `needs_you`: what for. */
  needs?: SessionNeed;
  /** It runs and rests. */
  idle: boolean;
  evidence: string;
  since: string;
  /** The program: whether it runs, and how it ended. */
  program: { state: SessionView["terminal"]["state"]; code: number | null; signal: string | null };
  calls: { total: number; running: number; failed: number };
  created_at: string;
  /** The machine that runs it, where that is another one. */
  machine?: string;
}

export function sessionFacts(view: SessionView): SessionFacts {
  const { status, terminal } = view;
  return {
    id: view.id,
    label: view.label,
    agent: view.agent,
    agent_name: view.agent_name,
    cwd: view.cwd,
    state: status.state,
    ...(status.needs !== undefined && { needs: status.needs }),
    idle: status.idle === true,
    evidence: status.evidence,
    since: status.since,
    program: { state: terminal.state, code: terminal.code ?? null, signal: terminal.signal ?? null },
    calls: { total: view.calls.total, running: view.calls.running, failed: view.calls.failed },
    created_at: view.created_at,
    ...(view.daemon !== undefined && { machine: view.daemon }),
  };
}
