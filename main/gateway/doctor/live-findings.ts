/** What the doctor learns from the running gateway: the link, the streams and whether history is kept. */
import type { AppHub } from "../app-hub.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { bad, type Finding, good, warning } from "./finding.ts";

export interface LiveFindingsContext {
  hub: AppHub;
  sessions: Pick<Sessions, "get">;
  /** A clock that only goes forward, in milliseconds. */
  steady: () => number;
}

export function liveFindings(parts: LiveFindingsContext): Finding[] {
  const { daemon, recording, sessions } = parts.hub.state();
  const findings: Finding[] = [
    daemon.state === "connected"
      ? good("link", `Connected to ${daemon.url} since ${daemon.since}.`)
      : warning(
          "link",
          `Not connected (${daemon.state}) since ${daemon.since}. ${daemon.reason ?? ""}`.trim(),
          "Signalbox keeps looking. Start the built-in daemon if none runs.",
        ),
    recording.ok
      ? good("recording", "History is being kept.")
      : bad(
          "recording",
          `History is not being kept: ${recording.reason ?? "unknown"}.`,
          "Make room on the disk; recording resumes then.",
        ),
  ];
  const now = parts.steady();
  for (const { id, label } of sessions) {
    const stream = parts.sessions.get(id)?.stream;
    const status = stream?.status();
    if (stream === undefined || status === undefined || status.status === "ended") continue;
    const age =
      stream.heardAt() === undefined
        ? "nothing yet"
        : `last heard ${Math.round((now - (stream.heardAt() ?? now)) / 1000)} s ago`;
    const text = `Stream of "${label}" (${id.slice(0, 8)}): ${status.status}, ${age}${"detail" in status && status.detail !== undefined ? ` (${status.detail})` : ""}.`;
    findings.push(status.status === "live" ? good("stream", text) : warning("stream", text));
  }
  return findings;
}
