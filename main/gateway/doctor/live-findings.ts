/** Owns what the doctor learns from the running gateway: the link, the streams and whether history is kept. */
import type { GatewayParts } from "../gateway-parts.ts";
import { bad, type Finding, good, warning } from "./finding.ts";

export function liveFindings(parts: GatewayParts): Finding[] {
  const { daemon, recording, sessions } = parts.hub.state();
  const findings: Finding[] = [
    daemon.state === "connected"
      ? good("link", `Connected to ${daemon.url} since ${daemon.since}.`)
      : warning(
          "link",
          `Not connected (${daemon.state}) since ${daemon.since}. ${daemon.reason ?? ""}`.trim(),
          "Press Retry, or Start built-in daemon.",
        ),
    recording.ok
      ? good("recording", "History is being kept.")
      : bad(
          "recording",
          `History is not being kept: ${recording.reason ?? "unknown"}.`,
          "Make room on the disk; it resumes by itself.",
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
