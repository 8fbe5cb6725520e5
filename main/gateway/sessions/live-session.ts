/** Owns one session as the running gateway holds it: its record, its log, its stream, and what people are shown of it. */

import type { SessionView } from "../../../shared/protocol/app-frames.ts";
import type { TerminalInfo } from "../../../shared/protocol/daemon-api.ts";
import { deriveStatus, type TerminalSigns, withSince } from "../../../shared/sessions/derive-status.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { resumeArguments } from "../../agents/agents.ts";
import type { SessionLog } from "../bridge/session-log.ts";
import type { CallCounts } from "../journal/messages.ts";
import type { SessionStream } from "../link/session-stream.ts";
import type { SessionRecord } from "./session-record.ts";

export interface LiveSession {
  record: SessionRecord;
  readonly log: SessionLog;
  counts: CallCounts;
  attention: boolean;
  attentionReason?: string | undefined;
  signs?: TerminalSigns | undefined;
  stream: SessionStream | undefined;
  /** The daemon's id of the last event that came. */
  eventId: string | undefined;
  /** False for a guest that its daemon has not accepted yet. */
  listed: boolean;
}

export const NO_CALLS: CallCounts = { total: 0, running: 0, failed: 0, last: undefined };

/** What the daemon says of a terminal, in the words of a session. */
export function terminalView(info: TerminalInfo): SessionRecord["terminal"] {
  const title = info.title === "" ? {} : { title: oneLine(info.title, 120) };
  if (info.state === "running") return { state: "running", ...title };
  return { state: "exited", code: info.code ?? null, signal: info.signal ?? null, ...title };
}

/** What else the daemon saw of the program. */
export const terminalSigns = (info: TerminalInfo): TerminalSigns => ({
  word: info.agent_word,
  progress: info.progress,
  quiet: info.quiet,
});

/** Pure but for the record's status, which keeps the moment since which it holds. */
export function sessionView(session: LiveSession, connected: boolean, now: string): SessionView {
  const { record, counts } = session;
  const calls = { total: counts.total, running: counts.running, failed: counts.failed };
  const status = withSince(
    deriveStatus({
      terminal: record.terminal,
      attention: session.attention,
      attentionReason: session.attentionReason,
      signs: session.signs,
      calls,
      lastTool: counts.last?.state === "running" ? counts.last.tool : undefined,
      connected,
    }),
    record.status,
    now,
  );
  record.status = status;
  return {
    id: record.id,
    agent: record.agent,
    agent_name: record.agent_name,
    label: record.label,
    cwd: record.cwd,
    command: record.command,
    ...(resumeArguments(record.agent, record.request) === undefined ? {} : { resumable: true }),
    created_at: record.created_at,
    status,
    terminal: record.terminal,
    calls,
    ...(record.turns?.length ? { turn_started_at: record.turns.at(-1) } : {}),
    ...(counts.last === undefined ? {} : { last_call: counts.last }),
  };
}
