/** How a session's state looks and reads in a list. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { oneLine } from "../../shared/text/visible.ts";
import type { Tone } from "../parts/state-icon.tsx";
import { shortFolder } from "./session-groups.ts";

export function sessionTone(session: SessionView): Tone {
  switch (session.status.state) {
    case "starting":
    case "running":
      return session.status.idle === true ? "idle" : "running";
    case "needs_you":
      return "needs-you";
    case "finished":
      return "done";
    case "failed":
      return "failed";
    case "unknown":
      return "unknown";
  }
}

export const isRunning = ({ terminal }: SessionView): boolean => terminal.state === "running";

const WORDS: Record<SessionView["status"]["state"], string> = {
  starting: "starting",
  running: "running",
  needs_you: "needs you",
  finished: "finished",
  failed: "failed",
  unknown: "state unknown",
};

export const sessionWord = ({ status }: SessionView): string => (status.idle === true ? "quiet" : WORDS[status.state]);

/** A row as it is read aloud: `billing, needs you: Approve the migration?, Codex, ~/src/billing`. */
export function spokenSession(session: SessionView, home: string): string {
  const state = `${sessionWord(session)}: ${oneLine(session.status.evidence, 160)}`;
  const said = [
    oneLine(session.label, 120),
    state,
    oneLine(session.agent_name, 60),
    oneLine(shortFolder(session.cwd, home), 200),
  ];
  return said.filter((part) => part !== "").join(", ");
}

/** The second line: agent, folder, and what it does or how it ended. */
export function sessionLine(session: SessionView, home: string): string {
  const parts = [session.agent_name, shortFolder(session.cwd, home)];
  const { state, evidence } = session.status;
  if (state === "needs_you" || state === "failed") parts.push(evidence);
  else if (state === "running" && session.last_call?.state === "running") parts.push(session.last_call.tool);
  else if (session.status.idle === true) parts.push("quiet");
  return oneLine(parts.filter((part) => part !== "").join(" · "), 160);
}
