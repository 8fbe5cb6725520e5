/** What the tray tells, drawn from what the app knows, as a pure function. */
import type { AppState, DaemonView, SessionView } from "../../../shared/protocol/app-frames.ts";
import { undecided } from "../../../shared/protocol/outbox-api.ts";
import { oneLine } from "../../../shared/text/visible.ts";

export type TrayMood = "idle" | "running" | "needs-you" | "lost";

export interface TraySession {
  id: string;
  /** Name and place, for one menu row. */
  label: string;
}

export interface TrayState {
  mood: TrayMood;
  tooltip: string;
  /** Beside the icon where the system shows text there (macOS): how many need you. */
  title: string;
  daemon: string;
  /** What is in the outbox; empty when nothing is. */
  outbox: string;
  /** What waits in the inbox, in a line each; the number beyond them is in `inboxMore`. */
  inbox: { id: string; label: string }[];
  inboxMore: number;
  /** Our own daemon is there, and can be restarted; a foreign one is not ours to touch. */
  ownDaemon: boolean;
  needsYou: TraySession[];
  running: TraySession[];
  /** Sessions left out of the two lists. */
  more: number;
  noticesPaused: boolean;
}

/** Rows per list: a menu is for choosing, the window is for browsing. */
const MAX_ROWS = 8;

export function trayState(app: AppState, noticesPaused: boolean): TrayState {
  const needsYou = app.sessions.filter((session) => session.status.state === "needs_you");
  const running = app.sessions.filter((session) => isRunning(session));
  const counts = [
    count(needsYou.length, "session needs you", "sessions need you"),
    count(running.length, "session running", "sessions running"),
  ].filter((text) => text !== "");
  const outbox = outboxLine(app.outbox);
  const entries = (app.inbox?.heads ?? []).map(({ id, from, text }) => ({
    id,
    label: oneLine(`${from}: ${text}`, 70),
  }));
  const daemon = daemonLine(app.daemon, app.servers.length);
  return {
    mood: mood(app.daemon, needsYou.length, running.length),
    tooltip: ["Signalbox", ...(counts.length > 0 ? counts : [daemon]), ...(outbox === "" ? [] : [outbox])].join(" · "),
    title: needsYou.length === 0 ? "" : String(needsYou.length),
    daemon,
    outbox,
    inbox: entries.slice(0, MAX_ROWS),
    inboxMore: Math.max(0, (app.inbox?.open ?? 0) - Math.min(entries.length, MAX_ROWS)),
    ownDaemon: app.daemon.own && (app.daemon.state === "connected" || app.daemon.state === "mismatch"),
    needsYou: needsYou.slice(0, MAX_ROWS).map(row),
    running: running.slice(0, MAX_ROWS).map(row),
    more: Math.max(0, needsYou.length - MAX_ROWS) + Math.max(0, running.length - MAX_ROWS),
    noticesPaused,
  };
}

const isRunning = (session: SessionView): boolean =>
  session.status.state === "running" || session.status.state === "starting";

/** A lost daemon comes first: what the other moods would say may no longer be so. */
function mood(daemon: DaemonView, needsYou: number, running: number): TrayMood {
  if (daemon.state === "lost" || daemon.state === "refused" || daemon.state === "mismatch") return "lost";
  if (needsYou > 0) return "needs-you";
  return running > 0 ? "running" : "idle";
}

function daemonLine(daemon: DaemonView, servers: number): string {
  switch (daemon.state) {
    case "connected":
      return servers === 0 ? "Daemon connected" : `Daemon · ${count(servers, "server", "servers")}`;
    case "searching":
      return "Looking for a daemon…";
    case "starting":
      return "Starting the daemon…";
    case "lost":
      return "Daemon disconnected, reconnecting…";
    case "none":
      return "No MCP daemon found";
    case "refused":
      return "The daemon refused this app's token";
    case "mismatch":
      return "The daemon is of another version";
  }
}

/** Writes that only a person can decide about are told apart from those that are delivered by themselves. */
function outboxLine(outbox: AppState["outbox"]): string {
  if (outbox === undefined) return "";
  return [
    count(outbox.waiting, "write waits", "writes wait"),
    count(undecided(outbox), "write needs your decision", "writes need your decision"),
  ]
    .filter((text) => text !== "")
    .join(", ");
}

const row = (session: SessionView): TraySession => ({
  id: session.id,
  label: oneLine(`${session.label} · ${session.agent_name}`, 60),
});

function count(number: number, one: string, many: string): string {
  if (number === 0) return "";
  return `${number} ${number === 1 ? one : many}`;
}
