/** Whose conversation an agent would go on with that knows only "the last one of this folder": this session's, or another's. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { agentKind, resumptionOf } from "../../agents/agents.ts";
import type { Resumption } from "../../agents/command-line.ts";
import type { SessionRecord } from "./session-record.ts";

type Known = Pick<SessionRecord, "agent" | "cwd" | "request" | "terminal" | "created_at" | "ran" | "status">;

/** Two sessions with the same one are two conversations of one agent in one folder. */
export function conversationPlace({ agent, cwd, request }: Known): string {
  const kind = agentKind(agent, request);
  let folder = cwd;
  try {
    folder = realpathSync(cwd);
  } catch {
    // It is gone; its name is what is left of it.
  }
  // opencode knows projects, not folders.
  return `${kind} ${kind === "opencode" ? projectOf(folder) : folder}`;
}

function projectOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return folder;
  }
}

export const isActive = ({ terminal }: Pick<SessionRecord, "terminal">): boolean =>
  terminal.state === "running" || terminal.state === "starting";

/** When its program ended last, ISO 8601; undefined while it never ran. */
function endedAt({ ran, terminal, status }: Known): string | undefined {
  if (ran !== undefined) return ran.to;
  // Of an earlier version, which kept only since when its state holds.
  return terminal.state === "exited" || terminal.state === "gone" ? status?.since : undefined;
}

/**
 * Whether `other`, in the same place, may have the last conversation: it runs, or it ended after `session` was started. Which of two
 * that ran at the same time spoke last is not known here, so neither goes on by "the last one".
 */
export function overtakes(other: Known, session: Known): boolean {
  if (isActive(other)) return true;
  const ended = endedAt(other);
  return ended !== undefined && ended >= (session.ran?.from ?? session.created_at);
}

/** How the session's agent can go on with its own conversation; undefined where it cannot. */
export function ownResumption(record: SessionRecord, overtaken: () => boolean): Resumption | undefined {
  const found = resumptionOf(record.agent, { ...record.request, conversation: record.conversation });
  return found?.by === "folder" && overtaken() ? undefined : found;
}
