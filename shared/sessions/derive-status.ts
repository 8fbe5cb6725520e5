/** Owns what is said of a session's state, and the evidence for it: never a guess presented as a fact. */
import type { SessionStatus, SessionView } from "../protocol/app-frames.ts";

export interface StatusFacts {
  terminal: SessionView["terminal"];
  /** From a bell, a notification or an agent's own word until somebody types. */
  attention: boolean;
  /** What asked for it; its bell when nothing else is known. */
  attentionReason?: string | undefined;
  calls: SessionView["calls"];
  /** The last tool that is known to run. */
  lastTool: string | undefined;
  /** False while the daemon that would tell is not connected. */
  connected: boolean;
}

/** The strongest evidence decides: the program's end, then its call for attention, then running calls, then that it runs at all. */
export function deriveStatus(facts: StatusFacts): Omit<SessionStatus, "since"> {
  const { terminal, calls } = facts;
  switch (terminal.state) {
    case "failed":
      return { state: "failed", evidence: terminal.reason ?? "the terminal could not be started" };
    case "exited":
      return ofExit(terminal);
    case "gone":
      return { state: "unknown", evidence: terminal.reason ?? "the daemon that ran it is gone" };
    case "starting":
      return { state: "starting", evidence: "the program is being started" };
    case "none":
    case "running":
      break;
  }
  if (!facts.connected) return { state: "unknown", evidence: "the daemon is not connected" };
  if (facts.attention) {
    const reason = facts.attentionReason ?? "the terminal rang its bell";
    return { state: "needs_you", evidence: `${reason}, and nobody has typed since` };
  }
  if (calls.running === 1 && facts.lastTool !== undefined)
    return { state: "running", evidence: `${facts.lastTool} runs` };
  if (calls.running > 0) return { state: "running", evidence: `${calls.running} calls run` };
  if (terminal.state === "none") return { state: "unknown", evidence: "only its tool calls are seen here" };
  return { state: "running", evidence: "the program runs" };
}

function ofExit(terminal: SessionView["terminal"]): Omit<SessionStatus, "since"> {
  const { code, signal } = terminal;
  if (signal !== null && signal !== undefined) return { state: "failed", evidence: `ended by ${signal}` };
  if (code === 0) return { state: "finished", evidence: "exit code 0" };
  return code === null || code === undefined
    ? { state: "unknown", evidence: "it ended, and nobody saw how" }
    : { state: "failed", evidence: `exit code ${code}` };
}

/** The status with the moment since which it holds: an unchanged state keeps its moment. */
export function withSince(
  status: Omit<SessionStatus, "since">,
  before: SessionStatus | undefined,
  now: string,
): SessionStatus {
  return { ...status, since: before?.state === status.state ? before.since : now };
}
