/** How the daemon's state reads: in the chip, in a line, and in the banner above the activity. */
import type { DaemonView, DiscoveryAttempt } from "../../shared/protocol/app-frames.ts";
import { formatMinute } from "../activity/elapsed.ts";
import type { DotTone } from "./dot.tsx";

export function daemonTone(daemon: DaemonView): DotTone {
  switch (daemon.state) {
    case "connected":
      return "good";
    case "searching":
    case "starting":
      return "idle";
    case "lost":
    case "mismatch":
      return "warn";
    case "none":
    case "refused":
      return "bad";
  }
}

export const countServers = (count: number): string => `${count} ${count === 1 ? "server" : "servers"}`;

/** What stands in the chip after "Daemon". Who cannot see its colour reads of servers that failed. */
export function chipText(daemon: DaemonView, servers: number, failed: number): string {
  switch (daemon.state) {
    case "connected":
      return failed === 0 ? countServers(servers) : `${failed} of ${countServers(servers)} failed`;
    case "searching":
      return "looking";
    case "starting":
      return "starting";
    case "lost":
      return "disconnected";
    case "none":
      return "not found";
    case "refused":
      return "refused";
    case "mismatch":
      return "other version";
  }
}

/** "Built-in, at 127.0.0.1:54500 · 1 server". */
export function daemonLine(daemon: DaemonView, servers: number): string {
  if (daemon.state !== "connected") return daemonSentence(daemon, 0);
  const address =
    daemon.url === undefined ? "" : `, at ${daemon.url.replace(/^https?:\/\//, "").replace(/\/mcp\/?$/, "")}`;
  return `${daemon.own ? "Built-in" : "Another program's"}${address} · ${countServers(servers)}`;
}

/** One or two sentences: what is the matter and what still works. `now` in the gateway's milliseconds. `terminalWorks`: the shown one is connected. */
export function daemonSentence(daemon: DaemonView, now: number, terminalWorks = false): string {
  switch (daemon.state) {
    case "connected":
      return "Connected.";
    case "searching":
      return "Looking for an MCP daemon…";
    case "starting":
      return "Starting the built-in daemon…";
    case "lost":
      return `Daemon disconnected at ${formatMinute(daemon.since)}. ${retryText(daemon.retry_at, now)}`;
    case "none":
      return terminalWorks
        ? "No MCP daemon found. Your terminal still works; tool activity isn't shown."
        : "No MCP daemon found. Without one no terminal runs here and no tool activity is shown.";
    case "refused":
      return "The daemon refused this app's token.";
    case "mismatch":
      return daemon.reason ?? "The daemon speaks another version of the protocol.";
  }
}

/** "Reconnecting in 4 s." */
export function retryText(retryAt: string | number | undefined, now: number): string {
  if (retryAt === undefined || now === 0) return "Reconnecting…";
  const seconds = Math.ceil(((typeof retryAt === "string" ? Date.parse(retryAt) : retryAt) - now) / 1_000);
  return seconds > 0 ? `Reconnecting in ${seconds} s.` : "Reconnecting…";
}

const OUTCOMES: Record<DiscoveryAttempt["outcome"], string> = {
  used: "in use",
  absent: "not there",
  refused: "refused",
  "no-answer": "no answer",
  unproven: "couldn't prove itself",
  "not-tried": "not tried",
};

export const attemptText = (attempt: DiscoveryAttempt): string =>
  attempt.reason === undefined ? OUTCOMES[attempt.outcome] : `${OUTCOMES[attempt.outcome]}: ${attempt.reason}`;
