/** One session as the running gateway holds it: its record, its log, its stream, and what people are shown of it. */

import type { SessionNeed, SessionView } from "../../../shared/protocol/app-frames.ts";
import type { Asks, TerminalInfo } from "../../../shared/protocol/daemon-api.ts";
import type { DaemonPort, PortView } from "../../../shared/protocol/preview-api.ts";
import { deriveStatus, type TerminalSigns, withSince } from "../../../shared/sessions/derive-status.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { SessionLog } from "../bridge/session-log.ts";
import type { CallCounts } from "../journal/messages.ts";
import type { EntryCount } from "../link/entry-count.ts";
import type { SessionStream } from "../link/session-stream.ts";
import type { PreviewNames } from "../preview/preview-names.ts";
import { ownResumption } from "./conversations.ts";
import type { SessionRecord } from "./session-record.ts";

export interface LiveSession {
  record: SessionRecord;
  readonly log: SessionLog;
  /** Numbers those of its entries that its daemon does not. */
  readonly count: EntryCount;
  counts: CallCounts;
  attention: boolean;
  attentionReason?: string | undefined;
  attentionNeed?: SessionNeed | undefined;
  signs?: TerminalSigns | undefined;
  /** What waits for a person in it. */
  asks?: Asks | undefined;
  stream: SessionStream | undefined;
  /** Where the last event came from: its id at our own daemon, or the mark of another's run (link/run-mark.ts). */
  eventId: string | undefined;
  /** What others of the same place were shown of it last: whether it runs, and when it ran. */
  told?: string;
  /** Ports on which its programs listen, and its exposed ones on which anybody does; undefined where the daemon did not say. */
  ports?: readonly DaemonPort[] | undefined;
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

/** Pure but for the record's status, which keeps the moment since which it holds. `overtaken`: the last conversation of its folder is another's. */
export function sessionView(
  session: LiveSession,
  connected: boolean,
  now: string,
  { overtaken = () => false, names }: { overtaken?: () => boolean; names?: PreviewNames } = {},
): SessionView {
  const { record, counts } = session;
  const calls = { total: counts.total, running: counts.running, failed: counts.failed };
  const status = withSince(
    deriveStatus({
      terminal: record.terminal,
      attention: session.attention,
      attentionReason: session.attentionReason,
      attentionNeed: session.attentionNeed,
      signs: session.signs,
      asks: session.asks,
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
    ...(ownResumption(record, overtaken) === undefined ? {} : { resumable: true }),
    created_at: record.created_at,
    status,
    ...(record.terminal_daemon === undefined ? {} : { daemon: record.terminal_daemon }),
    terminal: record.terminal,
    calls,
    ...(record.turns?.length ? { turn_started_at: record.turns.at(-1) } : {}),
    ...(counts.last === undefined ? {} : { last_call: counts.last }),
    ...(names === undefined ? {} : portsOf(session, connected, names)),
  };
}

/** Ports that programs of the session listen on, and exposed ones, in order of their numbers. */
function portsOf({ record, ports }: LiveSession, connected: boolean, names: PreviewNames): { ports?: PortView[] } {
  const exposures = new Map((record.exposures ?? []).map((exposure) => [exposure.port, exposure]));
  const heard = new Map((connected ? (ports ?? []) : []).map((told) => [told.port, told]));
  const numbers = [...new Set([...exposures.keys(), ...heard.keys()])].toSorted((a, b) => a - b);
  if (numbers.length === 0) return {};
  return {
    ports: numbers.map((port) => {
      const [exposure, told] = [exposures.get(port), heard.get(port)];
      const url = exposure === undefined ? undefined : names.origin({ session: record.id, port });
      return {
        port,
        exposed: exposure !== undefined,
        health: told !== undefined ? "up" : connected && ports !== undefined ? "down" : "unknown",
        ...(told?.process === undefined ? {} : { process: oneLine(told.process, 60) }),
        ...(told === undefined ? {} : { ours: told.ours }),
        ...(exposure?.label === undefined ? {} : { label: exposure.label }),
        ...(exposure?.pathPrefix === undefined ? {} : { pathPrefix: exposure.pathPrefix }),
        ...(url === undefined ? {} : { url: `${url}/` }),
      };
    }),
  };
}
